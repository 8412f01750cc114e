package guywire.agent.choice;

import guywire.network.Way;

/**
 * What is known of one way to one destination: the probes sent on it, and which were answered.
 *
 * <p>For one thread.
 */
/*
 * An answer is waited for as long as TCP would wait (RFC 6298: smoothed round-trip time plus four times its
 * deviation). How many probes in a row must be missed before a way counts as lost follows from how many it
 * loses anyway: so many that chance does it once in ten thousand times.
 */
final class ProbedWay {

  /** No time: long before any. */
  static final long NEVER = Long.MIN_VALUE / 2;

  /**
   * As many as are sent in the longest wait and in the longest streak of misses that counts, twice.
   */
  private static final int KEPT = 64;

  private static final int FEWEST_MISSES = 3;
  private static final int MOST_MISSES = 8;

  /** So many missed in a row end a streak of answers. */
  private static final int GAP = 2;

  private static final double CHANCE = 1e-4;

  /** What is expected of a way of which nothing is known; it is soon known better. */
  private static final double USUAL_LOSS = 0.1;

  private static final double LOSS_WEIGHT = 1.0 / 16;

  private final Timing timing;
  private final Way way;
  private final long[] nonces = new long[KEPT];
  private final long[] sentAt = new long[KEPT];
  private long sent;
  private long answeredUpTo = -1;
  private long restedAt;
  private double loss = USUAL_LOSS;
  private long roundTrip = -1;
  private long deviation;
  private long lastSentAt = NEVER;
  private long streakSentAt = NEVER;
  private long answeredSentAt = NEVER;
  private long answeredAt = NEVER;
  private boolean there = true;
  private int timesLost;
  private long usedSince = NEVER;

  ProbedWay(Way way, Timing timing) {
    this.way = way;
    this.timing = timing;
  }

  Way way() {
    return way;
  }

  boolean isThere() {
    return there;
  }

  void setThere(boolean value) {
    there = value;
  }

  /** Forgets what was sent and answered: after a pause it says nothing. */
  void rest() {
    restedAt = sent;
    lastSentAt = NEVER;
    answeredUpTo = Math.max(answeredUpTo, sent - 1);
    streakSentAt = NEVER;
    answeredSentAt = NEVER;
  }

  void sent(long nonce, long now) {
    int at = (int) (sent % KEPT);
    nonces[at] = nonce;
    sentAt[at] = now;
    sent++;
    lastSentAt = now;
  }

  /** When the last probe was sent since the last rest, or NEVER. */
  long lastSentAt() {
    return lastSentAt;
  }

  /** Takes an answer; one to no probe that is known changes nothing. */
  boolean answered(long nonce, long now) {
    for (long i = Math.max(restedAt, sent - KEPT); i < sent; i++) {
      int at = (int) (i % KEPT);
      if (nonces[at] == nonce && sentAt[at] != NEVER) {
        measure(now - sentAt[at]);
        if (i > answeredUpTo) {
          long missed = i - answeredUpTo - 1;
          count(missed);
          if (missed >= GAP
              || streakSentAt == NEVER
              || sentAt[at] - answeredSentAt > timing.fresh() + timing.standby()) {
            streakSentAt = sentAt[at];
          }
          answeredUpTo = i;
          answeredSentAt = sentAt[at];
        }
        answeredAt = now;
        // Twice the same answer is one.
        sentAt[at] = NEVER;
        return true;
      }
    }
    return false;
  }

  private void measure(long took) {
    if (roundTrip < 0) {
      roundTrip = took;
      deviation = took / 2;
    } else {
      deviation += (Math.abs(took - roundTrip) - deviation) / 4;
      roundTrip += (took - roundTrip) / 8;
    }
  }

  /** One was answered after so many that were not. A way that was dead says nothing about loss. */
  private void count(long missed) {
    if (missed < misses()) {
      for (long i = 0; i < missed; i++) {
        loss += (1 - loss) * LOSS_WEIGHT;
      }
    }
    loss -= loss * LOSS_WEIGHT;
  }

  /** How many misses in a row say that the way is lost. */
  int misses() {
    double needed = Math.ceil(Math.log(CHANCE) / Math.log(loss));
    return (int) Math.max(FEWEST_MISSES, Math.min(MOST_MISSES, needed));
  }

  /** Whether nothing was answered since the last rest. */
  boolean isUnproven() {
    return answeredSentAt == NEVER;
  }

  /** How long an answer is waited for. The first after a rest may need a handshake before it. */
  long waitNanos() {
    long usual = roundTrip < 0 ? timing.firstWait() : roundTrip + 4 * deviation;
    if (isUnproven()) {
      usual = Math.max(timing.firstWait(), usual + Math.max(0, roundTrip));
    }
    return Math.max(timing.leastWait(), Math.min(timing.mostWait(), usual));
  }

  /** How many probes were missed in a row until now. */
  int missed(long now) {
    return missed(NEVER + 1, now, now);
  }

  /** How many were missed in a row while another way answered for certain. */
  int missedWhile(ProbedWay other, long now) {
    return other.streakSentAt == NEVER ? 0 : missed(other.streakSentAt, other.answeredSentAt, now);
  }

  private int missed(long first, long last, long now) {
    int count = 0;
    for (long i = Math.max(answeredUpTo + 1, sent - KEPT); i < sent; i++) {
      long at = sentAt[(int) (i % KEPT)];
      if (at >= first && at <= last && now - at >= waitNanos()) {
        count++;
      }
    }
    return count;
  }

  /** Whether an answer is missing that should be here. */
  boolean isSuspect(long now) {
    return missed(now) > 0;
  }

  /** When the next answer will be missing, if nothing comes; Long.MAX_VALUE if none is awaited. */
  long missesAt(long now) {
    for (long i = Math.max(answeredUpTo + 1, sent - KEPT); i < sent; i++) {
      long due = sentAt[(int) (i % KEPT)] + waitNanos();
      if (due > now) {
        return due;
      }
    }
    return Long.MAX_VALUE;
  }

  /** Whether it answered just now, and goes on answering. */
  boolean isAlive(long now) {
    return there && streakSentAt != NEVER && now - answeredSentAt <= timing.fresh();
  }

  /** The end of a streak of answers: a gap that chance does not make. */
  void notice(long now) {
    if (streakSentAt != NEVER && missed(now) >= misses()) {
      streakSentAt = NEVER;
    }
  }

  /** Whether its streak of answers has been long enough to take it again. */
  boolean isSteady(long now) {
    return isAlive(now) && missed(now) == 0 && now - streakSentAt >= holdNanos();
  }

  private long holdNanos() {
    return timesLost == 0
        ? 0
        : Math.min(timing.longestHold(), timing.hold() << Math.min(timesLost - 1, 20));
  }

  void isUsedFrom(long now) {
    usedSince = now;
  }

  /** It was left because it was dead. One that never lived is not lost by that. */
  void lost(long now) {
    if (answeredAt == NEVER) {
      return;
    }
    if (usedSince != NEVER && now - usedSince >= timing.calm()) {
      timesLost = 0;
    }
    timesLost++;
  }

  /** Whether it was lost lately, so that it has to prove itself for longer. */
  boolean wasLost() {
    return timesLost > 0;
  }

  long answeredAt() {
    return answeredAt;
  }

  long roundTripNanos() {
    return roundTrip;
  }

  double loss() {
    return loss;
  }
}
