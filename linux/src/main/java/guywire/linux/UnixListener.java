package guywire.linux;

import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A listening stream socket of the UNIX domain that only its owner may connect to. */
public final class UnixListener implements AutoCloseable {

  private static final int SOCK_STREAM_NONBLOCK_CLOEXEC = 1 | 0x800 | 0x80000;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int BACKLOG = 128;
  private static final int OWNER_ONLY = 077;

  private final int fd;
  private boolean closed;

  private UnixListener(int fd) {
    this.fd = fd;
  }

  /**
   * Makes the socket file, with mode 0700, and listens.
   *
   * @throws LinuxException EADDRINUSE if the file exists, whoever listens on it or not
   */
  public static UnixListener listen(Path path) {
    long opened =
        Syscall.call(Syscall.SOCKET, UnixAddress.AF_UNIX, SOCK_STREAM_NONBLOCK_CLOEXEC, 0);
    int fd = (int) Syscall.checked("UNIX socket", opened);
    long mask = Syscall.call(Syscall.UMASK, OWNER_ONLY);
    long bound;
    try (Arena arena = Arena.ofConfined()) {
      bound = Syscall.call(Syscall.BIND, fd, address(arena, path), UnixAddress.BYTES);
    } finally {
      Syscall.call(Syscall.UMASK, mask);
    }
    if (bound >= 0) {
      bound = Syscall.call(Syscall.LISTEN, fd, BACKLOG, 0);
    }
    if (bound < 0) {
      Syscall.call(Syscall.CLOSE, fd);
    }
    Syscall.checked("listen on " + path, bound);
    return new UnixListener(fd);
  }

  /** Takes over a listening socket that another program opened. */
  public static UnixListener adopt(int fd) {
    Tun.setNonBlocking(fd);
    return new UnixListener(fd);
  }

  /** Whether somebody listens behind this socket file, be he busy or hanging. Never blocks. */
  public static boolean isLive(Path path) {
    long opened =
        Syscall.call(Syscall.SOCKET, UnixAddress.AF_UNIX, SOCK_STREAM_NONBLOCK_CLOEXEC, 0);
    int fd = (int) Syscall.checked("UNIX socket", opened);
    try (Arena arena = Arena.ofConfined()) {
      long address = address(arena, path);
      long connected = Syscall.call(Syscall.CONNECT, fd, address, UnixAddress.BYTES);
      // EAGAIN: more connections wait already than he wanted.
      return connected >= 0 || connected == -Errno.EAGAIN;
    } finally {
      Syscall.call(Syscall.CLOSE, fd);
    }
  }

  private static long address(Arena arena, Path path) {
    return UnixAddress.of(arena, path.toString().getBytes(StandardCharsets.UTF_8)).address();
  }

  /** The descriptor, readable when somebody connects. */
  public int fd() {
    return fd;
  }

  /** The next connection. */
  public UnixStream accept() {
    long accepted = Syscall.call(Syscall.ACCEPT4, fd, 0, 0, SOCK_CLOEXEC);
    return new UnixStream((int) Syscall.checked("accept", accepted));
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      Syscall.call(Syscall.CLOSE, fd);
    }
  }
}
