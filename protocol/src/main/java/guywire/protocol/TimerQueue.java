package guywire.protocol;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Peers by the time when one of their timers is due next: a binary heap in which each peer stands
 * at most once and knows its place. Under the device's lock.
 */
final class TimerQueue {

  private @Nullable Peer[] heap = new @Nullable Peer[16];
  private int size;

  /** The peer due first, or null. */
  @Nullable Peer first() {
    return heap[0];
  }

  int size() {
    return size;
  }

  /** Puts a peer where its deadline belongs; {@link Device#NO_DEADLINE} takes it out. */
  void put(Peer peer, long deadline) {
    if (deadline == Device.NO_DEADLINE) {
      remove(peer);
      return;
    }
    long before = peer.queuedDeadline;
    int at = peer.queuePlace;
    peer.queuedDeadline = deadline;
    if (at < 0) {
      if (size == heap.length) {
        heap = Arrays.copyOf(heap, size * 2);
      }
      up(size++, peer);
    } else if (deadline < before) {
      up(at, peer);
    } else {
      down(at, peer);
    }
  }

  void remove(Peer peer) {
    int at = peer.queuePlace;
    if (at < 0) {
      return;
    }
    peer.queuePlace = -1;
    peer.queuedDeadline = Device.NO_DEADLINE;
    Peer last = heap[--size];
    heap[size] = null;
    if (last == null || last == peer) {
      return;
    }
    if (at > 0 && last.queuedDeadline < get((at - 1) / 2).queuedDeadline) {
      up(at, last);
    } else {
      down(at, last);
    }
  }

  private void up(int from, Peer peer) {
    int at = from;
    while (at > 0) {
      int parent = (at - 1) / 2;
      Peer above = get(parent);
      if (above.queuedDeadline <= peer.queuedDeadline) {
        break;
      }
      set(at, above);
      at = parent;
    }
    set(at, peer);
  }

  private void down(int from, Peer peer) {
    int at = from;
    while (2 * at + 1 < size) {
      int child = 2 * at + 1;
      if (child + 1 < size && get(child + 1).queuedDeadline < get(child).queuedDeadline) {
        child++;
      }
      Peer below = get(child);
      if (below.queuedDeadline >= peer.queuedDeadline) {
        break;
      }
      set(at, below);
      at = child;
    }
    set(at, peer);
  }

  private void set(int at, Peer peer) {
    heap[at] = peer;
    peer.queuePlace = at;
  }

  private Peer get(int at) {
    Peer peer = heap[at];
    if (peer == null) {
      throw new IllegalStateException("no peer at place " + at + " of " + size);
    }
    return peer;
  }
}
