package guywire.agent.managed;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/**
 * Finds out who of several can be connected to: each is tried a moment after the one before, or at
 * once when that refuses, and the first that takes a connection is the one.
 *
 * @param headStart what each has before the next is tried as well
 * @param patience how long the last is waited for
 */
/*
 * Happy Eyeballs (RFC 8305), for the replicas of a server. Only TCP is tried, and the connection is closed: what is
 * dear to a server, TLS and a request, begins at one alone. So a server that is busy, which still takes connections,
 * is not asked by everybody at several addresses, and nothing is asked twice.
 */
record FirstReached(Duration headStart, Duration patience) {

  private static final int HTTPS = 443;

  /** With the delay that RFC 8305 recommends, section 5. */
  static FirstReached within(Duration patience) {
    return new FirstReached(Duration.ofMillis(250), patience);
  }

  /** Which of these takes a connection first; empty if none does. */
  OptionalInt among(List<String> urls) {
    try (var selector = Selector.open()) {
      try {
        return race(selector, urls);
      } finally {
        for (var key : selector.keys()) {
          key.channel().close();
        }
      }
    } catch (IOException e) {
      return OptionalInt.empty();
    }
  }

  private OptionalInt race(Selector selector, List<String> urls) throws IOException {
    int begun = 0;
    int open = 0;
    long next = System.nanoTime();
    long end = next;
    while (!Thread.currentThread().isInterrupted()) {
      long now = System.nanoTime();
      if (begun < urls.size() && (open == 0 || now - next >= 0)) {
        switch (begin(selector, urls.get(begun), begun)) {
          case CONNECTED -> {
            return OptionalInt.of(begun);
          }
          case PENDING -> open++;
          case FAILED -> {}
        }
        begun++;
        next = now + headStart.toNanos();
        end = now + patience.toNanos();
        continue;
      }
      if (open == 0 || now - end >= 0) {
        break;
      }
      long until = begun < urls.size() && next - end < 0 ? next : end;
      selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(until - now)));
      for (var keys = selector.selectedKeys().iterator(); keys.hasNext(); ) {
        var key = keys.next();
        keys.remove();
        if (isConnected(key)) {
          return OptionalInt.of((Integer) key.attachment());
        }
        open--;
        // Who refuses needs no more time.
        next = System.nanoTime();
      }
    }
    return OptionalInt.empty();
  }

  /** What comes of a connection at once. */
  private enum Begun {
    CONNECTED,
    PENDING,
    FAILED
  }

  private static Begun begin(Selector selector, String url, int which) throws IOException {
    var uri = URI.create(url);
    var channel = SocketChannel.open();
    try {
      String host = uri.getHost().replaceAll("[\\[\\]]", "").replace("%25", "%");
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_CONNECT, which);
      var address =
          new InetSocketAddress(
              InetAddress.getByName(host), uri.getPort() < 0 ? HTTPS : uri.getPort());
      return channel.connect(address) ? Begun.CONNECTED : Begun.PENDING;
    } catch (IOException e) {
      channel.close();
      return Begun.FAILED;
    }
  }

  private static boolean isConnected(SelectionKey key) throws IOException {
    var channel = (SocketChannel) key.channel();
    try {
      return channel.finishConnect();
    } catch (IOException e) {
      channel.close();
      return false;
    }
  }
}
