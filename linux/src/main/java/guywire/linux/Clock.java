package guywire.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The kernel's clocks. */
public final class Clock {

  /*
   * struct timespec { time_t tv_sec; long tv_nsec; };
   */
  static final int TIMESPEC_BYTES = 16;
  static final int SECONDS = 0;
  static final int NANOS = 8;

  static final int CLOCK_REALTIME = 0;
  static final int CLOCK_MONOTONIC = 1;
  static final int CLOCK_THREAD_CPUTIME_ID = 3;
  static final int CLOCK_BOOTTIME = 7;

  private static final ThreadLocal<MemorySegment> TIMESPEC =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(TIMESPEC_BYTES, 8));

  private Clock() {}

  /** Nanoseconds since the machine started, also those it was suspended. Never goes back. */
  public static long bootNanos() {
    return nanos(CLOCK_BOOTTIME);
  }

  /** Nanoseconds since 1970. May jump. */
  public static long unixNanos() {
    return nanos(CLOCK_REALTIME);
  }

  /** Nanoseconds of a processor's time that the calling thread has used. */
  public static long threadNanos() {
    return nanos(CLOCK_THREAD_CPUTIME_ID);
  }

  /** Nanoseconds that the machine was suspended since it started, and up to some more. */
  static long suspendedNanos() {
    long least = Long.MAX_VALUE;
    // This thread may be interrupted between the two: the shortest of some tries counts.
    for (int i = 0; i < 5; i++) {
      long awake = nanos(CLOCK_MONOTONIC);
      least = Math.min(least, nanos(CLOCK_BOOTTIME) - awake);
    }
    return least;
  }

  private static long nanos(int clock) {
    MemorySegment timespec = TIMESPEC.get();
    long at = timespec.address();
    Syscall.checked("clock_gettime", Syscall.call(Syscall.CLOCK_GETTIME, clock, at, 0));
    return Memory.getLong(at + SECONDS) * 1_000_000_000L + Memory.getLong(at + NANOS);
  }
}
