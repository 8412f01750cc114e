package guywire.lab;

/**
 * How long nothing came of a flow. Nanoseconds are those of any clock that only goes forward. Safe
 * for use from any thread.
 */
final class Silence {

  private boolean heard;
  private long last;
  private long longest;
  private long answers;

  /** An answer came. */
  synchronized void answered(long nanos) {
    if (heard) {
      longest = Math.max(longest, nanos - last);
    }
    heard = true;
    last = nanos;
    answers++;
    notifyAll();
  }

  /** From now on the longest silence counts, with the one that lasts now. */
  synchronized void begin() {
    longest = 0;
  }

  /** The longest until a moment. */
  synchronized long longest(long nanos) {
    return Math.max(longest, current(nanos));
  }

  /** How long nothing has come; as good as for ever if nothing ever did. */
  synchronized long current(long nanos) {
    return heard ? Math.max(0, nanos - last) : Long.MAX_VALUE;
  }

  /** How many answers came. */
  synchronized long answers() {
    return answers;
  }
}
