package guywire.prove;

import java.util.function.BiConsumer;

/**
 * What is said about each of many parts of a network, in any order. In a full mesh every part says
 * something of every other, so these are numbers in a hash table without objects. Used by one
 * thread.
 */
final class ClusterSums {

  private int[] ids = new int[4];
  private long[] sums = new long[4];
  private int size;

  /** Adds what is said about a part, whose number is from 0. */
  void say(int about, Fingerprint what) {
    if (2 * size >= ids.length) {
      grow();
    }
    int at = slot(about);
    if (ids[at] == 0) {
      ids[at] = about + 1;
      sums[at] = Fingerprint.EMPTY.bits();
      size++;
    }
    sums[at] = new Fingerprint(sums[at]).among(what).bits();
  }

  /** Whether anything was said about a part. */
  boolean has(int about) {
    return ids[slot(about)] != 0;
  }

  /** What was said about a part; if it was nothing, what is said by nothing. */
  Fingerprint about(int about) {
    int at = slot(about);
    return ids[at] == 0 ? Fingerprint.EMPTY : new Fingerprint(sums[at]);
  }

  /** All parts that something was said about, in no order. */
  void forEach(BiConsumer<Integer, Fingerprint> action) {
    for (int at = 0; at < ids.length; at++) {
      if (ids[at] != 0) {
        action.accept(ids[at] - 1, new Fingerprint(sums[at]));
      }
    }
  }

  /** Where a part is, or the free place where it would be. */
  private int slot(int about) {
    int at = about * 0x9e3779b9 >>> Integer.numberOfLeadingZeros(ids.length) + 1;
    while (ids[at] != 0 && ids[at] != about + 1) {
      at = at + 1 & ids.length - 1;
    }
    return at;
  }

  private void grow() {
    int[] oldIds = ids;
    long[] oldSums = sums;
    ids = new int[2 * oldIds.length];
    sums = new long[ids.length];
    for (int i = 0; i < oldIds.length; i++) {
      if (oldIds[i] != 0) {
        int at = slot(oldIds[i] - 1);
        ids[at] = oldIds[i];
        sums[at] = oldSums[i];
      }
    }
  }
}
