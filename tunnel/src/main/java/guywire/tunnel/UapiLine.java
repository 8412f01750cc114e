package guywire.tunnel;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A line of a control request, where it lies: what may be a key never becomes a String, which
 * nobody can zero. Confined to one thread; means another line once the next one is asked for.
 */
final class UapiLine {

  private static final int KEY_BYTES = 32;

  /** No name of a setting is as long as this; a key that stands in its place is. */
  private static final int LONGEST_NAME = 40;

  private byte[] bytes = new byte[0];
  private int from;
  private int to;

  /** A line of its own. */
  static UapiLine of(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    return new UapiLine().at(bytes, 0, bytes.length);
  }

  /** Makes it mean these bytes. */
  UapiLine at(byte[] other, int begin, int end) {
    bytes = other;
    from = begin;
    to = end;
    return this;
  }

  boolean isEmpty() {
    return from == to;
  }

  int length() {
    return to - from;
  }

  /** Whether it is exactly this. */
  boolean is(String text) {
    if (text.length() != length()) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (bytes[from + i] != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** What stands before the first {@code =}; empty if there is none. */
  Optional<String> name() {
    int sign = sign();
    return sign < 0
        ? Optional.empty()
        : Optional.of(sign - from > LONGEST_NAME ? "(hidden)" : text(from, sign));
  }

  /** What stands behind the first {@code =}, where it is no key. */
  String value() {
    return text(sign() + 1, to);
  }

  /** The 32 bytes whose 64 hexadecimal digits stand behind the {@code =}; zero them when done. */
  Optional<byte[]> key() {
    int begin = sign() + 1;
    if (to - begin != 2 * KEY_BYTES) {
      return Optional.empty();
    }
    byte[] key = new byte[KEY_BYTES];
    int wrong = 0;
    for (int i = 0; i < KEY_BYTES; i++) {
      int high = Character.digit(bytes[begin + 2 * i], 16);
      int low = Character.digit(bytes[begin + 2 * i + 1], 16);
      wrong |= high | low;
      key[i] = (byte) (high << 4 | low);
    }
    return wrong < 0 ? Optional.empty() : Optional.of(key);
  }

  /** Writes it into other bytes. */
  void copyTo(byte[] target, int at) {
    System.arraycopy(bytes, from, target, at, length());
  }

  private int sign() {
    for (int i = from; i < to; i++) {
      if (bytes[i] == '=') {
        return i;
      }
    }
    return -1;
  }

  private String text(int begin, int end) {
    return new String(bytes, begin, end - begin, StandardCharsets.ISO_8859_1);
  }
}
