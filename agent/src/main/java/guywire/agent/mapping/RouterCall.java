package guywire.agent.mapping;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.Optional;

/**
 * One request at a time by HTTP, to the router and nobody else.
 *
 * <p>One thread fetches; any may close.
 */
final class RouterCall implements AutoCloseable {

  private static final int CONNECT_MILLIS = 2000;
  private static final int READ_BYTES = 8192;

  private Optional<Socket> socket = Optional.empty();
  private boolean closed;

  /**
   * Asks, and reads what is answered.
   *
   * @param atMostNanos for how long, in all
   * @return the answer; empty if there was none in time, or it is none
   */
  Optional<RouterReply> fetch(
      InetAddress self, InetAddress router, RouterDeed.Fetch what, long atMostNanos) {
    try (var call = new Socket()) {
      if (!take(call)) {
        return Optional.empty();
      }
      long end = System.nanoTime() + atMostNanos;
      call.bind(new InetSocketAddress(self, 0));
      call.connect(
          new InetSocketAddress(router, what.port()),
          (int) Math.min(CONNECT_MILLIS, atMostNanos / 1_000_000));
      call.getOutputStream().write(what.request());
      byte[] read = new byte[READ_BYTES];
      int length = 0;
      while (true) {
        long left = (end - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          return Optional.empty();
        }
        if (length == read.length) {
          read = Arrays.copyOf(read, Math.min(2 * length, RouterReply.MOST_BYTES + 1));
        }
        call.setSoTimeout((int) left);
        int got = call.getInputStream().read(read, length, read.length - length);
        length += Math.max(0, got);
        switch (RouterReply.read(Arrays.copyOf(read, length), got < 0)) {
          case RouterReply.Reading.Whole(var reply) -> {
            return Optional.of(reply);
          }
          case RouterReply.Reading.Broken _ -> {
            return Optional.empty();
          }
          case RouterReply.Reading.Partial _ -> {}
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    } finally {
      forget();
    }
  }

  private synchronized boolean take(Socket call) {
    socket = Optional.of(call);
    return !closed;
  }

  private synchronized void forget() {
    socket = Optional.empty();
  }

  /** Breaks off what is being asked. */
  synchronized void interrupt() {
    try {
      if (socket.isPresent()) {
        socket.get().close();
      }
    } catch (IOException e) {
      // It is gone all the same.
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    interrupt();
  }
}
