package guywire.tunnel;

/**
 * A thread's processor time beside the time that passes: how much of a wait it worked, and whether
 * it gets the processor when it has work. Confined to that thread; times come in as arguments.
 */
final class OwnTime {

  private static final int SAMPLES = 64;

  /** What the share is taken over, in nanoseconds of time with work. */
  private static final long WINDOW_NANOS = 100_000_000;

  /** A share of the time with work, below which the processor is others' for the most part. */
  private static final double SCARCE = 0.5;

  private final long[] times = new long[SAMPLES];
  private final long[] used = new long[SAMPLES];
  private int count;
  private double share = 1;

  /**
   * The thread takes up work.
   *
   * @param workSince when the work came that it takes up, if that is later than its last sample
   * @param now a time in nanoseconds, never going back
   * @param usedNow the processor time that the thread has used in its life, in nanoseconds
   */
  void sample(long workSince, long now, long usedNow) {
    if (count > 0) {
      int newest = (count - 1) % SAMPLES;
      long begun = Math.min(now, Math.max(times[newest], workSince));
      long passed = now - begun;
      long worked = Math.min(passed, usedNow - used[newest]);
      if (passed > 0) {
        double weight = Math.min(1, (double) passed / WINDOW_NANOS);
        share += ((double) worked / passed - share) * weight;
      }
    }
    times[count % SAMPLES] = now;
    used[count % SAMPLES] = usedNow;
    count = count == 2 * SAMPLES - 1 ? SAMPLES : count + 1;
  }

  /** Nanoseconds that the thread has worked from one time to now; from its last sample on, all. */
  long since(long from, long now) {
    if (count == 0 || from >= now) {
      return Math.max(0, now - from);
    }
    int newest = count - 1;
    int oldest = Math.max(0, count - SAMPLES);
    long all = now - Math.max(from, times[newest % SAMPLES]);
    for (int i = newest; i > oldest && times[i % SAMPLES] > from; i--) {
      long begun = times[(i - 1) % SAMPLES];
      long passed = times[i % SAMPLES] - begun;
      long worked = Math.min(passed, used[i % SAMPLES] - used[(i - 1) % SAMPLES]);
      long counted = times[i % SAMPLES] - Math.max(from, begun);
      // Within a sample's time nobody knows when it worked: evenly.
      all += passed == 0 ? 0 : worked * counted / passed;
    }
    return all;
  }

  /** Whether the thread gets less than half of the time in which it has work. */
  boolean isScarce() {
    return share < SCARCE;
  }
}
