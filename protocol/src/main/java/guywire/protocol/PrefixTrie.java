package guywire.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A longest-prefix map from up to 128 bits to peers. Any thread looks up; one at a time, under the
 * device's lock, changes.
 */
final class PrefixTrie {

  /*
   * A tree bitmap (Eatherton, Varghese, Dittia 2004) of six bits a step with path compression: for a
   * million prefixes a lookup touches some ten cache lines where a binary trie touches forty.
   *
   * A node stands at a depth (a multiple of six) under a prefix of that length. `inside` has a bit for
   * each owned prefix of depth to depth + 5 bits: bit 1 is the node's own prefix, bits 2 and 3 those
   * one longer, and so on as in a heap, so that the prefixes that hold a given value of the next six
   * bits are a constant mask, and the longest of them the highest bit. `outside` has a bit for each
   * value of the next six bits under which something longer lies: another node, however much deeper, or
   * a lone prefix. `slots` has the one's prefixes, then the other's entries, without gaps. A node has
   * two slots at least; one that would keep a single one is replaced by it.
   *
   * Readers need no lock: a node's bits never change. A change makes a new node, complete with its
   * slots, and puts it into the slot of the one it replaces, by one store. A reader that stands on the
   * old one goes on in a trie that was true a moment ago, because only slots of nodes in place are
   * stored to.
   *
   * Keys are left-aligned in two longs, so IPv4 uses the first 32 bits of `high`. The prefixes of a
   * peer are a doubly linked list that only the writer sees.
   */

