package guywire.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Standard output, which remembers why it could not be written to. */
final class Output extends FilterOutputStream {

  /** What Linux says of a pipe whose reader has gone (EPIPE). */
  private static final String BROKEN_PIPE = "Broken pipe";

  private boolean readerIsGone;

  Output(OutputStream out) {
    super(out);
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    try {
      out.write(bytes, from, length);
    } catch (IOException e) {
      throw noted(e);
    }
  }

  @Override
  public void flush() throws IOException {
    try {
      out.flush();
    } catch (IOException e) {
      throw noted(e);
    }
  }

  private IOException noted(IOException e) {
    readerIsGone |= BROKEN_PIPE.equals(e.getMessage());
    return e;
  }

  /** Whether nobody reads any more, as after {@code | head}: that is no fault. */
  boolean isReaderGone() {
    return readerIsGone;
  }
}
