package guywire.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A timer descriptor on the boot clock: due also right after a suspend that it slept through. Any
 * thread sets it, one waits on it.
 */
public final class Alarm implements AutoCloseable {

  /*
   * struct itimerspec { struct timespec it_interval; struct timespec it_value; };
   */
  static final int ITIMERSPEC_BYTES = 32;
  static final int VALUE = 16;

  private static final int TFD_NONBLOCK_CLOEXEC = 0x800 | 0x80000;
  private static final int TFD_TIMER_ABSTIME = 1;

  private final int fd;
  private boolean closed;
  private final MemorySegment memory = Arena.ofAuto().allocate(ITIMERSPEC_BYTES + Long.BYTES, 8);
  private final long buffer = memory.address();
  private final long rung = buffer + ITIMERSPEC_BYTES;

  /** An alarm that is not set. */
  public Alarm() {
    long made = Syscall.call(Syscall.TIMERFD_CREATE, Clock.CLOCK_BOOTTIME, TFD_NONBLOCK_CLOEXEC, 0);
    fd = (int) Syscall.checked("timerfd", made);
  }

  /** The descriptor, readable from when the alarm is due until {@link #clear} or {@link #set}. */
  public int fd() {
    return fd;
  }

  /**
   * Sets the alarm to a time of {@link Clock#bootNanos}, or unsets it with Long.MAX_VALUE. Closed,
   * it does nothing.
   */
  public synchronized void set(long bootNanos) {
    if (closed) {
      return;
    }
    // An all-zero value would unset it: a time that has passed is as good as the first nanosecond.
    long at = bootNanos == Long.MAX_VALUE ? 0 : Math.max(bootNanos, 1);
    Memory.putLong(buffer + VALUE + Clock.SECONDS, at / 1_000_000_000L);
    Memory.putLong(buffer + VALUE + Clock.NANOS, at % 1_000_000_000L);
    Syscall.checked(
        "timerfd_settime", Syscall.call(Syscall.TIMERFD_SETTIME, fd, TFD_TIMER_ABSTIME, buffer, 0));
  }

  /** Takes note of an alarm that was due, if it was: its descriptor waits for the next. */
  public void clear() {
    Syscall.call(Syscall.READ, fd, rung, Long.BYTES);
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      Syscall.call(Syscall.CLOSE, fd);
    }
  }
}
