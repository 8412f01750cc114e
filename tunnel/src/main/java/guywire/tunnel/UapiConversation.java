package guywire.tunnel;

import guywire.linux.Errno;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

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
  private final UapiText answer = new UapiText();

  UapiConversation(Tunnel tunnel) {
    this.tunnel = tunnel;
  }

  /**
   * Answers requests until the other side ends or says what is no request.
   *
   * @throws IOException if the connection breaks, or a line is too long
   */
  void hold(InputStream in, OutputStream out) throws IOException {
    var lines = new UapiLines(in);
    try {
      boolean goesOn = true;
      while (goesOn) {
        lines.begin();
        UapiLine operation = lines.next();
        if (operation == null) {
          return;
        }
        if (operation.is("get=1")) {
          goesOn = get(lines, out);
        } else if (operation.is("set=1")) {
          goesOn = set(lines, out);
        } else {
          goesOn = operation.isEmpty();
        }
        answer.writeTo(out);
      }
    } finally {
      lines.clear();
      answer.clear();
    }
  }

  private boolean get(UapiLines lines, OutputStream out) throws IOException {
    UapiLine end = lines.next();
    if (end == null || !end.isEmpty()) {
      end(end == null ? Errno.EIO : Errno.EPROTO);
      return false;
    }
    new UapiReport(tunnel).write(answer, out);
    end(0);
    return true;
  }

  private boolean set(UapiLines lines, OutputStream out) throws IOException {
    var spool = new UapiSpool();
    try {
      UapiLine line = lines.next();
      while (line != null && !line.isEmpty() && spool.add(line)) {
        line = lines.next();
      }
      if (line == null) {
        // What breaks off may have lost its better half.
        end(-Errno.EIO);
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
  private boolean apply(UapiSpool spool, UapiLine last, UapiLines lines, OutputStream out)
      throws IOException {
    var request = new UapiRequest(tunnel);
    boolean complete = last.isEmpty();
    UapiLine line = last;
    try {
      for (UapiLine kept = spool.next(); kept != null; kept = spool.next()) {
        request.line(kept);
      }
      while (line != null && !line.isEmpty()) {
        request.line(line);
        line = lines.next();
      }
      request.finish();
      end(line == null ? -Errno.EIO : 0);
      return line != null;
    } catch (UapiRequest.Refused e) {
      request.finish();
      tunnel.log().error("a control request was refused: " + e.getMessage());
      end(-e.errno());
      answer.writeTo(out);
      if (!complete) {
        // What is left of the request would be taken for new ones.
        lines.skipRequest();
      }
      return true;
    }
  }

  private void end(int errno) {
    answer.line("errno", String.valueOf(errno));
    answer.add("\n");
  }
}
