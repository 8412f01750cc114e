package guywire.lab;

import guywire.network.Promise;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * A TCP connection from one machine to another over which bytes go there and back all the time.
 * Nothing is lost of it; what a failure costs is that it stands still, or ends. Safe for use from
 * any thread.
 */
final class TcpStream implements AutoCloseable {

  private static final int BYTES = 64;
  private static final int CONNECT_MILLIS = 3_000;

  private final SocketChannel channel;
  private final long paceNanos;
  private final Silence silence = new Silence();
  private final Thread sender;
  private final Thread hearer;
  private volatile boolean open = true;

  private TcpStream(SocketChannel channel, long paceNanos, String name) {
    this.channel = channel;
    this.paceNanos = paceNanos;
    sender = Thread.ofVirtual().name("stream to " + name).unstarted(this::send);
    hearer = Thread.ofVirtual().name("echo of " + name).unstarted(this::hear);
  }

  /**
   * Connects a promise's two ends, where somebody sends back what he gets; empty if that is
   * impossible, as where a policy lets only UDP pass.
   *
   * @param paceNanos from one write to the next
   */
  static Optional<TcpStream> begin(Lab lab, Promise promise, long paceNanos) {
    LabMachine from = lab.machine(promise.from());
    try {
      SocketChannel channel =
          ProbeSender.open(
              from,
              promise.target(),
              promise.port().orElseThrow(),
              Probing.nextKey(),
              CONNECT_MILLIS);
      var stream = new TcpStream(channel, paceNanos, lab.machine(promise.to()).name());
      stream.sender.start();
      stream.hearer.start();
      return Optional.of(stream);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private void send() {
    try {
      while (open) {
        var bytes = ByteBuffer.allocate(BYTES);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        LockSupport.parkNanos(paceNanos);
      }
    } catch (IOException e) {
      // It ended; the silence that follows tells.
    }
  }

  private void hear() {
    var buffer = ByteBuffer.allocate(1 << 16);
    try {
      while (channel.read(buffer.clear()) >= 0) {
        silence.answered(System.nanoTime());
      }
    } catch (IOException e) {
      // It ended; the silence that follows tells.
    }
  }

  /** What came back so far. */
  Silence silence() {
    return silence;
  }

  @Override
  public void close() {
    open = false;
    try {
      channel.close();
      sender.join();
      hearer.join();
    } catch (IOException e) {
      throw new LabException("a stream did not close", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
