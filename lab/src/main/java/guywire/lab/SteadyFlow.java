package guywire.lab;

import guywire.network.Promise;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A steady flow of small datagrams from one machine to another, each of which is answered. What is
 * lost on either way is missed. Safe for use from any thread.
 */
final class SteadyFlow implements AutoCloseable {

  private static final int BYTES = 64;

  private final DatagramChannel channel;
  private final long paceNanos;
  private final Silence silence = new Silence();
  private final AtomicLong sent = new AtomicLong();
  private final Thread sender;
  private final Thread hearer;
  private volatile boolean open = true;

  private SteadyFlow(DatagramChannel channel, long paceNanos, String name) {
    this.channel = channel;
    this.paceNanos = paceNanos;
    sender = Thread.ofVirtual().name("flow to " + name).unstarted(this::send);
    hearer = Thread.ofVirtual().name("answers of " + name).unstarted(this::hear);
  }

  /**
   * Begins one for a promise, where somebody answers at the far end.
   *
   * @param paceNanos from one datagram to the next
   * @throws LabException if that is impossible
   */
  static SteadyFlow begin(Lab lab, Promise promise, long paceNanos) {
    LabMachine from = lab.machine(promise.from());
    String to = lab.machine(promise.to()).name();
    try {
      DatagramChannel channel =
          from.namespace().call(() -> DatagramChannel.open(Responder.family(promise.target())));
      channel.bind(
          new InetSocketAddress(
              SocketAddresses.of(promise.target().family().any()), Probing.nextKey()));
      channel.connect(SocketAddresses.of(promise.target(), promise.port().orElseThrow()));
      var flow = new SteadyFlow(channel, paceNanos, to);
      flow.sender.start();
      flow.hearer.start();
      return flow;
    } catch (IOException e) {
      throw new LabException("no flow from " + from.name() + " to " + to, e);
    }
  }

  private void send() {
    long next = System.nanoTime();
    while (open) {
      try {
        channel.write(ByteBuffer.allocate(BYTES));
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        // There is no way just now, or an ICMP error for an earlier one: it is lost like others.
      }
      sent.incrementAndGet();
      next += paceNanos;
      LockSupport.parkNanos(next - System.nanoTime());
    }
  }

  private void hear() {
    var buffer = ByteBuffer.allocate(2048);
    while (open) {
      try {
        if (channel.read(buffer.clear()) >= 0) {
          silence.answered(System.nanoTime());
        }
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        // An ICMP error for an earlier one.
      }
    }
  }

  /** What came of it so far. */
  Silence silence() {
    return silence;
  }

  /** How many datagrams had no answer so far; some of them may still be on their way. */
  long unanswered() {
    return Math.max(0, sent.get() - silence.answers());
  }

  @Override
  public void close() {
    open = false;
    try {
      channel.close();
      sender.join();
      hearer.join();
    } catch (IOException e) {
      throw new LabException("a flow did not close", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
