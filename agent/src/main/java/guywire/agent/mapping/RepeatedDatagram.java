package guywire.agent.mapping;

import java.util.List;

/**
 * When a datagram that may get lost is sent again. All times are nanoseconds of a clock that never
 * goes back.
 *
 * <p>For one thread.
 */
final class RepeatedDatagram {

  private static final long SECOND = 1_000_000_000L;
  private static final long MILLI = 1_000_000L;

  /** When it is sent again, after the first; the last says when it is given up. */
  static final List<Long> ASKED = List.of(250 * MILLI, 750 * MILLI, 1750 * MILLI, 3 * SECOND);

  /** An answer to a search may take a second (its MX), so it has its time. */
  static final List<Long> SEARCHED = List.of(SECOND, 2 * SECOND, 4 * SECOND);

  /** After a time in which nothing was done (a sleep), the next one follows no sooner. */
  private static final long APART = 250 * MILLI;

  private final List<Long> again;
  private final long began;
  private long nextAt;
  private int sent;

  RepeatedDatagram(List<Long> again, long now) {
    this.again = again;
    this.began = now;
    this.nextAt = now;
  }

  /** When to send it, or to give it up. */
  long nextAt() {
    return nextAt;
  }

  /** Whether it is given up. */
  boolean isOver() {
    return sent >= again.size();
  }

  /** It is sent. */
  void sent(long now) {
    nextAt = Math.max(began + again.get(sent), now + APART);
    sent++;
  }
}
