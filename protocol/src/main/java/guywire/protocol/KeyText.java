package guywire.protocol;

import java.util.Base64;
import java.util.Optional;

/** The 32 bytes of a key and their base64 text: 44 characters, standard alphabet, canonical. */
final class KeyText {

  static final int LENGTH = 32;

  /** What a key's last character can be, before the sign: those whose two low bits are zero. */
  private static final String LAST = "AEIMQUYcgkosw048";

  private KeyText() {}

  static byte[] checked(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("a key has 32 bytes, not " + bytes.length);
    }
    return bytes.clone();
  }

  static Optional<byte[]> parse(String base64) {
    // The decoder ignores the two spare bits of the last sextet; wg does not.
    if (base64.length() != 44 || LAST.indexOf(base64.charAt(42)) < 0 || base64.charAt(43) != '=') {
      return Optional.empty();
    }
    try {
      byte[] bytes = Base64.getDecoder().decode(base64);
      return bytes.length == LENGTH ? Optional.of(bytes) : Optional.empty();
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
