package guywire.protocol;

import java.util.Arrays;

/**
 * Which of the last counters of a session were seen: a sliding window of 8192 bits, of which 8128
 * are usable.
 *
 * <p>Owned by the receiving side: one thread at a time, with a happens-before between two of them.
 */
public final class ReplayWindow {

  /*
   * RFC 6479: the window is a ring of words that moves by whole words, so advancing clears the words
   * entered anew and shifts nothing. One word of slack is the price: 8192 - 64 counters are
   * remembered for certain. `next` is the highest counter seen plus one (0: none), and a counter c
   * has bit c + 1, as in the kernel, so that zero needs no special case.
   */

  /** How many counters behind the newest are certain to be accepted once. */
  public static final int USABLE = 8192 - 64;

  private static final int WORDS = 8192 / 64;

  private final long[] ring = new long[WORDS];
  private long next;

  /** A window that has seen nothing. */
  public ReplayWindow() {}

  /**
   * Marks an authenticated message's counter as seen.
   *
   * @return false if it must be dropped: seen before, too old, or past the limit
   */
  public boolean accept(long counter) {
    if (Long.compareUnsigned(counter, Limits.REJECT_AFTER_MESSAGES) >= 0) {
      return false;
    }
    long bit = counter + 1;
    if (Long.compareUnsigned(bit + USABLE, next) < 0) {
      return false;
    }
    if (Long.compareUnsigned(bit, next) > 0) {
      long from = next >>> 6;
      long words = (bit >>> 6) - from;
      if (words >= WORDS) {
        Arrays.fill(ring, 0);
      } else {
        for (long i = 1; i <= words; i++) {
          ring[(int) (from + i) & WORDS - 1] = 0;
        }
      }
      next = bit;
    }
    int word = (int) (bit >>> 6) & WORDS - 1;
    long mask = 1L << bit;
    boolean seen = (ring[word] & mask) != 0;
    ring[word] |= mask;
    return !seen;
  }

  /** Whether the highest counter seen has reached the limit of a session. */
  public boolean isExhausted() {
    return Long.compareUnsigned(next, Limits.REJECT_AFTER_MESSAGES) >= 0;
  }
}
