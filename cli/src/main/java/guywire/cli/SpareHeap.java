package guywire.cli;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.function.LongSupplier;

/**
 * Gives back the memory that a process of long life needed for a moment, once it is at rest. The
 * JVM's serial collector looks through what has become old only when it has no room left, which a
 * server at rest never comes to: it would keep for days what one large change took for a second. To
 * be looked at from time to time, by one thread.
 */
final class SpareHeap {

  /** What is old grows by more than this between two looks only while there is work. */
  private static final long CALM_BYTES = 2 << 20;

  /** Less than this, or a quarter of what is in use, is not worth a collection. */
  private static final long LEAST_BYTES = 8 << 20;

  private final LongSupplier old;
  private final Runnable collection;
  private long before = Long.MAX_VALUE;
  private long kept;

  /**
   * The heap of a process.
   *
   * @param old how many bytes of it hold what has become old, in use or not
   * @param collection keeps of it what is in use
   */
  SpareHeap(LongSupplier old, Runnable collection) {
    this.old = old;
    this.collection = collection;
  }

  /** The heap of this process. */
  static SpareHeap ofThisProcess() {
    var pools =
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP && pool.isUsageThresholdSupported())
            .toList();
    return new SpareHeap(() -> pools.stream().mapToLong(SpareHeap::used).sum(), System::gc);
  }

  private static long used(MemoryPoolMXBean pool) {
    return pool.getUsage().getUsed();
  }

  /** Collects at once: what a start, or another single deed, needed is of no use after it. */
  void clear() {
    collection.run();
    kept = old.getAsLong();
    before = kept;
  }

  /** Collects if nothing has happened since the last look, and much of it may be of no use. */
  void look() {
    long used = old.getAsLong();
    boolean atRest = Math.abs(used - before) <= CALM_BYTES;
    before = used;
    if (atRest && used - kept > Math.max(LEAST_BYTES, kept / 4)) {
      clear();
    }
  }
}
