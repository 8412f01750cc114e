package guywire.protocol;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** How many packets were dropped, by reason. Any thread may count and read. */
public final class DropCounters {

  private final Map<DropReason, AtomicLong> counts = new EnumMap<>(DropReason.class);

  /** Counters at zero. */
  public DropCounters() {
    for (DropReason reason : DropReason.values()) {
      counts.put(reason, new AtomicLong());
    }
  }

  /** Counts one drop. */
  public void count(DropReason reason) {
    count(reason, 1);
  }

  /** Counts several drops. */
  public void count(DropReason reason, long packets) {
    of(reason).getAndAdd(packets);
  }

  /** The number so far. */
  public long get(DropReason reason) {
    return of(reason).get();
  }

  private AtomicLong of(DropReason reason) {
    AtomicLong count = counts.get(reason);
    if (count == null) {
      throw new IllegalStateException("no counter of " + reason);
    }
    return count;
  }
}
