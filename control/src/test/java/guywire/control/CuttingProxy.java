package guywire.control;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What stands between hosts and a server and passes bytes on, until it cuts all connections in the
 * middle of what they carry, or lets them stand and passes nothing on. New ones work again. Safe
 * for use by several threads.
 */
final class CuttingProxy implements AutoCloseable {

  private static final int PIECE = 512;

  /** One connection: its two halves. */
  private record Pair(Socket host, Socket server) {

    /** With a reset, as when a middlebox forgets it: who reads gets no orderly end. */
    void cut() {
      reset(host);
      reset(server);
    }

    private static void reset(Socket socket) {
      try {
        socket.setSoLinger(true, 0);
        socket.close();
      } catch (IOException e) {
        // It is closed already.
      }
    }
  }

  private final ServerSocket listening;
  private final Set<Pair> pairs = ConcurrentHashMap.newKeySet();
  private final Set<Pair> dead = ConcurrentHashMap.newKeySet();
  private final AtomicLong toHosts = new AtomicLong(Long.MAX_VALUE);
  private final AtomicLong toServer = new AtomicLong(Long.MAX_VALUE);
  private final AtomicInteger cuts = new AtomicInteger();
  private volatile int target;

  CuttingProxy() throws IOException {
    listening = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    Thread.ofVirtual().start(this::listen);
  }

  int port() {
    return listening.getLocalPort();
  }

  void leadTo(int port) {
    target = port;
  }

  /** Cuts all once so many bytes more went to the hosts, or to the server. */
  void cutAfter(boolean towardsHosts, int bytes) {
    (towardsHosts ? toHosts : toServer).set(bytes);
  }

  /** From now on nothing passes by the connections that stand, and nobody is told. */
  void silence() {
    dead.addAll(pairs);
  }

  /** How often all were cut. */
  int cuts() {
    return cuts.get();
  }

  private void listen() {
    while (!listening.isClosed()) {
      try {
        var host = listening.accept();
        var server = new Socket();
        // So that the server counts it for the same address.
        server.bind(new InetSocketAddress(host.getInetAddress(), 0));
        server.connect(new InetSocketAddress("127.0.0.1", target));
        var pair = new Pair(host, server);
        pairs.add(pair);
        Thread.ofVirtual().start(() -> pass(pair, server, host, toHosts));
        Thread.ofVirtual().start(() -> pass(pair, host, server, toServer));
      } catch (IOException e) {
        // The server is away, or this ends.
      }
    }
  }

  private void pass(Pair pair, Socket from, Socket to, AtomicLong left) {
    byte[] piece = new byte[PIECE];
    try {
      for (int read = from.getInputStream().read(piece);
          read >= 0;
          read = from.getInputStream().read(piece)) {
        if (dead.contains(pair)) {
          continue;
        }
        long before = left.getAndUpdate(n -> n == Long.MAX_VALUE ? n : n - PIECE);
        if (before < read) {
          to.getOutputStream().write(piece, 0, (int) Math.max(0, before));
          left.set(Long.MAX_VALUE);
          cuts.incrementAndGet();
          pairs.forEach(Pair::cut);
          pairs.clear();
          return;
        }
        to.getOutputStream().write(piece, 0, read);
      }
    } catch (IOException e) {
      // The other side went.
    }
    if (!dead.contains(pair)) {
      pair.cut();
      pairs.remove(pair);
    }
  }

  @Override
  public void close() {
    try {
      listening.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    pairs.forEach(Pair::cut);
  }
}
