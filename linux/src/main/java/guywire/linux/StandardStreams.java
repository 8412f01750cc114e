package guywire.linux;

import java.lang.foreign.Arena;

/** The process's own standard streams. */
public final class StandardStreams {

  private static final int AT_FDCWD = -100;
  private static final int O_RDWR_CLOEXEC = 2 | 0x80000;
  private static final int OUTPUT = 1;
  private static final int ERRORS = 2;

  private StandardStreams() {}

  /**
   * Standard output goes where standard error goes from now on, so that whoever reads it sees its
   * end. What the JVM says should it crash goes there.
   */
  public static void outputToErrors() {
    Syscall.checked("dup3", Syscall.call(Syscall.DUP3, ERRORS, OUTPUT, 0));
  }

  /** Replaces standard error by /dev/null. */
  public static void discardErrors() {
    try (Arena arena = Arena.ofConfined()) {
      long path = arena.allocateFrom("/dev/null").address();
      long opened = Syscall.call(Syscall.OPENAT, AT_FDCWD, path, O_RDWR_CLOEXEC, 0);
      int fd = (int) Syscall.checked("open /dev/null", opened);
      Syscall.checked("dup3", Syscall.call(Syscall.DUP3, fd, ERRORS, 0));
      Syscall.call(Syscall.CLOSE, fd);
    }
  }
}
