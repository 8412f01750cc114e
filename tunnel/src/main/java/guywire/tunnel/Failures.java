package guywire.tunnel;

import java.util.concurrent.locks.LockSupport;

/**
 * Faults of this program that were met while packets were carried. Each costs what was in hand, and
 * no more: it is told in the log, the first with its trace, and the tunnel goes on. Any thread may
 * tell and ask.
 */
final class Failures {

  /** So many within {@link #WINDOW_NANOS} are no single mishap any more. */
  private static final int MANY = 10;

  private static final long WINDOW_NANOS = 10_000_000_000L;

  /** After one of many a thread pauses, so that it does not spin on what fails for ever. */
  private static final long PAUSE_NANOS = 10_000_000;

  private final Log log;
  private final Times times;
  private long count;
  private long told;
  private long toldAt;
  private long window;
  private int inWindow;
  private boolean many;

  Failures(Log log, Times times) {
    this.log = log;
    this.times = times;
    window = times.nanos();
  }

  /** Something failed, and its packets are counted as lost already. */
  void met(String what, Throwable failure) {
    if (isOneOfMany()) {
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    try {
      tell(what, failure);
    } catch (OutOfMemoryError withoutWords) {
      // It is counted; the next one may find room to say so.
    }
  }

  private synchronized boolean isOneOfMany() {
    count++;
    look();
    inWindow++;
    many |= inWindow >= MANY;
    return many;
  }

  private void look() {
    long now = times.nanos();
    if (now - window >= WINDOW_NANOS) {
      many = now - window < 2 * WINDOW_NANOS && inWindow >= MANY;
      window = now;
      inWindow = 0;
    }
  }

  private synchronized void tell(String what, Throwable failure) {
    long now = times.nanos();
    if (told == 0) {
      log.failure(what + " failed; what was in hand is lost, the tunnel goes on", failure);
    } else if (now - toldAt >= WINDOW_NANOS) {
      log.error(what + " failed " + (count - told) + " times more, last: " + failure);
    } else {
      return;
    }
    told = count;
    toldAt = now;
  }

  /** How many there were. */
  synchronized long count() {
    return count;
  }

  /** Whether carrying packets fails again and again. */
  synchronized boolean areMany() {
    look();
    return many;
  }
}
