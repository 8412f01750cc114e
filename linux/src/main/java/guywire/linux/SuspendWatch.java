package guywire.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Tells that the machine was suspended and has resumed. Its descriptor can be read then, and when
 * the wall clock was set; otherwise nobody is woken. One thread waits on it.
 */
/*
 * A timer on the wall clock that never fires, but that the kernel cancels when that clock jumps, as it
 * does at every resume (timerfd_create(2), TFD_TIMER_CANCEL_ON_SET). How long the machine slept is how
 * much more the boot clock has counted than the monotonic one.
 */
public final class SuspendWatch implements AutoCloseable {

  private static final int TFD_NONBLOCK_CLOEXEC = 0x800 | 0x80000;
  private static final int TFD_TIMER_ABSTIME = 1;
  static final int TFD_TIMER_CANCEL_ON_SET = 2;

  /** Some 35,000 years. */
  private static final long NEVER_SECONDS = 1L << 40;

  /** Two clocks are read one after the other: less than this is no sleep. */
  private static final long NOTICEABLE_NANOS = 10_000_000;

  private final int fd;
  private final MemorySegment memory = Arena.ofAuto().allocate(Alarm.ITIMERSPEC_BYTES, 8);
  private final long buffer = memory.address();
  private long asleep;

  /** Begins to watch. */
  public SuspendWatch() {
    long made = Syscall.call(Syscall.TIMERFD_CREATE, Clock.CLOCK_REALTIME, TFD_NONBLOCK_CLOEXEC, 0);
    fd = (int) Syscall.checked("timerfd", made);
    Memory.putLong(buffer + Alarm.VALUE + Clock.SECONDS, NEVER_SECONDS);
    int flags = TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET;
    Syscall.checked("timerfd_settime", Syscall.call(Syscall.TIMERFD_SETTIME, fd, flags, buffer, 0));
    asleep = Clock.suspendedNanos();
  }

  /** The descriptor, to wait on. */
  public int fd() {
    return fd;
  }

  /** Makes the descriptor unreadable again; true if the machine has slept since the last time. */
  public boolean clear() {
    Syscall.call(Syscall.READ, fd, buffer, Long.BYTES);
    return hasSlept(Clock.suspendedNanos());
  }

  /** Whether this count of all sleep is more than before. */
  boolean hasSlept(long nanos) {
    boolean more = nanos - asleep > NOTICEABLE_NANOS;
    asleep = Math.max(asleep, nanos);
    return more;
  }

  @Override
  public void close() {
    Syscall.call(Syscall.CLOSE, fd);
  }
}
