package guywire.network.managed;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The public half of the key by which a host proves who it is (Ed25519, RFC 8032). The private half
 * never leaves the host.
 */
/*
 * Signatures are checked by the JDK, which refuses those that are another writing of a valid one (RFC 8032
 * section 5.1.7: S is below the order of the group).
 */
public final class Identity {

  private static final String ALGORITHM = "Ed25519";
  private static final int BYTES = 32;
  private static final int SIGNATURE_BYTES = 64;

  /** What stands before the 32 bytes in the key's usual form (RFC 8410 section 4). */
  private static final byte[] HEAD = HexFormat.of().parseHex("302a300506032b6570032100");

  private final String text;
  private final PublicKey key;

  private Identity(String text, PublicKey key) {
    this.text = text;
    this.key = key;
  }

  /** The one with this text, 44 characters of base64; empty if it can't be one. */
  public static Optional<Identity> tryParse(String text) {
    try {
      byte[] bytes = Base64.getDecoder().decode(text);
      if (bytes.length != BYTES || !Base64.getEncoder().encodeToString(bytes).equals(text)) {
        return Optional.empty();
      }
      byte[] encoded = Arrays.copyOf(HEAD, HEAD.length + BYTES);
      System.arraycopy(bytes, 0, encoded, HEAD.length, BYTES);
      return Optional.of(
          new Identity(
              text,
              KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(encoded))));
    } catch (IllegalArgumentException | GeneralSecurityException e) {
      return Optional.empty();
    }
  }

  /**
   * That of a key of the JDK.
   *
   * @throws IllegalArgumentException if it is no Ed25519 key
   */
  public static Identity of(PublicKey key) {
    byte[] encoded = key.getEncoded();
    return tryParse(
            Base64.getEncoder()
                .encodeToString(
                    Arrays.copyOfRange(
                        encoded, Math.max(0, encoded.length - BYTES), encoded.length)))
        .filter(identity -> Arrays.equals(identity.key.getEncoded(), encoded))
        .orElseThrow(() -> new IllegalArgumentException("no Ed25519 key"));
  }

  /** Whether whoever has the private half signed this. */
  public boolean signed(byte[] statement, String signature) {
    try {
      byte[] bytes = Base64.getDecoder().decode(signature);
      var check = Signature.getInstance(ALGORITHM);
      check.initVerify(key);
      check.update(statement);
      return bytes.length == SIGNATURE_BYTES && check.verify(bytes);
    } catch (IllegalArgumentException | GeneralSecurityException e) {
      return false;
    }
  }

  /** Its text. */
  @Override
  public String toString() {
    return text;
  }
}
