package guywire.control.api;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLongArray;

/** How many requests were answered, by status. Safe for use by several threads. */
final class Answers {

  private static final int STATUSES = 600;

  private final AtomicLongArray counts = new AtomicLongArray(STATUSES);

  void count(int status) {
    counts.incrementAndGet(Math.clamp(status, 0, STATUSES - 1));
  }

  /** Those statuses that there were. */
  Map<Integer, Long> all() {
    var all = new TreeMap<Integer, Long>();
    for (int status = 0; status < STATUSES; status++) {
      if (counts.get(status) > 0) {
        all.put(status, counts.get(status));
      }
    }
    return all;
  }
}
