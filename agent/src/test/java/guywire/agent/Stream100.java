package guywire.agent;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A hundred packets a second from one box to another, each with its number. */
final class Stream100 implements AutoCloseable {

  static final long GAP_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final int PORT = 9999;

  private final DatagramSocket from;
  private final DatagramSocket to;
  private final BitSet arrived = new BitSet();
  private volatile int sent;
  private volatile boolean ended;

  Stream100(Box source, Box sink, String sinkAddress) throws Exception {
    to = sink.call(() -> new DatagramSocket(new InetSocketAddress(sinkAddress, PORT)));
    from = source.call(() -> new DatagramSocket());
    var target = new InetSocketAddress(InetAddress.getByName(sinkAddress), PORT);
    Thread.ofPlatform().daemon().start(() -> send(target));
    Thread.ofPlatform().daemon().start(this::receive);
  }

  private void send(InetSocketAddress target) {
    long next = System.nanoTime();
    while (!ended) {
      try {
        from.send(new DatagramPacket(ByteBuffer.allocate(64).putInt(sent).array(), 64, target));
      } catch (java.io.IOException e) {
        // No route just now: a packet that is lost.
      }
      sent++;
      next += GAP_NANOS;
      LockSupport.parkNanos(next - System.nanoTime());
    }
  }

  private void receive() {
    var packet = new DatagramPacket(new byte[64], 64);
    try {
      while (!ended) {
        to.receive(packet);
        synchronized (arrived) {
          arrived.set(ByteBuffer.wrap(packet.getData()).getInt());
        }
      }
    } catch (java.io.IOException e) {
      // Closed.
    }
  }

  /** The number of the next packet. */
  int now() {
    return sent;
  }

  /** Whether a packet after this one has arrived. */
  boolean arrivesAfter(int number) {
    synchronized (arrived) {
      return arrived.nextSetBit(number) >= 0;
    }
  }

  /** How many packets in a row were lost at most, from this number on to the last that arrived. */
  int longestGap(int begin) {
    synchronized (arrived) {
      int longest = 0;
      int at = arrived.nextClearBit(begin);
      while (at < arrived.length()) {
        int end = arrived.nextSetBit(at);
        longest = Math.max(longest, end - at);
        at = arrived.nextClearBit(end);
      }
      return longest;
    }
  }

  @Override
  public void close() {
    ended = true;
    from.close();
    to.close();
  }
}
