package guywire.agent.mapping;

/**
 * Whether a router still knows what it knew: it says how long it has, and that must go on as this
 * host's clock does.
 *
 * <p>For one thread.
 */
/*
 * RFC 6887 section 8.5: the epoch may not go back by more than a second, and what passed here and there may
 * differ by a sixteenth and two seconds. NAT-PMP (RFC 6886 section 3.6) allows an eighth one way; the same rule
 * is used for both.
 */
final class RouterEpoch {

  private static final long SECOND = 1_000_000_000L;

  private boolean known;
  private long epochSeconds;
  private long seenAt;

  /** Whether this epoch goes on from the former one; true if there is none. */
  boolean goesOn(long epoch, long now) {
    if (!known) {
      return true;
    }
    long here = Math.max(0, (now - seenAt) / SECOND);
    long there = epoch - epochSeconds;
    return there >= -1 && here + 2 >= there - there / 16 && there + 2 >= here - here / 16;
  }

  /** Takes an epoch as the latest. */
  void take(long epoch, long now) {
    known = true;
    epochSeconds = epoch;
    seenAt = now;
  }
}
