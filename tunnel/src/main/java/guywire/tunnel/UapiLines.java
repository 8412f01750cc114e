package guywire.tunnel;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Lines of a control connection, in memory that does not grow with what the other side sends, and
 * that is zeroed behind each line, because keys are among them.
 */
final class UapiLines {

  /** The longest line that has a meaning is a key of 64 digits; more than this is no request. */
  static final int MAX_LINE = 512;

  /** How long a request may take from its first line to its last. */
  static final long REQUEST_NANOS = 120_000_000_000L;

  private final InputStream in;
  private final byte[] buffer = new byte[1 << 14];
  private final UapiLine line = new UapiLine();
  private int told;
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
   * The next line without its end; the one before is no more.
   *
   * @return null when the other side has ended, also in the middle of a line
   * @throws IOException if a line is too long, or the request takes too much time
   */
  @Nullable UapiLine next() throws IOException {
    Arrays.fill(buffer, told, from, (byte) 0);
    told = from;
    int at = from;
    while (true) {
      while (at < to) {
        if (buffer[at] == '\n') {
          line.at(buffer, from, at);
          from = at + 1;
          return line;
        }
        at++;
      }
      if (at - from > MAX_LINE) {
        throw new IOException("a line of more than " + MAX_LINE + " bytes");
      }
      System.arraycopy(buffer, from, buffer, 0, to - from);
      Arrays.fill(buffer, Math.max(to - from, from), to, (byte) 0);
      at -= from;
      to -= from;
      from = 0;
      told = 0;
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
    UapiLine next = next();
    while (next != null && !next.isEmpty()) {
      next = next();
    }
  }

  /** Forgets what was read and not yet asked for. */
  void clear() {
    Arrays.fill(buffer, (byte) 0);
  }
}