  private static final int STEP = 6;
  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Object[].class);

  /** For each value of six bits, the bits of `inside` of the prefixes that hold it. */
  private static final long[] HOLDERS = holders();

  /** A prefix that a peer owns, with its place in the peer's list. */
  static final class Owned {
    final PrefixTrie trie;
    final Peer peer;
    final long high;
    final long low;
    final int length;
    @Nullable Owned next;
    private @Nullable Owned previous;

    private Owned(PrefixTrie trie, long high, long low, int length, Peer peer) {
      this.trie = trie;
      this.peer = peer;
      this.high = high;
      this.low = low;
      this.length = length;
    }

    private boolean is(long otherHigh, long otherLow, int otherLength) {
      return length == otherLength && high == otherHigh && low == otherLow;
    }
  }

  /** An inner node; its slots hold {@link Owned} and {@link Node}. */
  private static final class Node {
    final long high;
    final long low;
    final int depth;
    final long inside;
    final long outside;
    final Object[] slots;

    Node(long high, long low, int depth, long inside, long outside, Object[] slots) {
      this.high = high;
      this.low = low;
      this.depth = depth;
      this.inside = inside;
      this.outside = outside;
      this.slots = slots;
    }

    static Node empty(long high, long low, int depth) {
      return new Node(mask(high, depth), maskLow(low, depth), depth, 0, 0, new Object[0]);
    }

    /** Whether a prefix of this length belongs inside this node rather than deeper. */
    boolean takesInside(int length) {
      return length < depth + STEP;
    }

    /** The bit of `inside` for an owned prefix. */
    long insideBit(long keyHigh, long keyLow, int length) {
      int extra = length - depth;
      return 1L << ((1 << extra) | step(keyHigh, keyLow, depth) >>> (STEP - extra));
    }

    long outsideBit(long keyHigh, long keyLow) {
      return 1L << step(keyHigh, keyLow, depth);
    }

    int insideSlot(long bit) {
      return Long.bitCount(inside & (bit - 1));
    }

    int outsideSlot(long bit) {
      return Long.bitCount(inside) + Long.bitCount(outside & (bit - 1));
    }

    Node withInside(long bit, Owned owned) {
      Object[] more = insert(insideSlot(bit), owned);
      return new Node(high, low, depth, inside | bit, outside, more);
    }

    Node withOutside(long bit, Object entry) {
      Object[] more = insert(outsideSlot(bit), entry);
      return new Node(high, low, depth, inside, outside | bit, more);
    }

    /** This node with one more entry, for which there is no slot yet. */
    Node with(Owned owned) {
      return takesInside(owned.length)
          ? withInside(insideBit(owned.high, owned.low, owned.length), owned)
          : withOutside(outsideBit(owned.high, owned.low), owned);
    }

    Object without(long insideBit, long outsideBit, int slot) {
      if (slots.length == 2) {
        return slots[1 - slot];
      }
      var fewer = new Object[slots.length - 1];
      System.arraycopy(slots, 0, fewer, 0, slot);
      System.arraycopy(slots, slot + 1, fewer, slot, fewer.length - slot);
      return new Node(high, low, depth, inside & ~insideBit, outside & ~outsideBit, fewer);
    }

    private Object[] insert(int slot, Object entry) {
      var more = new Object[slots.length + 1];
      System.arraycopy(slots, 0, more, 0, slot);
      more[slot] = entry;
      System.arraycopy(slots, slot, more, slot + 1, slots.length - slot);
      return more;
    }
  }

  /** One slot that holds the whole trie, or null. */
  private final @Nullable Object[] top = new @Nullable Object[1];

  private int size;

  private static long[] holders() {
    var masks = new long[1 << STEP];
    for (int value = 0; value < masks.length; value++) {
      for (int extra = 0; extra < STEP; extra++) {
        masks[value] |= 1L << ((1 << extra) | value >>> (STEP - extra));
      }
    }
    return masks;
  }

  /** The owner of the longest prefix that holds these bits, or null. */
  @Nullable Peer longestMatch(long high, long low) {
    @Nullable Object[] best = null;
    int bestSlot = 0;
    @Nullable Object[] slots = top;
    int slot = 0;
    Object entry = SLOT.getAcquire(slots, slot);
    while (entry instanceof Node node && holds(node.high, node.low, node.depth, high, low)) {
      int step = step(high, low, node.depth);
      long holders = node.inside & HOLDERS[step];
      slots = node.slots;
      if (holders != 0) {
        best = slots;
        bestSlot = node.insideSlot(Long.highestOneBit(holders));
      }
      long bit = 1L << step;
      if ((node.outside & bit) == 0) {
        entry = null;
        break;
      }
      entry = SLOT.getAcquire(slots, node.outsideSlot(bit));
    }
    if (entry instanceof Owned owned && holds(owned.high, owned.low, owned.length, high, low)) {
      return owned.peer;
    }
    return best != null && SLOT.getAcquire(best, bestSlot) instanceof Owned owned
        ? owned.peer
        : null;
  }

  int size() {
    return size;
  }

  /** Whether somebody owns exactly this prefix; for the writer. */
  boolean has(long high, long low, int length) {
    Object entry = top[0];
    while (entry instanceof Node node
        && length >= node.depth
        && holds(node.high, node.low, node.depth, high, low)) {
      boolean inside = node.takesInside(length);
      long bit = inside ? node.insideBit(high, low, length) : node.outsideBit(high, low);
      if (((inside ? node.inside : node.outside) & bit) == 0) {
        return false;
      }
      entry = node.slots[inside ? node.insideSlot(bit) : node.outsideSlot(bit)];
    }
    return entry instanceof Owned owned && owned.is(high, low, length);
  }

  /** Gives a prefix to a peer; whoever had exactly this one loses it. */
  void insert(long high, long low, int length, Peer peer) {
    @Nullable Object[] slots = top;
    int slot = 0;
    while (slots[slot] instanceof Node node
        && length >= node.depth
        && holds(node.high, node.low, node.depth, high, low)) {
      boolean inside = node.takesInside(length);
      long bit = inside ? node.insideBit(high, low, length) : node.outsideBit(high, low);
      if (((inside ? node.inside : node.outside) & bit) == 0) {
        Owned added = own(high, low, length, peer);
        SLOT.setRelease(
            slots, slot, inside ? node.withInside(bit, added) : node.withOutside(bit, added));
        return;
      }
      slots = node.slots;
      slot = inside ? node.insideSlot(bit) : node.outsideSlot(bit);
    }
    Object there = slots[slot];
    if (there instanceof Owned same && same.is(high, low, length)) {
      if (same.peer != peer) {
        disown(same);
        SLOT.setRelease(slots, slot, own(high, low, length, peer));
      }
      return;
    }
    Owned added = own(high, low, length, peer);
    SLOT.setRelease(slots, slot, there == null ? added : join(there, added));
  }

  /** A new node over two entries neither of which has a place in the other. */
  private static Node join(Object there, Owned added) {
    if (there instanceof Owned owned) {
      int common = common(owned.high, owned.low, owned.length, added);
      return Node.empty(added.high, added.low, common - common % STEP).with(owned).with(added);
    }
    var node = (Node) there;
    int common = common(node.high, node.low, node.depth, added);
    Node above = Node.empty(added.high, added.low, common - common % STEP);
    return above.withOutside(above.outsideBit(node.high, node.low), node).with(added);
  }

  /** Takes a prefix from a peer; false if the peer does not own it. */
  boolean remove(long high, long low, int length, Peer peer) {
    // Where the node is whose slot is looked at: it may be replaced.
    @Nullable Object[] above = top;
    int aboveSlot = 0;
    @Nullable Object[] slots = top;
    int slot = 0;
    long insideBit = 0;
    long outsideBit = 0;
    Node parent = null;
    while (slots[slot] instanceof Node node
        && length >= node.depth
        && holds(node.high, node.low, node.depth, high, low)) {
      boolean inside = node.takesInside(length);
      insideBit = inside ? node.insideBit(high, low, length) : 0;
      outsideBit = inside ? 0 : node.outsideBit(high, low);
      if ((node.inside & insideBit | node.outside & outsideBit) == 0) {
        return false;
      }
      above = slots;
      aboveSlot = slot;
      parent = node;
      slots = node.slots;
      slot = inside ? node.insideSlot(insideBit) : node.outsideSlot(outsideBit);
    }
    if (!(slots[slot] instanceof Owned owned)
        || !owned.is(high, low, length)
        || owned.peer != peer) {
      return false;
    }
    disown(owned);
    Object left = parent == null ? null : parent.without(insideBit, outsideBit, slot);
    SLOT.setRelease(above, aboveSlot, left);
    return true;
  }

  private Owned own(long high, long low, int length, Peer peer) {
    var added = new Owned(this, high, low, length, peer);
    Owned first = peer.owned;
    added.next = first;
    if (first != null) {
      first.previous = added;
    }
    peer.owned = added;
    size++;
    return added;
  }

  private void disown(Owned owned) {
    if (owned.previous == null) {
      owned.peer.owned = owned.next;
    } else {
      owned.previous.next = owned.next;
    }
    if (owned.next != null) {
      owned.next.previous = owned.previous;
    }
    size--;
  }

  /** Whether the first bits of two keys are the same. */
  private static boolean holds(long high, long low, int length, long otherHigh, long otherLow) {
    if (length <= 64) {
      return length == 0 || (high ^ otherHigh) >>> (64 - length) == 0;
    }
    return high == otherHigh && (low ^ otherLow) >>> (128 - length) == 0;
  }

  /** The six bits from this depth on; past the end they are zero. */
  private static int step(long high, long low, int depth) {
    if (depth <= 64 - STEP) {
      return (int) (high >>> (64 - STEP - depth)) & 63;
    }
    if (depth < 64) {
      return (int) (high << (depth + STEP - 64) | low >>> (128 - STEP - depth)) & 63;
    }
    int shift = 128 - STEP - depth;
    return (int) (shift >= 0 ? low >>> shift : low << -shift) & 63;
  }

  /** How many bits two prefixes have in common. */
  private static int common(long high, long low, int length, Owned other) {
    int same =
        high != other.high
            ? Long.numberOfLeadingZeros(high ^ other.high)
            : 64 + Long.numberOfLeadingZeros(low ^ other.low);
    return Math.min(same, Math.min(length, other.length));
  }

  private static long mask(long high, int length) {
    return length >= 64 ? high : length == 0 ? 0 : high & (-1L << (64 - length));
  }

  private static long maskLow(long low, int length) {
    return length <= 64 ? 0 : length == 128 ? low : low & (-1L << (128 - length));
  }
}
