package guywire.node;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Whether what is not as it was set up is worth mending once more, or another program wants it
 * otherwise and will go on wanting it: what was mended three times within a minute is left alone
 * for a while, because two programs that take turns at a setting are worse than either.
 *
 * <p>Without a clock of its own. For one thread.
 *
 * @param <K> what is pulled at
 */
final class RepairLimit<K> {

  /** So often something is mended within {@link #WITHIN_NANOS}. */
  static final int MOST = 3;

  static final long WITHIN_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** So long it is then left alone, for whoever ended the other program to see it whole again. */
  static final long REST_NANOS = TimeUnit.MINUTES.toNanos(10);

  private final Map<K, Deque<Long>> mended = new HashMap<>();
  private final Map<K, Long> leftUntil = new HashMap<>();

  /** Whether to mend it or not. */
  enum Decision {
    MEND,
    /** From now on it is left alone. */
    GIVES_UP,
    /** It is being left alone. */
    LEAVES
  }

  /** What to do about a thing that is not as it should be. */
  Decision ask(K thing, long nowNanos) {
    Long until = leftUntil.get(thing);
    if (until != null && nowNanos < until) {
      return Decision.LEAVES;
    }
    leftUntil.remove(thing);
    var times = mended.getOrDefault(thing, new ArrayDeque<>());
    while (!times.isEmpty() && nowNanos - times.getFirst() >= WITHIN_NANOS) {
      times.removeFirst();
    }
    if (times.size() < MOST) {
      return Decision.MEND;
    }
    mended.remove(thing);
    leftUntil.put(thing, nowNanos + REST_NANOS);
    return Decision.GIVES_UP;
  }

  /** It was mended. */
  void mended(K thing, long nowNanos) {
    mended.computeIfAbsent(thing, _ -> new ArrayDeque<>()).addLast(nowNanos);
  }

  /** What is left alone now. */
  Set<K> left(long nowNanos) {
    var left = new HashSet<K>();
    leftUntil.forEach((thing, until) -> {
      if (nowNanos < until) {
        left.add(thing);
      }
    });
    return left;
  }

  /** Begins anew: the owner said once more how it shall be. */
  void forget() {
    mended.clear();
    leftUntil.clear();
  }
}
