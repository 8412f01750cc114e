package guywire.tunnel;

import guywire.linux.Memory;
import guywire.linux.Namespace;
import guywire.linux.Region;
import guywire.linux.UdpSender;
import guywire.linux.UdpSocket;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Datagrams without end from a port of its own to a tunnel, some thousand a second. */
final class Flood implements AutoCloseable {

  private static final long PAUSE_NANOS = 1_000_000;

  private final Thread thread;
  private volatile boolean ended;
  private volatile long sent;

  /**
   * Begins.
   *
   * @param from the namespace to send from
   * @param ipv4 where to, as a number
   */
  Flood(Namespace from, int ipv4, int port, int perSecond, Supplier<byte[]> datagrams) {
    UdpSocket socket = from.call(() -> UdpSocket.open(false, 0));
    thread =
        Thread.ofPlatform()
            .daemon()
            .name("flood")
            .start(() -> {
              try (socket) {
                send(socket, ipv4, port, perSecond, datagrams);
              }
            });
  }

  private void send(
      UdpSocket socket, int ipv4, int port, int perSecond, Supplier<byte[]> datagrams) {
    var sender = new UdpSender(new Region());
    sender.to4(ipv4, port);
    long buffer = Memory.allocate(1 << 16);
    long start = System.nanoTime();
    while (!ended) {
      long due = (System.nanoTime() - start) / 1000 * perSecond / 1_000_000;
      for (; sent < due && !ended; sent = sent + 1) {
        byte[] datagram = datagrams.get();
        MemorySegment.copy(MemorySegment.ofArray(datagram), 0, Memory.ALL, buffer, datagram.length);
        int _ = sender.send(socket, buffer, datagram.length, datagram.length, 0);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** How many were sent so far. */
  long sent() {
    return sent;
  }

  @Override
  public void close() {
    ended = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
