package guywire.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/**
 * Waits until one of several descriptors can be read. Confined to one thread.
 *
 * <pre>struct pollfd { int fd; short events; short revents; };</pre>
 */
public final class Poll {

  static final int POLLFD_BYTES = 8;
  static final int FD = 0;
  static final int EVENTS = 4;
  static final int REVENTS = 6;

  private static final int POLLIN = 1;
  private static final int POLLNVAL = 0x20;

  private final int count;
  private final MemorySegment memory;
  private final long array;
  private final long timeout;

  /** Waits on these descriptors; one of -1 is left out. */
  public Poll(int... fds) {
    count = fds.length;
    memory = Arena.ofAuto().allocate((long) count * POLLFD_BYTES + Clock.TIMESPEC_BYTES, 8);
    array = memory.address();
    timeout = array + (long) count * POLLFD_BYTES;
    for (int i = 0; i < count; i++) {
      set(i, fds[i]);
    }
  }

  /** Exchanges the descriptor at {@code index}; -1 leaves it out. */
  public void set(int index, int fd) {
    long entry = array + (long) index * POLLFD_BYTES;
    Memory.putInt(entry + FD, fd);
    Memory.putShort(entry + EVENTS, POLLIN);
    Memory.putShort(entry + REVENTS, 0);
  }

  /** Waits for as long as it takes. */
  public void await() {
    poll(0);
  }

  /** Sees which are readable now; false if none is. */
  public boolean look() {
    return await(0);
  }

  /** Waits at most so long; false if nothing happened. */
  public boolean await(long nanos) {
    Memory.putLong(timeout + Clock.SECONDS, nanos / 1_000_000_000L);
    Memory.putLong(timeout + Clock.NANOS, nanos % 1_000_000_000L);
    return poll(timeout) > 0;
  }

  private long poll(long timeoutAddress) {
    long result = Syscall.call(Syscall.PPOLL, array, count, timeoutAddress, 0);
    Reference.reachabilityFence(memory);
    if (result == -Errno.EINTR) {
      return 0;
    }
    return Syscall.checked("poll", result);
  }

  /** Whether the last wait found the descriptor readable, at its end or in error. */
  public boolean ready(int index) {
    return Memory.getShort(array + (long) index * POLLFD_BYTES + REVENTS) != 0;
  }

  /** Whether the last wait found that there is no such descriptor any more. */
  public boolean gone(int index) {
    return (Memory.getShort(array + (long) index * POLLFD_BYTES + REVENTS) & POLLNVAL) != 0;
  }
}
