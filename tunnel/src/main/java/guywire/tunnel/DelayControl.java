package guywire.tunnel;

/**
 * Decides when a queue has stood for too long, so that a packet should tell its sender to slow
 * down. Confined to one thread; times come in as arguments.
 */
/*
 * The law is CoDel's (RFC 8289): once in an interval that is a long round trip, then more often by the
 * square root of how often already. Its measure is another one. CoDel takes the shortest wait of an
 * interval, because a queue in front of a wire that empties now and then is a good one. In front of a
 * processor that is shared with the sender, a queue of megabytes runs empty whenever the scheduler lets
 * it, and is as long as ever in between: so here the mean over time decides.
 *
 * A packet waits for two reasons: others stand before it, or the thread that is to carry it is not
 * running, because the processor is another's. Only for the first is its sender to blame; a sender that slows
 * down for the second never fills the pipe, which is as long as the thread is away. So what counts of a
 * wait is the thread's own processor time that passed meanwhile (OwnTime): what it carried before.
 * Where the thread gets less than half of the time in which it has work, the others make most of the delay, and
 * some has to wait for its turn to be of use: then it is told at the same slow pace for ever. A sender that
 * hears of the queue once in a long round trip keeps the thread busy in its turns and the queue short; told
 * more and more often, because the wait does not end, it would starve.
 *
 * Who is told is the caller's affair: not everybody listens. TCP repeats what it misses; a datagram of UDP or a
 * fragment of an echo request is repeated by nobody, and most of their senders have their own pace.
 */
final class DelayControl {

  /** The mean of own time waited that is none of our business, in nanoseconds. */
  static final long TARGET_NANOS = 500_000;

  /** What the mean is taken over, roughly. */
  static final long WINDOW_NANOS = 50_000_000;

  /** The first interval between two packets that carry the news. */
  static final long INTERVAL_NANOS = 100_000_000;

  private final OwnTime own;
  private double mean;
  private long last = Long.MIN_VALUE;
  private long next = Long.MIN_VALUE;
  private int told;

  /** With what is known of the thread's own time. */
  DelayControl(OwnTime own) {
    this.own = own;
  }

  /**
   * A packet leaves the queue.
   *
   * @param since when it came into the queue, in nanoseconds
   * @param now a time in nanoseconds, never going back
   */
  void left(long since, long now) {
    average(own.since(since, now), now);
    if (mean <= TARGET_NANOS || own.isScarce()) {
      told = 0;
    }
  }

  /** Whether a packet that can carry the news should, and then {@link #told} be called. */
  boolean isDue(long now) {
    return mean > TARGET_NANOS && now >= next;
  }

  /** A packet carries the news. */
  void told(long now) {
    told++;
    next = now + (long) (INTERVAL_NANOS / Math.sqrt(told));
  }

  /** Since the last packet there was no queue for as long as this one did not wait. */
  private void average(long waited, long now) {
    if (last != Long.MIN_VALUE) {
      long passed = now - last;
      long standing = Math.min(passed, waited);
      mean *= Math.max(0, 1 - (double) (passed - standing) / WINDOW_NANOS);
      mean += (waited - mean) * Math.min(1, (double) standing / WINDOW_NANOS);
    }
    last = now;
  }
}
