package guywire.protocol;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import javax.crypto.KeyAgreement;

/** Curve25519 Diffie-Hellman (RFC 7748), on the JDK's XDH provider. */
final class X25519 {

  private static final byte[] BASE_POINT = new byte[32];

  static {
    BASE_POINT[0] = 9;
  }

  private X25519() {}

  /** The public key of a private key: its product with the base point. */
  static byte[] publicKey(byte[] privateKey) {
    return agree(privateKey, BASE_POINT);
  }

  /** The shared secret; the JDK refuses low-order points, for which this returns 32 zeros. */
  static byte[] agree(byte[] privateKey, byte[] publicKey) {
    try {
      var factory = KeyFactory.getInstance("X25519");
      var agreement = KeyAgreement.getInstance("X25519");
      var spec = NamedParameterSpec.X25519;
      agreement.init(factory.generatePrivate(new XECPrivateKeySpec(spec, privateKey)));
      byte[] bigEndian = new byte[32];
      for (int i = 0; i < 32; i++) {
        bigEndian[i] = publicKey[31 - i];
      }
      // RFC 7748 section 5: the top bit of a received coordinate is ignored.
      bigEndian[0] &= 0x7f;
      var point = new XECPublicKeySpec(spec, new BigInteger(1, bigEndian));
      agreement.doPhase(factory.generatePublic(point), true);
      return agreement.generateSecret();
    } catch (InvalidKeyException e) {
      return new byte[32];
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK has no X25519", e);
    }
  }
}
