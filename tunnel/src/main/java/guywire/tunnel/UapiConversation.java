package guywire.tunnel;

import guywire.linux.Errno;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;

/** What is said on one control connection: any number of requests, each with its answer. */
/*
 * A request is one change to all others: it is read to its end and then applied while no other one is, and a
 * report waits for it. Who is slow to ask keeps nobody waiting, but for requests of some thousand peers, of
 * which only the first part is kept.
 *
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
      lines.begin();
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
    var spool = new UapiSpool();
    try {
      String line = lines.next();
      while (line != null && !line.isEmpty() && spool.add(line)) {
        line = lines.next();
      }
      if (line == null) {
        // What breaks off may have lost its better half.
        answer(out, -Errno.EIO);
        return false;
      }
      tunnel.requests().lock();
      try {
        return apply(spool, line, lines, out);
      } finally {
        tunnel.requests().unlock();
      }
    } finally {
      spool.clear();
    }
  }

  /** Applies what was kept, then, unless the request has ended, what comes from here on. */
  private boolean apply(UapiSpool spool, String last, UapiLines lines, Writer out)
      throws IOException {
    var request = new UapiRequest(tunnel);
    String line = last;
    try {
      for (String kept = spool.next(); kept != null; kept = spool.next()) {
        request.line(kept);
      }
      while (line != null && !line.isEmpty()) {
        request.line(line);
        line = lines.next();
      }
      request.finish();
      answer(out, line == null ? -Errno.EIO : 0);
      return line != null;
    } catch (UapiRequest.Refused e) {
      request.finish();
      tunnel.log().error("a control request was refused: " + e.getMessage());
      answer(out, -e.errno());
      out.flush();
      if (!last.isEmpty()) {
        // What is left of the request would be taken for new ones.
        lines.skipRequest();
      }
      return true;
    }
  }

  private static void answer(Writer out, int errno) throws IOException {
    out.append("errno=").append(String.valueOf(errno)).append("\n\n");
  }
}
