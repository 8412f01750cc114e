package guywire.protocol;

import java.util.concurrent.atomic.AtomicLongArray;

/** How many packets were dropped, by reason. Any thread may count and read. */
public final class DropCounters {

  private final AtomicLongArray counts = new AtomicLongArray(DropReason.values().length);

  /** Counts one drop. */
  public void count(DropReason reason) {
    counts.getAndIncrement(reason.ordinal());
  }

  /** Counts several drops. */
  public void count(DropReason reason, long packets) {
    counts.getAndAdd(reason.ordinal(), packets);
  }

  /** The number so far. */
  public long get(DropReason reason) {
    return counts.get(reason.ordinal());
  }
}
