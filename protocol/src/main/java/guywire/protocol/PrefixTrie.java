package guywire.protocol;

import org.jspecify.annotations.Nullable;

/**
 * A longest-prefix map from up to 128 bits to peers. Any thread looks up; one at a time, under the
 * device's lock, changes.
 */
final class PrefixTrie {

  /*
   * A binary radix trie with path compression: every node is a prefix, its children are longer ones
   * inside it that differ in the next bit. A node either is owned by a peer or is a fork with two
   * children, so n prefixes make fewer than 2n nodes and a lookup visits at most one node per
   * distinct length on its way.
   *
   * Readers need no lock because every change becomes visible by one store of one reference: a new
   * node is complete, children and all, before it is linked, and a removed one keeps its
   * children, so that a reader standing on it goes on in a trie that was true a moment ago. The
   * owner of a node never changes: a new owner is a new node in the same place.
   *
   * Keys are left-aligned in two longs, so IPv4 uses the first 32 bits of `high`. The nodes of a
   * peer are a doubly linked list that only the writer sees.
   */

  /** A prefix of the trie; by itself a fork that nobody owns. */
  abstract static sealed class Node permits Fork, Owned {
    final long high;
    final long low;
    final int length;
    volatile @Nullable Node zero;
    volatile @Nullable Node one;

    private Node(long high, long low, int length) {
      this.high = high;
      this.low = low;
      this.length = length;
    }

    final boolean contains(long otherHigh, long otherLow) {
      if (length <= 64) {
        return length == 0 || (high ^ otherHigh) >>> (64 - length) == 0;
      }
      return high == otherHigh && (low ^ otherLow) >>> (128 - length) == 0;
    }
  }

  private static final class Fork extends Node {
    private Fork(long high, long low, int length) {
      super(high, low, length);
    }
  }

  /** A prefix that a peer owns, with its place in the peer's list. */
  static final class Owned extends Node {
    final PrefixTrie trie;
    final Peer peer;
    @Nullable Owned next;
    private @Nullable Owned previous;

    private Owned(PrefixTrie trie, long high, long low, int length, Peer peer) {
      super(high, low, length);
      this.trie = trie;
      this.peer = peer;
    }
  }

  private volatile @Nullable Node root;
  private int size;

  /** The owner of the longest prefix that holds these bits, or null. */
  @Nullable Peer longestMatch(long high, long low) {
    Peer best = null;
    Node node = root;
    while (node != null && node.contains(high, low)) {
      if (node instanceof Owned owned) {
        best = owned.peer;
      }
      if (node.length == 128) {
        break;
      }
      node = bit(high, low, node.length) ? node.one : node.zero;
    }
    return best;
  }

  int size() {
    return size;
  }

  /** Gives a prefix to a peer; whoever had exactly this one loses it. */
  void insert(long high, long low, int length, Peer peer) {
    Node parent = null;
    Node node = root;
    while (node != null && node.length < length && node.contains(high, low)) {
      parent = node;
      node = child(node, bit(high, low, node.length));
    }
    if (node instanceof Owned same && same.length == length && same.contains(high, low)) {
      if (same.peer == peer) {
        return;
      }
      unlist(same);
      size--;
    }
    var added = new Owned(this, high, low, length, peer);
    enlist(added);
    size++;
    Node link = added;
    if (node != null) {
      int common = Math.min(commonLength(node, high, low), Math.min(node.length, length));
      if (common == node.length && common == length) {
        added.zero = node.zero;
        added.one = node.one;
      } else if (common == length) {
        adopt(added, node);
      } else {
        var fork = new Fork(mask(high, common), maskLow(low, common), common);
        adopt(fork, node);
        adopt(fork, added);
        link = fork;
      }
    }
    link(parent, high, low, link);
  }

  /** Takes a prefix from a peer; false if the peer does not own it. */
  boolean remove(long high, long low, int length, Peer peer) {
    Node grandparent = null;
    Node parent = null;
    Node node = root;
    while (node != null && node.length < length && node.contains(high, low)) {
      grandparent = parent;
      parent = node;
      node = child(node, bit(high, low, node.length));
    }
    if (!(node instanceof Owned owned)
        || owned.length != length
        || !owned.contains(high, low)
        || owned.peer != peer) {
      return false;
    }
    unlist(owned);
    size--;
    Node zero = owned.zero;
    Node one = owned.one;
    if (zero != null && one != null) {
      var fork = new Fork(high, low, length);
      fork.zero = zero;
      fork.one = one;
      link(parent, high, low, fork);
    } else if (zero != null || one != null) {
      link(parent, high, low, zero != null ? zero : one);
    } else if (parent instanceof Fork fork) {
      // A fork with one way left is none: the other way takes its place.
      link(grandparent, high, low, child(fork, !bit(high, low, fork.length)));
    } else {
      link(parent, high, low, null);
    }
    return true;
  }

  private void link(@Nullable Node parent, long high, long low, @Nullable Node node) {
    if (parent == null) {
      root = node;
    } else if (bit(high, low, parent.length)) {
      parent.one = node;
    } else {
      parent.zero = node;
    }
  }

  private static @Nullable Node child(Node node, boolean one) {
    return one ? node.one : node.zero;
  }

  /** Hangs a node into a shorter one that is not yet visible to readers. */
  private static void adopt(Node parent, Node node) {
    if (bit(node.high, node.low, parent.length)) {
      parent.one = node;
    } else {
      parent.zero = node;
    }
  }

  private static void enlist(Owned node) {
    Owned first = node.peer.owned;
    node.next = first;
    if (first != null) {
      first.previous = node;
    }
    node.peer.owned = node;
  }

  private static void unlist(Owned node) {
    if (node.previous == null) {
      node.peer.owned = node.next;
    } else {
      node.previous.next = node.next;
    }
    if (node.next != null) {
      node.next.previous = node.previous;
    }
  }

  private static boolean bit(long high, long low, int index) {
    return index < 64 ? high << index < 0 : low << index < 0;
  }

  private static int commonLength(Node node, long high, long low) {
    return node.high != high
        ? Long.numberOfLeadingZeros(node.high ^ high)
        : 64 + Long.numberOfLeadingZeros(node.low ^ low);
  }

  private static long mask(long high, int length) {
    return length >= 64 ? high : length == 0 ? 0 : high & (-1L << (64 - length));
  }

  private static long maskLow(long low, int length) {
    return length <= 64 ? 0 : length == 128 ? low : low & (-1L << (128 - length));
  }
}
