package guywire.tunnel;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a request until it is complete, at most {@value #MOST_BYTES} bytes of them; zeroed
 * afterwards, because keys are among them. Confined to one thread.
 */
final class UapiSpool {

  /** Some thousand peers. What is longer is applied as it comes. */
  static final int MOST_BYTES = 4 << 20;

  private static final int FIRST_BYTES = 4096;

  private byte[] bytes = new byte[FIRST_BYTES];
  private int size;
  private final UapiLine line = new UapiLine();
  private int at;

  /** Keeps a line; false if there is no room for it. */
  boolean add(UapiLine line) {
    int length = line.length();
    if (size + length + 1 > MOST_BYTES) {
      return false;
    }
    if (size + length + 1 > bytes.length) {
      byte[] more = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + length + 1));
      Arrays.fill(bytes, (byte) 0);
      bytes = more;
    }
    line.copyTo(bytes, size);
    bytes[size + length] = '\n';
    size += length + 1;
    return true;
  }

  /** The next of the lines, in their order; null after the last. */
  @Nullable UapiLine next() {
    if (at == size) {
      return null;
    }
    int end = at;
    while (bytes[end] != '\n') {
      end++;
    }
    line.at(bytes, at, end);
    at = end + 1;
    return line;
  }

  /** Forgets all lines, and makes sure of it. */
  void clear() {
    Arrays.fill(bytes, 0, size, (byte) 0);
    size = 0;
    at = 0;
  }
}
