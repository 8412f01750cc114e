package guywire.protocol;

import java.util.Base64;
import java.util.Optional;

/** The 32 bytes of a key and their base64 text: 44 characters, standard alphabet, canonical. */
final class KeyText {

  static final int LENGTH = 32;

  private KeyText() {}

  static byte[] checked(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("a key has 32 bytes, not " + bytes.length);
    }
    return bytes.clone();
  }

  static Optional<byte[]> parse(String base64) {
    if (base64.length() != 44) {
      return Optional.empty();
    }
    try {
      byte[] bytes = Base64.getDecoder().decode(base64);
      // The decoder ignores the two spare bits of the last sextet; wg does not.
      return bytes.length == LENGTH && format(bytes).equals(base64)
          ? Optional.of(bytes)
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  static String format(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  static boolean isZero(byte[] bytes) {
    int or = 0;
    for (byte b : bytes) {
      or |= b;
    }
    return or == 0;
  }
}
