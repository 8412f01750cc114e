package guywire.tunnel;

/**
 * How much of the time that passes a thread spends working, window by window. Confined to one
 * thread, but for {@link #share}; times come in as arguments.
 */
final class Load {

  private final long windowNanos;
  private long since;
  private long usedSince;
  private volatile double share;

  Load(long windowNanos) {
    this.windowNanos = windowNanos;
  }

  /** Begins a window: what was before does not count. */
  void restart(long now, long used) {
    since = now;
    usedSince = used;
  }

  /** Whether the window has been open for long enough to {@link #measure}. */
  boolean isDue(long now) {
    return now - since >= windowNanos;
  }

  /**
   * Ends the window and begins the next.
   *
   * @param now a time in nanoseconds
   * @param used the processor time the thread has used in its life, in nanoseconds
   * @return the share of the window that was used, 0 to 1
   */
  double measure(long now, long used) {
    double measured = now == since ? 0 : Math.min(1, (double) (used - usedSince) / (now - since));
    restart(now, used);
    share = measured;
    return measured;
  }

  /** The share of the last window; 0 before. From any thread. */
  double share() {
    return share;
  }
}
