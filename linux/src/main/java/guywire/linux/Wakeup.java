package guywire.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** An eventfd: one thread waits for its descriptor, any other may {@link #signal} it. */
public final class Wakeup implements AutoCloseable {

  private static final int EFD_NONBLOCK_CLOEXEC = 0x800 | 0x80000;

  private final MemorySegment buffer = Arena.ofAuto().allocate(16, 8);
  private final int fd;
  private boolean closed;

  /** A wake-up that has not been signalled. */
  public Wakeup() {
    long made = Syscall.call(Syscall.EVENTFD2, 0, EFD_NONBLOCK_CLOEXEC, 0);
    fd = (int) Syscall.checked("eventfd", made);
    Memory.putLong(buffer.address() + 8, 1);
  }

  /** The descriptor, to wait on. */
  public int fd() {
    return fd;
  }

  /** Makes the descriptor readable. Closed, it does nothing: its number may be another file's. */
  public synchronized void signal() {
    if (closed) {
      return;
    }
    Syscall.call(Syscall.WRITE, fd, buffer.address() + 8, 8);
  }

  /** Makes it unreadable again; true if it had been signalled. */
  public boolean clear() {
    return Syscall.call(Syscall.READ, fd, buffer.address(), 8) == 8;
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      Syscall.call(Syscall.CLOSE, fd);
    }
  }
}
