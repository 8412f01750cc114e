package guywire.tunnel;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Lines of a control connection, in memory that does not grow with what the other side sends. */
final class UapiLines {

  /** The longest line that has a meaning is a key of 64 digits; more than this is no request. */
  static final int MAX_LINE = 512;

  /** How long a request may take from its first line to its last. */
  static final long REQUEST_NANOS = 120_000_000_000L;

  private final InputStream in;
  private final byte[] buffer = new byte[1 << 14];
  private int from;
  private int to;
  private long begun = System.nanoTime();
  private boolean waiting = true;

  UapiLines(InputStream in) {
    this.in = in;
  }

  /** What comes next begins a request. */
  void begin() {
    waiting = true;
  }

  /**
   * The next line without its end.
   *
   * @return null when the other side has ended, also in the middle of a line
   * @throws IOException if a line is too long, or the request takes too much time
   */
  @Nullable String next() throws IOException {
    int at = from;
    while (true) {
      while (at < to) {
        if (buffer[at] == '\n') {
          String line = new String(buffer, from, at - from, StandardCharsets.ISO_8859_1);
          from = at + 1;
          return line;
        }
        at++;
      }
      if (at - from > MAX_LINE) {
        throw new IOException("a line of more than " + MAX_LINE + " bytes");
      }
      System.arraycopy(buffer, from, buffer, 0, to - from);
      at -= from;
      to -= from;
      from = 0;
      int got = in.read(buffer, to, buffer.length - to);
      if (got < 0) {
        return null;
      }
      if (waiting) {
        begun = System.nanoTime();
        waiting = false;
      } else if (System.nanoTime() - begun > REQUEST_NANOS) {
        throw new IOException("a request did not end within 120 seconds");
      }
      to += got;
    }
  }

  /** Reads on to the empty line that ends the request. */
  void skipRequest() throws IOException {
    String line = next();
    while (line != null && !line.isEmpty()) {
      line = next();
    }
  }
}
