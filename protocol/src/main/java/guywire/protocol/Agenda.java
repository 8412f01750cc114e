package guywire.protocol;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Which peer the device must look at, and when: the ordered queue of deadlines, and the peers whose
 * deadline the unlocked threads have brought forward. Only {@link #touch} is for any thread.
 */
final class Agenda {

  /*
   * `touched` is a stack that any thread pushes to and the lock's holder takes whole; a peer is on
   * it at most once. `wakeTime` is the time until which the caller of nextDeadline will sleep: a
   * peer touched for an earlier time is worth waking it.
   *
   * Two races are closed by order. A thread stores its timer and then reads what the device has
   * noticed; the device raises `noticed` to "everything matters", reads the timers, and then stores
   * what it found. A thread pushes the peer and then reads wakeTime; the device raises wakeTime,
   * takes the stack, and then stores the time it found.
   */

  private final AtomicReference<@Nullable Peer> touched = new AtomicReference<>();
  private final TimerQueue queue = new TimerQueue();
  private volatile long wakeTime = Device.NO_DEADLINE;

  /** Asks for a look at a peer; returns whether the device should be told before it wakes up. */
  boolean touch(Peer peer, long due) {
    if (peer.beginTouch()) {
      Peer head;
      do {
        head = touched.get();
        peer.nextTouched = head;
      } while (!touched.compareAndSet(head, peer));
    }
    return due < wakeTime;
  }

  /** When the first peer is due, exactly. */
  long nextDeadline(boolean up) {
    wakeTime = Device.NO_DEADLINE;
    drain(up);
    long next = Device.NO_DEADLINE;
    for (Peer peer = queue.first(); peer != null; peer = queue.first()) {
      long before = peer.queuedDeadline;
      place(peer, up);
      if (peer.queuedDeadline == before && peer.queuePlace >= 0) {
        next = before;
        break;
      }
    }
    wakeTime = next;
    return next;
  }

  /** The next peer that is due, or null; it is to be placed again afterwards. */
  @Nullable Peer takeDue(long now, boolean up) {
    drain(up);
    Peer peer = queue.first();
    return peer != null && peer.queuedDeadline <= now ? peer : null;
  }

  /** Puts a peer where its timers belong. */
  void place(Peer peer, boolean up) {
    peer.notice(Device.NO_DEADLINE);
    long due = up && !peer.isRemoved() ? peer.earliest() : Device.NO_DEADLINE;
    queue.put(peer, due);
    peer.notice(due);
  }

  private void drain(boolean up) {
    if (touched.get() == null) {
      return;
    }
    Peer peer = touched.getAndSet(null);
    while (peer != null) {
      Peer next = peer.nextTouched;
      peer.nextTouched = null;
      peer.endTouch();
      place(peer, up);
      peer = next;
    }
  }
}
