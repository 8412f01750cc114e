package guywire.control.acme;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes secrets into texts that a database may hold, and back: AES-256-GCM under a key that no
 * database has, bound to the name that each is kept under. Safe for use by several threads.
 *
 * @param key the key
 */
record SealedText(SecretKey key) {

  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;

  /** With a key that servers on one database have in common. */
  static SealedText with(SecretKey shared) {
    return new SealedText(new SecretKeySpec(shared.getEncoded(), "AES"));
  }

  String seal(String name, byte[] secret) {
    byte[] nonce = new byte[NONCE_BYTES];
    new SecureRandom().nextBytes(nonce);
    try {
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, name, nonce).doFinal(secret);
      byte[] both =
          ByteBuffer.allocate(nonce.length + sealed.length).put(nonce).put(sealed).array();
      return Base64.getEncoder().encodeToString(both);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has AES-GCM", e);
    }
  }

  /** What was sealed under this name; empty if that was with another key, or is damaged. */
  Optional<byte[]> open(String name, String text) {
    try {
      byte[] both = Base64.getDecoder().decode(text);
      if (both.length < NONCE_BYTES) {
        return Optional.empty();
      }
      byte[] nonce = Arrays.copyOf(both, NONCE_BYTES);
      return Optional.of(
          cipher(Cipher.DECRYPT_MODE, name, nonce)
              .doFinal(both, NONCE_BYTES, both.length - NONCE_BYTES));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private Cipher cipher(int mode, String name, byte[] nonce) throws GeneralSecurityException {
    var cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(name.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }

  @Override
  public String toString() {
    return "a key";
  }
}
