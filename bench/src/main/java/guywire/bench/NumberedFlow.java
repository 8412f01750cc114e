package guywire.bench;

import guywire.address.IpAddress;
import guywire.node.Machine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.util.BitSet;
import java.util.concurrent.locks.LockSupport;

/**
 * A steady flow of small datagrams from one machine to another, one way, each with its number: how
 * long none arrived, and which did not. Safe for use from any thread.
 */
final class NumberedFlow implements AutoCloseable {

  private static final int BYTES = 64;

  private final String name;
  private final DatagramChannel mouth;
  private final DatagramChannel ear;
  private final InetSocketAddress target;
  private final long paceNanos;
  private final BitSet arrived = new BitSet();
  private final Thread sender;
  private final Thread hearer;
  private volatile int sent;
  private volatile boolean open = true;

  /** Guarded by this. */
  private long heardAt;

  private long longest;

  private NumberedFlow(
      String name,
      DatagramChannel mouth,
      DatagramChannel ear,
      InetSocketAddress target,
      long paceNanos) {
    this.name = name;
    this.mouth = mouth;
    this.ear = ear;
    this.target = target;
    this.paceNanos = paceNanos;
    heardAt = System.nanoTime();
    sender = Thread.ofVirtual().name("flow " + name).start(this::send);
    hearer = Thread.ofVirtual().name("end of " + name).start(this::hear);
  }

  /**
   * Begins one.
   *
   * @param name the two ends, as they are printed
   * @param to where it arrives, an address of the machine at its end
   */
  static NumberedFlow begin(
      String name, Machine from, Machine at, IpAddress to, int port, long paceNanos)
      throws IOException {
    var target = new InetSocketAddress(InetAddress.getByName(to.toString()), port);
    DatagramChannel ear = at.call(() -> DatagramChannel.open());
    ear.bind(new InetSocketAddress(port));
    DatagramChannel mouth = from.call(() -> DatagramChannel.open());
    return new NumberedFlow(name, mouth, ear, target, paceNanos);
  }

  private void send() {
    long next = System.nanoTime();
    for (int number = 0; open; number++) {
      try {
        mouth.send(ByteBuffer.allocate(BYTES).putInt(0, number), target);
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        // There is no way just now: it is lost like others.
      }
      sent = number + 1;
      next += paceNanos;
      LockSupport.parkNanos(next - System.nanoTime());
    }
  }

  private void hear() {
    var buffer = ByteBuffer.allocate(2 * BYTES);
    try {
      while (ear.receive(buffer.clear()) != null) {
        heard(buffer.getInt(0), System.nanoTime());
      }
    } catch (IOException e) {
      // It is closed.
    }
  }

  private synchronized void heard(int number, long now) {
    longest = Math.max(longest, now - heardAt);
    heardAt = now;
    arrived.set(number);
  }

  String name() {
    return name;
  }

  /** How many were sent so far: the number of the next. */
  int sent() {
    return sent;
  }

  /** From now on the longest silence counts, with the one that lasts now. */
  synchronized void begin() {
    longest = 0;
  }

  /** How long none has arrived. */
  synchronized long silentNanos() {
    return System.nanoTime() - heardAt;
  }

  /** How long none arrived at most since {@link #begin}. */
  synchronized long longestNanos() {
    return Math.max(longest, silentNanos());
  }

  /** How many of those with numbers from one to another did not arrive so far. */
  synchronized int lost(int from, int to) {
    return to - from - arrived.get(from, to).cardinality();
  }

  @Override
  public void close() {
    open = false;
    try {
      mouth.close();
      ear.close();
      sender.join();
      hearer.join();
    } catch (IOException e) {
      throw new IllegalStateException(name, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
