package guywire.tunnel;

import guywire.linux.Errno;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;

/** What is said on one control connection: any number of requests, each with its answer. */
/*
 * The sign of an error number differs, as wg reads it: a set's is negative, a get's is not.
 */
final class UapiConversation {

  private final Tunnel tunnel;

  UapiConversation(Tunnel tunnel) {
    this.tunnel = tunnel;
  }

  /**
   * Answers requests until the other side ends or says what is no request.
   *
   * @throws IOException if the connection breaks, or a line is too long
   */
  void hold(InputStream in, Writer out) throws IOException {
    var lines = new UapiLines(in);
    boolean goesOn = true;
    while (goesOn) {
      String operation = lines.next();
      if (operation == null) {
        return;
      }
      switch (operation) {
        case "" -> {}
        case "get=1" -> goesOn = get(lines, out);
        case "set=1" -> goesOn = set(lines, out);
        default -> goesOn = false;
      }
      out.flush();
    }
  }

  private boolean get(UapiLines lines, Writer out) throws IOException {
    String end = lines.next();
    if (end == null || !end.isEmpty()) {
      answer(out, end == null ? Errno.EIO : Errno.EPROTO);
      return false;
    }
    new UapiReport(tunnel).write(out);
    answer(out, 0);
    return true;
  }

  private boolean set(UapiLines lines, Writer out) throws IOException {
    var request = new UapiRequest(tunnel);
    try {
      while (true) {
        String line = lines.next();
        if (line == null) {
          request.finish();
          answer(out, -Errno.EIO);
          return false;
        }
        if (line.isEmpty()) {
          request.finish();
          answer(out, 0);
          return true;
        }
        request.line(line);
      }
    } catch (UapiRequest.Refused e) {
      request.finish();
      tunnel.log().error("a control request was refused: " + e.getMessage());
      answer(out, -e.errno());
      // What is left of the request would be taken for new ones.
      out.flush();
      lines.skipRequest();
      return true;
    }
  }

  private static void answer(Writer out, int errno) throws IOException {
    out.append("errno=").append(String.valueOf(errno)).append("\n\n");
  }
}
