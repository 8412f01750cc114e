package guywire.node;

import guywire.address.IpAddress;
import guywire.linux.Poll;
import guywire.linux.TcpListener;
import guywire.linux.TcpListener.Connection;
import guywire.linux.UnixStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Questions by TCP: a thread for each connection, so many at most, of which one address gets a
 * part. A question must be there in time as a whole, however slowly it comes.
 */
final class NameConnections {

  private static final int MOST = 64;
  private static final int MOST_OF_ONE = 8;
  private static final long QUESTION_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final NameSockets sockets;
  private final NameAnswering answering;

  /** How many each address has; guarded by itself. */
  private final Map<InetAddress, Integer> open = new HashMap<>();

  private int total;

  NameConnections(NameSockets sockets, NameAnswering answering) {
    this.sockets = sockets;
    this.answering = answering;
  }

  /** Until the sockets are closed. */
  void serve() {
    List<TcpListener> listeners = List.of();
    while (true) {
      boolean last = sockets.isClosed();
      var now = sockets.connections();
      var gone = new ArrayList<>(listeners);
      gone.removeAll(now);
      gone.forEach(TcpListener::close);
      if (last) {
        return;
      }
      listeners = now;
      serve(listeners);
    }
  }

  /** Until there are others. */
  private void serve(List<TcpListener> listeners) {
    int[] fds = new int[listeners.size() + 1];
    for (int i = 0; i < listeners.size(); i++) {
      fds[i] = listeners.get(i).fd();
    }
    fds[listeners.size()] = sockets.connectionsChanged().fd();
    var poll = new Poll(fds);
    while (!sockets.connectionsChanged().clear()) {
      poll.await();
      for (int i = 0; i < listeners.size(); i++) {
        if (poll.ready(i)) {
          listeners.get(i).accept().ifPresent(this::take);
        }
      }
    }
  }

  private void take(Connection connection) {
    if (!enter(connection.from())) {
      connection.stream().close();
      return;
    }
    Thread.ofPlatform()
        .daemon()
        .name("connection")
        .start(() -> {
          try (var stream = connection.stream()) {
            converse(stream, Addresses.ofJava(connection.from()));
          } catch (IOException e) {
            // The asker is done, or too slow.
          } finally {
            leave(connection.from());
          }
        });
  }

  private boolean enter(InetAddress from) {
    synchronized (open) {
      int already = open.getOrDefault(from, 0);
      if (total >= MOST || already >= MOST_OF_ONE) {
        return false;
      }
      total++;
      open.put(from, already + 1);
      return true;
    }
  }

  private void leave(InetAddress from) {
    synchronized (open) {
      total--;
      open.computeIfPresent(from, (_, count) -> count == 1 ? null : count - 1);
    }
  }

  private void converse(UnixStream stream, IpAddress asker) throws IOException {
    while (true) {
      long end = System.nanoTime() + QUESTION_NANOS;
      byte[] length = read(stream, 2, end);
      byte[] bytes = read(stream, (length[0] & 0xff) << 8 | length[1] & 0xff, end);
      var question = answering.read(bytes, asker);
      if (question.isEmpty()) {
        return;
      }
      var asked = question.get();
      byte[] answer = answering.known(asked, true).orElseGet(() -> answering.asked(asked, true));
      byte[] framed = new byte[answer.length + 2];
      framed[0] = (byte) (answer.length >> 8);
      framed[1] = (byte) answer.length;
      System.arraycopy(answer, 0, framed, 2, answer.length);
      stream.setTimeout((int) TimeUnit.NANOSECONDS.toSeconds(QUESTION_NANOS));
      stream.output().write(framed);
    }
  }

  private static byte[] read(UnixStream stream, int count, long end) throws IOException {
    InputStream in = stream.input();
    byte[] bytes = new byte[count];
    for (int at = 0; at < count; ) {
      long left = TimeUnit.NANOSECONDS.toSeconds(end - System.nanoTime());
      if (left <= 0) {
        throw new IOException("too slow");
      }
      stream.setTimeout((int) left);
      int got = in.read(bytes, at, count - at);
      if (got < 0) {
        throw new EOFException();
      }
      at += got;
    }
    return bytes;
  }
}
