package guywire.protocol;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * ChaCha20-Poly1305 with associated data (RFC 8439), and its variant with a nonce of 24 bytes, as
 * handshakes and cookies use them. On the JDK's provider; confined to one thread at a time.
 */
final class AssociatedAead {

  static final int TAG_LENGTH = 16;
  static final int EXTENDED_NONCE_LENGTH = 24;

  private static final String NAME = "ChaCha20-Poly1305";
  private static final byte[] ZERO_NONCE = new byte[12];

  private final byte[] nonce = new byte[12];
  private final byte[] subkey = new byte[32];

  /**
   * Kept, though it keeps its latest key: those of cookies can be made by all who know a public
   * key. A flood asks for thousands of cookies a second, and to find a cipher costs more than to
   * use it.
   */
  private final Cipher extended = cipher();

  /** Encrypts under nonce zero: a handshake's keys are used once. */
  byte[] seal(byte[] key, byte[] associated, byte[] plaintext) {
    return seal(key, ZERO_NONCE, associated, plaintext);
  }

  /**
   * Decrypts what {@link #seal} made into {@code target}.
   *
   * @param length ciphertext and tag together
   * @return whether the tag was right
   */
  boolean open(
      byte[] key, byte[] associated, byte[] source, int offset, int length, byte[] target) {
    return open(key, ZERO_NONCE, associated, source, offset, length, target);
  }

  /** XChaCha20-Poly1305: the first 16 bytes of the nonce make a subkey, the rest is its nonce. */
  byte[] sealExtended(byte[] key, byte[] extendedNonce, byte[] associated, byte[] plaintext) {
    extend(key, extendedNonce);
    byte[] sealed = seal(extended, subkey, nonce, associated, plaintext);
    Arrays.fill(subkey, (byte) 0);
    return sealed;
  }

  /** Opens what {@link #sealExtended} made; false if the tag is wrong. */
  boolean openExtended(
      byte[] key,
      byte[] extendedNonce,
      byte[] associated,
      byte[] source,
      int offset,
      int length,
      byte[] target) {
    extend(key, extendedNonce);
    boolean opened = open(subkey, nonce, associated, source, offset, length, target);
    Arrays.fill(subkey, (byte) 0);
    return opened;
  }

  private void extend(byte[] key, byte[] extendedNonce) {
    HChaCha20.derive(key, extendedNonce, subkey);
    System.arraycopy(extendedNonce, 16, nonce, 4, 8);
  }

  static byte[] seal(byte[] key, byte[] nonce, byte[] associated, byte[] plaintext) {
    return seal(cipher(), key, nonce, associated, plaintext);
  }

  private static byte[] seal(
      Cipher cipher, byte[] key, byte[] nonce, byte[] associated, byte[] plaintext) {
    try {
      cipher.init(
          Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "ChaCha20"), new IvParameterSpec(nonce));
      cipher.updateAAD(associated);
      return cipher.doFinal(plaintext);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("sealing under a new key cannot fail", e);
    }
  }

  private static Cipher cipher() {
    try {
      return Cipher.getInstance(NAME);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK has no " + NAME, e);
    }
  }

  private static boolean open(
      byte[] key,
      byte[] nonce,
      byte[] associated,
      byte[] source,
      int offset,
      int length,
      byte[] target) {
    try {
      Cipher cipher = cipher();
      cipher.init(
          Cipher.DECRYPT_MODE, new SecretKeySpec(key, "ChaCha20"), new IvParameterSpec(nonce));
      cipher.updateAAD(associated);
      cipher.doFinal(source, offset, length, target, 0);
      return true;
    } catch (AEADBadTagException e) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("opening fails by a wrong tag only", e);
    }
  }
}
