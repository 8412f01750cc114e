package guywire.agent.choice;

/**
 * The times by which ways are chosen, in nanoseconds.
 *
 * @param look how often the counters of idle tunnels are looked at: traffic is noticed that late
 * @param restLook how often that is after a minute without traffic to or from anyone
 * @param linger how long after traffic a destination counts as in use
 * @param pace how often the way in use is probed
 * @param burst how often it is probed from when an answer is missing, or none came yet after a
 *     pause
 * @param standby how often a better way is probed while a worse one is used; while nobody answers,
 *     all are probed twice as often
 * @param patience how long nobody answers until it is asked less often
 * @param firstWait how long an answer is waited for at least on a way that has not answered since a
 *     pause
 * @param leastWait how long an answer is waited for at least
 * @param mostWait and at most
 * @param fresh how old an answer may be that shows that a way is alive
 * @param hold how long a better way that was lost must have answered before it is taken again;
 *     twice as long for each further time
 * @param longestHold the longest that this becomes
 * @param calm how long a way must have been used for what it lost before to be forgotten
 * @param minute how long after a change none is made that is not urgent, and in which more than two
 *     need twice the misses
 * @param jump a pause this long means that the process or the machine stood still, so that what was
 *     not answered says nothing
 */
/*
 * A dead way is left in 1 s: it is probed every 250 ms, so the first probe that is lost was sent 250 ms after
 * the last that was answered, and is missed 200 ms later. Then both ways are probed in a burst; three more
 * probes take 200 ms (seven, on a way that loses a fifth of them anyway, 600 ms), and the last of them is
 * missed after another 200 ms. Traffic after a pause is noticed 1.5 s late at most, or 2 s if nobody has talked for
 * a minute; then all ways are probed at once, and the one in use in a burst: of four probes the last is sent 300 ms
 * later and missed 650 ms after that, within the three seconds, and yet a way whose answers take 900 ms is not taken
 * for dead before it was ever measured. Each look wakes the processor, so who is at rest makes no more of them.
 */
public record Timing(
    long look,
    long restLook,
    long linger,
    long pace,
    long burst,
    long standby,
    long patience,
    long firstWait,
    long leastWait,
    long mostWait,
    long fresh,
    long hold,
    long longestHold,
    long calm,
    long minute,
    long jump) {

  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1000 * MILLI;

  /**
   * The most misses in a row that are needed for the third change in a minute, and more. Ten probes
   * a second are sent by then; with the longest wait for an answer, and where nobody has answered
   * for a while before, this still fits in the 5 s that a pair may be dark.
   */
  static final int MOST_MISSES = 12;

  /** All that is due in so short a time is done at once, so that many destinations wake us once. */
  static final long TICK = 50 * MILLI;

  /** The times that agents use. */
  public static final Timing USUAL =
      new Timing(
          1500 * MILLI,
          2 * SECOND,
          10 * SECOND,
          250 * MILLI,
          100 * MILLI,
          SECOND,
          3 * SECOND,
          650 * MILLI,
          200 * MILLI,
          SECOND,
          1500 * MILLI,
          3 * SECOND,
          300 * SECOND,
          600 * SECOND,
          60 * SECOND,
          2 * SECOND);

  /** The same with another minute. */
  public Timing withMinute(long nanos) {
    return new Timing(
        look,
        restLook,
        linger,
        pace,
        burst,
        standby,
        patience,
        firstWait,
        leastWait,
        mostWait,
        fresh,
        hold,
        longestHold,
        calm,
        nanos,
        jump);
  }
}
