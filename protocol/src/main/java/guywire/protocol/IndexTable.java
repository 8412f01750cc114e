package guywire.protocol;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Our session indices: the random 32-bit numbers by which peers address handshakes and sessions.
 *
 * <p>Any thread looks up without a lock; changes are made under the device's lock.
 */
public final class IndexTable {

  /*
   * Open addressing with linear probing over a power of two of slots, at most half of them used
   * (tombstones included), so that a reader always meets an empty slot. The indices are random, so
   * their low bits are the hash. Slots are written in place with release semantics; a rebuild
   * publishes a new array, and a reader in the old one sees the state of a moment ago.
   */

  /** What an index stands for: first a handshake under way, then the session made from it. */
  static final class Entry {
    final int index;
    private final @Nullable Peer peer;
    private volatile @Nullable Keypair keypair;

    private Entry(int index, @Nullable Peer peer) {
      this.index = index;
      this.peer = peer;
    }

    void becomes(Keypair session) {
      keypair = session;
    }
  }

  private static final Entry REMOVED = new Entry(0, null);

  private volatile AtomicReferenceArray<@Nullable Entry> slots = new AtomicReferenceArray<>(16);
  private int live;
  private int used;

  IndexTable() {}

  /** The session with this index, or null: the first step of receiving a data message. */
  public @Nullable Keypair session(int index) {
    Entry entry = find(index);
    return entry == null ? null : entry.keypair;
  }

  /** The peer whose handshake or session has this index, or null. */
  @Nullable Peer peer(int index) {
    Entry entry = find(index);
    return entry == null ? null : entry.peer;
  }

  /** The peer whose handshake under way has this index, or null. */
  @Nullable Peer handshakePeer(int index) {
    Entry entry = find(index);
    return entry == null || entry.keypair != null ? null : entry.peer;
  }

  /** A new entry for a handshake with an unused random index. */
  Entry add(Peer peer, RandomGenerator random) {
    if ((used + 1) * 2 > slots.length()) {
      rebuild();
    }
    int index = random.nextInt();
    while (find(index) != null) {
      index = random.nextInt();
    }
    var entry = new Entry(index, peer);
    put(slots, entry);
    live++;
    used++;
    return entry;
  }

  /** Takes an entry out; nothing happens if it is out already. */
  void remove(Entry entry) {
    AtomicReferenceArray<@Nullable Entry> array = slots;
    int mask = array.length() - 1;
    for (int i = entry.index & mask; ; i = i + 1 & mask) {
      Entry found = array.getPlain(i);
      if (found == null) {
        return;
      }
      if (found == entry) {
        array.setRelease(i, REMOVED);
        live--;
        return;
      }
    }
  }

  /** How many indices are in use. */
  int size() {
    return live;
  }

  private @Nullable Entry find(int index) {
    AtomicReferenceArray<@Nullable Entry> array = slots;
    int mask = array.length() - 1;
    for (int i = index & mask; ; i = i + 1 & mask) {
      Entry entry = array.getAcquire(i);
      if (entry == null || (entry.index == index && entry != REMOVED)) {
        return entry;
      }
    }
  }

  private void rebuild() {
    int length = Math.max(16, Integer.highestOneBit(live + 1) * 8);
    var array = new AtomicReferenceArray<@Nullable Entry>(length);
    AtomicReferenceArray<@Nullable Entry> old = slots;
    for (int i = 0; i < old.length(); i++) {
      Entry entry = old.getPlain(i);
      if (entry != null && entry != REMOVED) {
        put(array, entry);
      }
    }
    used = live;
    slots = array;
  }

  private static void put(AtomicReferenceArray<@Nullable Entry> array, Entry entry) {
    int mask = array.length() - 1;
    int i = entry.index & mask;
    while (array.getPlain(i) != null) {
      i = i + 1 & mask;
    }
    array.setRelease(i, entry);
  }
}
