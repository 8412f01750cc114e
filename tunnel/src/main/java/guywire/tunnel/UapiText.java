package guywire.tunnel;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What is answered on a control connection, as bytes: there are keys in it, so it is zeroed as soon
 * as it is sent. Confined to one thread.
 */
final class UapiText {

  private static final int FIRST_BYTES = 1 << 12;
  private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private byte[] bytes = new byte[FIRST_BYTES];
  private int size;

  /** How many bytes wait to be sent. */
  int size() {
    return size;
  }

  void line(String name, String value) {
    add(name);
    add("=");
    add(value);
    add("\n");
  }

  /** A line with a key in hexadecimal digits. */
  void line(String name, byte[] key) {
    add(name);
    add("=");
    room(2 * key.length);
    for (byte each : key) {
      bytes[size++] = DIGITS[each >> 4 & 15];
      bytes[size++] = DIGITS[each & 15];
    }
    add("\n");
  }

  void add(String text) {
    room(text.length());
    for (int i = 0; i < text.length(); i++) {
      bytes[size++] = (byte) text.charAt(i);
    }
  }

  private void room(int more) {
    if (size + more > bytes.length) {
      byte[] larger = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
      Arrays.fill(bytes, 0, size, (byte) 0);
      bytes = larger;
    }
  }

  /** Sends it and forgets it. */
  void writeTo(OutputStream out) throws IOException {
    try {
      out.write(bytes, 0, size);
    } finally {
      clear();
    }
  }

  /** Forgets it, and makes sure of it. */
  void clear() {
    Arrays.fill(bytes, 0, size, (byte) 0);
    size = 0;
  }
}
