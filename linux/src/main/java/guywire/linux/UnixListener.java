package guywire.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A listening stream socket of the UNIX domain that only its owner may connect to. */
public final class UnixListener implements AutoCloseable {

  /*
   * struct sockaddr_un { u16 sun_family; char sun_path[108]; };
   */
  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM_NONBLOCK_CLOEXEC = 1 | 0x800 | 0x80000;
  private static final int PATH = 2;
  private static final int PATH_BYTES = 108;
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
    long opened = Syscall.call(Syscall.SOCKET, AF_UNIX, SOCK_STREAM_NONBLOCK_CLOEXEC, 0);
    int fd = (int) Syscall.checked("UNIX socket", opened);
    long mask = Syscall.call(Syscall.UMASK, OWNER_ONLY);
    long bound;
    try (Arena arena = Arena.ofConfined()) {
      bound = Syscall.call(Syscall.BIND, fd, address(arena, path), PATH + PATH_BYTES);
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
    long opened = Syscall.call(Syscall.SOCKET, AF_UNIX, SOCK_STREAM_NONBLOCK_CLOEXEC, 0);
    int fd = (int) Syscall.checked("UNIX socket", opened);
    try (Arena arena = Arena.ofConfined()) {
      long address = address(arena, path);
      long connected = Syscall.call(Syscall.CONNECT, fd, address, PATH + PATH_BYTES);
      // EAGAIN: more connections wait already than he wanted.
      return connected >= 0 || connected == -Errno.EAGAIN;
    } finally {
      Syscall.call(Syscall.CLOSE, fd);
    }
  }

  private static long address(Arena arena, Path path) {
    byte[] bytes = path.toString().getBytes(StandardCharsets.UTF_8);
    if (bytes.length >= PATH_BYTES) {
      throw new IllegalArgumentException("a socket's path has at most 107 bytes: " + path);
    }
    MemorySegment address = arena.allocate(PATH + PATH_BYTES, 8);
    Memory.putShort(address.address(), AF_UNIX);
    MemorySegment.copy(MemorySegment.ofArray(bytes), 0, address, PATH, bytes.length);
    return address.address();
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
