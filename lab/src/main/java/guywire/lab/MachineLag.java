package guywire.lab;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * How far behind the machine is that a lab runs on: a thread that wants to wake up every few
 * milliseconds, and how late it did. What is late because the machine is busy says nothing about
 * the network.
 *
 * <p>Safe for use from any thread.
 */
final class MachineLag implements AutoCloseable {

  /** What of the machine's time is known at one moment. */
  interface MachineClock {
    /** Nanoseconds from any beginning. */
    long nanos();

    /** Sleeps as well as it can. */
    void sleep(long nanos);
  }

  /** This machine's own time. */
  static final MachineClock MACHINE =
      new MachineClock() {
        @Override
        public long nanos() {
          return System.nanoTime();
        }

        @Override
        public void sleep(long nanos) {
          LockSupport.parkNanos(nanos);
        }
      };

  /** A stretch of time, and the lag in it. */
  record Stretch(long nanos, long lateNanos, long longestNanos) {

    /** Whether a probe that failed in it might have worked on a quicker machine. */
    boolean isTooSlow() {
      return longestNanos > LONGEST_PAUSE_NANOS || lateNanos > nanos / 2;
    }
  }

  private static final long TICK_NANOS = 20_000_000;

  /** A pause of the machine that is longer than this may eat up the patience of a probe. */
  private static final long LONGEST_PAUSE_NANOS = 400_000_000;

  /** Patience is stretched by no more than this. */
  private static final double MOST = 8;

  private final MachineClock clock;
  private final Thread thread;
  private volatile boolean open = true;
  private long late;
  private long recent;
  private final Set<Stopwatch> watches = new HashSet<>();

  /** A measurement of this machine that has begun. */
  static MachineLag start() {
    var lag = new MachineLag(MACHINE);
    lag.thread.start();
    return lag;
  }

  MachineLag(MachineClock clock) {
    this.clock = clock;
    this.thread = Thread.ofPlatform().daemon().name("lab lag").unstarted(this::run);
  }

  private void run() {
    while (open) {
      tick();
    }
  }

  /** Sleeps for a moment and takes note of how late it woke up. */
  void tick() {
    long before = clock.nanos();
    clock.sleep(TICK_NANOS);
    long behind = Math.max(0, clock.nanos() - before - TICK_NANOS);
    synchronized (this) {
      late += behind;
      watches.forEach(watch -> watch.longest = Math.max(watch.longest, behind));
      // The last second or so counts most.
      recent += (behind - recent) / 32;
    }
  }

  /** What multiplies patience now: 1 on a machine that keeps up. */
  synchronized double factor() {
    return Math.clamp(1 + recent / (double) TICK_NANOS, 1, MOST);
  }

  /** A stretch of time that begins now. */
  synchronized Stopwatch watch() {
    var watch = new Stopwatch(clock.nanos(), late);
    watches.add(watch);
    return watch;
  }

  /** The beginning of a stretch. */
  final class Stopwatch {
    private final long startNanos;
    private final long lateAtStart;
    private long longest;

    private Stopwatch(long startNanos, long lateAtStart) {
      this.startNanos = startNanos;
      this.lateAtStart = lateAtStart;
    }

    /** The stretch until now, with which the watch ends. */
    Stretch stretch() {
      synchronized (MachineLag.this) {
        watches.remove(this);
        return new Stretch(clock.nanos() - startNanos, late - lateAtStart, longest);
      }
    }
  }

  @Override
  public void close() {
    open = false;
    LockSupport.unpark(thread);
  }
}
