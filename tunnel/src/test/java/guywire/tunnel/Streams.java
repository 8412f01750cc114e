package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Random bytes through a tunnel, compared on arrival. */
final class Streams {

  private static final int STREAM_BYTES = 8 << 20;
  static final Executor THREADS = task -> Thread.ofPlatform().daemon().start(task);

  private Streams() {}

  /** Sends different bytes each way at the same time over one connection and compares them. */
  static void exchange(Pair pair, String address) throws Exception {
    try (ServerSocketChannel listener = pair.b.namespace.call(ServerSocketChannel::open);
        SocketChannel client = pair.a.namespace.call(SocketChannel::open)) {
      listener.bind(new InetSocketAddress(address, 0));
      client.connect(listener.getLocalAddress());
      try (SocketChannel server = listener.accept()) {
        var sentByClient = CompletableFuture.runAsync(() -> send(client, 1), THREADS);
        var sentByServer = CompletableFuture.runAsync(() -> send(server, 2), THREADS);
        var gotByServer = CompletableFuture.supplyAsync(() -> receive(server, 1), THREADS);
        assertThat(receive(client, 2)).isEqualTo(STREAM_BYTES);
        assertThat(gotByServer.join()).isEqualTo(STREAM_BYTES);
        sentByClient.join();
        sentByServer.join();
      }
    }
  }

  private static void send(SocketChannel channel, long seed) {
    var random = new SplittableRandom(seed);
    var buffer = ByteBuffer.allocate(1 << 16);
    try {
      for (int sent = 0; sent < STREAM_BYTES; sent += buffer.capacity()) {
        random.nextBytes(buffer.array());
        buffer.clear();
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
      }
      channel.shutdownOutput();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** How many bytes came until the end or the first that differs. */
  private static int receive(SocketChannel channel, long seed) {
    var random = new SplittableRandom(seed);
    var expected = new byte[1 << 16];
    var buffer = ByteBuffer.allocate(1 << 16);
    int received = 0;
    try {
      while (true) {
        buffer.clear();
        while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
          continue;
        }
        if (buffer.position() == 0) {
          return received;
        }
        random.nextBytes(expected);
        int mismatch = ByteBuffer.wrap(expected, 0, buffer.position()).mismatch(buffer.flip());
        if (mismatch >= 0) {
          return received + mismatch;
        }
        received += buffer.limit();
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
