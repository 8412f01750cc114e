package guywire.tunnel;

import guywire.linux.Memory;
import guywire.linux.Wakeup;
import guywire.protocol.Limits;
import guywire.protocol.Path;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Handshake and cookie messages between the receiving thread, which only copies them, and the
 * control thread, which works on them. Holds at most 4096.
 */
final class HandshakeQueue {

  /** A waiting message. */
  record Waiting(byte[] bytes, Path path, int trafficClass) {}

  private final ConcurrentLinkedQueue<Waiting> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger size = new AtomicInteger();
  private final Wakeup control;

  HandshakeQueue(Wakeup control) {
    this.control = control;
  }

  /** Copies a message in and wakes the control thread; false if there is no room. */
  boolean offer(long address, int length, Path path, int trafficClass) {
    if (size.get() >= Limits.MAX_QUEUED_HANDSHAKES) {
      return false;
    }
    var bytes = new byte[length];
    MemorySegment.copy(Memory.ALL, ValueLayout.JAVA_BYTE, address, bytes, 0, length);
    queue.add(new Waiting(bytes, path, trafficClass));
    if (size.getAndIncrement() == 0) {
      control.signal();
    }
    return true;
  }

  /** The oldest message, or null. */
  @Nullable Waiting poll() {
    Waiting waiting = queue.poll();
    if (waiting != null) {
      size.decrementAndGet();
    }
    return waiting;
  }

  /** How many wait. */
  int size() {
    return size.get();
  }
}
