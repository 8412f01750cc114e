package guywire.linux;

import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A UDP socket of one address family, bound to a port on every address. Receiving never blocks;
 * sending waits while the send buffer is full. It reports for each datagram the address it came to,
 * when it came, its TOS byte and, with GRO, the size of the datagrams that arrived as one. Any
 * thread may close it while others use it.
 */
public final class UdpSocket implements AutoCloseable {

  private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVBUF = 8;
  private static final int SO_SNDBUF = 7;
  private static final int SO_SNDBUFFORCE = 32;
  private static final int SO_RCVBUFFORCE = 33;
  private static final int SO_MARK = 36;
  private static final int IP_RECVTOS = 13;
  private static final int IP_MTU_DISCOVER = 10;
  private static final int IPV6_MTU_DISCOVER = 23;
  private static final int IPV6_V6ONLY = 26;
  private static final int IPV6_RECVPKTINFO = 49;
  private static final int IPV6_RECVTCLASS = 66;
  private static final int PMTUDISC_DONT = 0;

  private static final int CLOSED = Integer.MIN_VALUE;

  /** Room for bursts while the reader is off the processor. */
  private static final int BUFFER_BYTES = 7 << 20;

  private final int fd;
  private final boolean ipv6;
  private final int port;
  private final AtomicInteger users = new AtomicInteger();

  private UdpSocket(int fd, boolean ipv6, int port) {
    this.fd = fd;
    this.ipv6 = ipv6;
    this.port = port;
  }

  /**
   * Opens and binds a socket.
   *
   * @param ipv6 IPv6 alone, or IPv4
   * @param port 1 to 65535, or 0 for a free one
   * @throws LinuxException EADDRINUSE if the port is taken, EAFNOSUPPORT or EADDRNOTAVAIL if the
   *     machine has no such family
   */
  public static UdpSocket open(boolean ipv6, int port) {
    int family = ipv6 ? Sockaddr.AF_INET6 : Sockaddr.AF_INET;
    long opened = Syscall.call(Syscall.SOCKET, family, SOCK_DGRAM_CLOEXEC, 0);
    int fd = (int) Syscall.checked("UDP socket", opened);
    try (Arena arena = Arena.ofConfined()) {
      configure(fd, ipv6);
      long address = arena.allocate(Sockaddr.IN6_BYTES + 4, 8).address();
      int length =
          ipv6 ? Sockaddr.putIpv6(address, 0, 0, 0, port) : Sockaddr.putIpv4(address, 0, port);
      Syscall.checked("bind UDP port " + port, Syscall.call(Syscall.BIND, fd, address, length));
      Memory.putInt(address + Sockaddr.IN6_BYTES, Sockaddr.IN6_BYTES);
      Syscall.checked(
          "getsockname",
          Syscall.call(Syscall.GETSOCKNAME, fd, address, address + Sockaddr.IN6_BYTES));
      return new UdpSocket(fd, ipv6, Memory.getShortBe(address + Sockaddr.PORT));
    } catch (LinuxException e) {
      Syscall.call(Syscall.CLOSE, fd);
      throw e;
    }
  }

  private static void configure(int fd, boolean ipv6) {
    if (set(fd, SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES) < 0) {
      set(fd, SOL_SOCKET, SO_RCVBUF, BUFFER_BYTES);
    }
    if (set(fd, SOL_SOCKET, SO_SNDBUFFORCE, BUFFER_BYTES) < 0) {
      set(fd, SOL_SOCKET, SO_SNDBUF, BUFFER_BYTES);
    }
    set(fd, SOL_SOCKET, Msghdr.SO_TIMESTAMPNS, 1);
    // The tunnel's packets are fragmented where the path needs it, as the kernel's WireGuard does.
    if (ipv6) {
      Syscall.checked("IPV6_V6ONLY", set(fd, Msghdr.SOL_IPV6, IPV6_V6ONLY, 1));
      set(fd, Msghdr.SOL_IPV6, IPV6_RECVPKTINFO, 1);
      set(fd, Msghdr.SOL_IPV6, IPV6_RECVTCLASS, 1);
      set(fd, Msghdr.SOL_IPV6, IPV6_MTU_DISCOVER, PMTUDISC_DONT);
    } else {
      set(fd, Msghdr.SOL_IP, Msghdr.IP_PKTINFO, 1);
      set(fd, Msghdr.SOL_IP, IP_RECVTOS, 1);
      set(fd, Msghdr.SOL_IP, IP_MTU_DISCOVER, PMTUDISC_DONT);
    }
  }

  private static long set(int fd, int level, int option, int value) {
    try (Arena arena = Arena.ofConfined()) {
      long at = arena.allocate(4, 4).address();
      Memory.putInt(at, value);
      return Syscall.call(Syscall.SETSOCKOPT, fd, level, option, at, 4, 0);
    }
  }

  /** The descriptor, to wait on. */
  public int fd() {
    return fd;
  }

  /** Whether this socket speaks IPv6, and then only that. */
  public boolean isIpv6() {
    return ipv6;
  }

  /** The port it is bound to. */
  public int port() {
    return port;
  }

  /** Sets the firewall mark of what it sends (SO_MARK); 0 is none. */
  public void setMark(int mark) {
    Syscall.checked("SO_MARK", set(fd, SOL_SOCKET, SO_MARK, mark));
  }

  /** Lets datagrams of one sender and size arrive as one; false if the kernel can't. */
  public boolean setGro(boolean on) {
    return set(fd, Msghdr.SOL_UDP, Msghdr.UDP_GRO, on ? 1 : 0) >= 0;
  }

  /** Whether the kernel knows UDP_SEGMENT; a device may still refuse it later with EIO. */
  public boolean canSegment() {
    return set(fd, Msghdr.SOL_UDP, Msghdr.UDP_SEGMENT, 0) >= 0;
  }

  /*
   * A descriptor's number is given to the next file as soon as it is closed. So a thread that is about
   * to use it counts itself in, and whoever leaves last after close() closes it.
   */
  boolean enter() {
    for (int now = users.get(); now >= 0; now = users.get()) {
      if (users.compareAndSet(now, now + 1)) {
        return true;
      }
    }
    return false;
  }

  void exit() {
    if (users.decrementAndGet() == CLOSED) {
      Syscall.call(Syscall.CLOSE, fd);
    }
  }

  @Override
  public void close() {
    for (int now = users.get(); now >= 0; now = users.get()) {
      if (users.compareAndSet(now, now + CLOSED)) {
        if (now == 0) {
          Syscall.call(Syscall.CLOSE, fd);
        }
        return;
      }
    }
  }
}
