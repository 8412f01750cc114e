package guywire.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A network namespace as an open file: it stays while the file is open. Two files stand for the
 * same namespace if their {@link #identity} is equal while both are open.
 */
public final class NamespaceFile implements AutoCloseable {

  private static final int O_CLOEXEC = 0x80000;
  private static final long AT_FDCWD = -100;

  private final int fd;

  NamespaceFile(int fd) {
    this.fd = fd;
  }

  /**
   * The network namespace of a process.
   *
   * @throws LinuxException if there is no such process, or this one may not look at it
   */
  public static NamespaceFile ofProcess(long pid) {
    return open("/proc/" + pid + "/ns/net");
  }

  /** The network namespace of the calling thread. */
  public static NamespaceFile ofThisThread() {
    return open("/proc/thread-self/ns/net");
  }

  private static NamespaceFile open(String path) {
    try (var arena = Arena.ofConfined()) {
      long name = arena.allocateFrom(path).address();
      long opened = Syscall.call(Syscall.OPENAT, AT_FDCWD, name, O_CLOEXEC);
      return new NamespaceFile((int) Syscall.checked("open " + path, opened));
    }
  }

  /** The descriptor. */
  public int fd() {
    return fd;
  }

  /** The kernel's name for the namespace, such as {@code net:[4026531840]}. */
  public String identity() {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)).toString();
    } catch (IOException e) {
      throw new LinuxException("name of a namespace", Errno.EBADF, String.valueOf(e.getMessage()));
    }
  }

  @Override
  public String toString() {
    return identity();
  }

  @Override
  public void close() {
    Syscall.call(Syscall.CLOSE, fd);
  }
}
