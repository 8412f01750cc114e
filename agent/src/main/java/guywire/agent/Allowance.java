package guywire.agent;

import java.util.HashMap;
import java.util.Map;

/**
 * How many probes are answered: so many of each asker, and so many of all.
 *
 * <p>For one thread. It keeps one entry for each asker, of which its user knows how many there can
 * be.
 *
 * @param <A> what tells askers apart
 */
/*
 * An agent probes the way in use ten times a second at most, and each other way four times. Twice what one
 * with five ways sends is room enough; what is more is not answered, which costs nobody but the asker.
 */
final class Allowance<A> {

  static final int EACH_A_SECOND = 50;
  static final int ALL_A_SECOND = 2000;

  private final Map<A, Bucket> askers = new HashMap<>();
  private final Bucket all = new Bucket(ALL_A_SECOND);

  /** Tokens that come by and by, a second's worth at most. */
  private static final class Bucket {
    private static final long SECOND = 1_000_000_000L;

    private final long price;
    private long credit = SECOND;
    private long since = Long.MIN_VALUE;

    Bucket(int eachSecond) {
      price = SECOND / eachSecond;
    }

    boolean has(long now) {
      if (since != Long.MIN_VALUE) {
        credit = Math.min(SECOND, credit + Math.min(SECOND, Math.max(0, now - since)));
      }
      since = now;
      return credit >= price;
    }

    void take() {
      credit -= price;
    }
  }

  /** Whether one more of this asker is answered now. */
  boolean allows(A asker, long nowNanos) {
    var own = askers.computeIfAbsent(asker, _ -> new Bucket(EACH_A_SECOND));
    if (!own.has(nowNanos) || !all.has(nowNanos)) {
      return false;
    }
    own.take();
    all.take();
    return true;
  }
}
