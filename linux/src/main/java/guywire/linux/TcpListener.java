package guywire.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;

/**
 * A listening TCP socket at one address and port that only hosts behind one interface reach. One
 * thread uses it.
 */
public final class TcpListener implements AutoCloseable {

  private static final int SOCK_STREAM_NONBLOCK_CLOEXEC = 1 | 0x800 | 0x80000;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int BACKLOG = 128;

  private final int fd;
  private final Arena arena = Arena.ofAuto();
  private final MemorySegment sender = arena.allocate(Sockaddr.IN6_BYTES, 8);
  private final MemorySegment length = arena.allocate(8, 8);

  /**
   * A connection that somebody made.
   *
   * @param stream what passes over it; its reads and writes block
   * @param from who made it
   */
  public record Connection(UnixStream stream, InetAddress from) {}

  private TcpListener(int fd) {
    this.fd = fd;
  }

  /**
   * Listens.
   *
   * @param device the interface's name
   * @throws LinuxException EADDRINUSE if it is taken, EADDRNOTAVAIL if the address is not here,
   *     ENODEV if there is no such interface
   */
  public static TcpListener listen(InetAddress address, int port, String device) {
    int fd = Bound.socket(SOCK_STREAM_NONBLOCK_CLOEXEC, address, port, device);
    long listening = Syscall.call(Syscall.LISTEN, fd, BACKLOG, 0);
    if (listening < 0) {
      Syscall.call(Syscall.CLOSE, fd);
    }
    Syscall.checked("listen", listening);
    return new TcpListener(fd);
  }

  /** The descriptor, readable when somebody connects. */
  public int fd() {
    return fd;
  }

  /** The next connection; empty if whoever made it is gone already. */
  public Optional<Connection> accept() {
    length.set(ValueLayout.JAVA_INT, 0, Sockaddr.IN6_BYTES);
    long accepted =
        Syscall.call(Syscall.ACCEPT4, fd, sender.address(), length.address(), SOCK_CLOEXEC);
    if (accepted < 0) {
      return Optional.empty();
    }
    byte[] raw = sender.toArray(ValueLayout.JAVA_BYTE);
    boolean ipv6 = Memory.getShort(sender.address()) == Sockaddr.AF_INET6;
    int at = ipv6 ? Sockaddr.IN6_ADDRESS : Sockaddr.IN_ADDRESS;
    try {
      var from = InetAddress.getByAddress(Arrays.copyOfRange(raw, at, at + (ipv6 ? 16 : 4)));
      return Optional.of(new Connection(new UnixStream((int) accepted), from));
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    Syscall.call(Syscall.CLOSE, fd);
  }
}
