package guywire.bench;

import guywire.address.IpAddress;
import guywire.node.Machine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.LockSupport;

/**
 * A TCP connection from one machine to another, on which some bytes go there and back a hundred
 * times a second. Safe for use from any thread.
 */
final class EchoedStream implements AutoCloseable {

  private static final int BYTES = 64;
  private static final long PACE_NANOS = 10_000_000L;

  private final String name;
  private final ServerSocketChannel server;
  private final SocketChannel channel;
  private volatile boolean open = true;

  /** Guarded by this. */
  private long heardAt;

  private long longest;
  private long goneOnAt;

  private EchoedStream(String name, ServerSocketChannel server, SocketChannel channel) {
    this.name = name;
    this.server = server;
    this.channel = channel;
    heardAt = System.nanoTime();
    Thread.ofVirtual().name("stream " + name).start(this::send);
    Thread.ofVirtual().name("echo of " + name).start(this::hear);
  }

  /**
   * Connects.
   *
   * @param name the two ends, as they are printed
   * @param to an address of the machine at its end
   * @throws IOException if that is impossible
   */
  static EchoedStream begin(String name, Machine from, Machine at, IpAddress to, int port)
      throws IOException {
    ServerSocketChannel server = at.call(() -> ServerSocketChannel.open());
    server.bind(new InetSocketAddress(port));
    Thread.ofVirtual().name("far end of " + name).start(() -> echo(server));
    SocketChannel channel = from.call(() -> SocketChannel.open());
    channel.connect(new InetSocketAddress(InetAddress.getByName(to.toString()), port));
    return new EchoedStream(name, server, channel);
  }

  private static void echo(ServerSocketChannel server) {
    try (SocketChannel channel = server.accept()) {
      var buffer = ByteBuffer.allocate(1 << 16);
      while (channel.read(buffer) >= 0) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        buffer.clear();
      }
    } catch (IOException e) {
      // The sender is done.
    }
  }

  private void send() {
    try {
      while (open) {
        var bytes = ByteBuffer.allocate(BYTES);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        LockSupport.parkNanos(PACE_NANOS);
      }
    } catch (IOException e) {
      // It ended; the silence that follows tells.
    }
  }

  private void hear() {
    var buffer = ByteBuffer.allocate(1 << 16);
    try {
      while (channel.read(buffer.clear()) >= 0) {
        heard(System.nanoTime());
      }
    } catch (IOException e) {
      // It ended; the silence that follows tells.
    }
  }

  private synchronized void heard(long now) {
    longest = Math.max(longest, now - heardAt);
    heardAt = now;
    if (goneOnAt == 0) {
      goneOnAt = now;
    }
  }

  String name() {
    return name;
  }

  /** From now on the longest silence counts, with the one that lasts now. */
  synchronized void begin() {
    longest = 0;
  }

  /** What comes back next goes on. */
  synchronized void awaitNext() {
    goneOnAt = 0;
  }

  /** When the first bytes came back after {@link #awaitNext}; 0 if none did. */
  synchronized long goneOnAt() {
    return goneOnAt;
  }

  /** How long nothing came back at most since {@link #begin}. */
  synchronized long longestNanos() {
    return Math.max(longest, System.nanoTime() - heardAt);
  }

  @Override
  public void close() {
    open = false;
    try {
      channel.close();
      server.close();
    } catch (IOException e) {
      throw new IllegalStateException(name, e);
    }
  }
}
