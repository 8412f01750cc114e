package guywire.tunnel;

import guywire.linux.Errno;
import guywire.linux.LinuxException;
import guywire.linux.UdpSocket;
import org.jspecify.annotations.Nullable;

/**
 * The UDP sockets of one port: IPv4, IPv6 or both. Immutable; a change of port makes new ones.
 *
 * @param ipv4 the socket for IPv4, or null if the machine has none
 * @param ipv6 the socket for IPv6, or null if the machine has none
 * @param port the port they are bound to
 */
record Sockets(@Nullable UdpSocket ipv4, @Nullable UdpSocket ipv6, int port)
    implements AutoCloseable {

  /** No sockets, as while the interface is down. */
  static final Sockets NONE = new Sockets(null, null, 0);

  private static final int ATTEMPTS = 100;

  /**
   * Binds both families to one port, or the one that the machine has.
   *
   * @param port 0 for any free one
   * @param mark the firewall mark, 0 for none
   * @param offloads those in use; what the kernel does not know is taken out of use
   * @throws LinuxException EADDRINUSE if the port is taken
   */
  static Sockets open(int port, int mark, Offloads offloads, Log log) {
    for (int attempt = 1; ; attempt++) {
      UdpSocket ipv4 = openFamily(false, port);
      UdpSocket ipv6 = null;
      try {
        ipv6 = openFamily(true, ipv4 == null ? port : ipv4.port());
        var sockets = new Sockets(ipv4, ipv6, ipv4 != null ? ipv4.port() : portOf(ipv6));
        sockets.setMark(mark);
        sockets.use(offloads, log);
        return sockets;
      } catch (LinuxException e) {
        close(ipv4);
        close(ipv6);
        // The free port of one family may be taken in the other: try the next free one.
        if (port != 0 || e.errno() != Errno.EADDRINUSE || attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private void use(Offloads offloads, Log log) {
    if (ipv4 == null || ipv6 == null) {
      String missing = ipv4 == null ? "IPv4" : "IPv6";
      log.errorOnce("this machine has no " + missing + ": peers are reached without it");
    }
    for (UdpSocket socket : new UdpSocket[] {ipv4, ipv6}) {
      if (socket == null) {
        continue;
      }
      if (offloads.udpGro() && !socket.setGro(true)) {
        log.errorOnce("the kernel can't join received datagrams; taking them one by one");
      }
      // A kernel before 4.18 would send a super-datagram as it is, and say nothing.
      if (offloads.udpSegmentation() && !socket.canSegment()) {
        offloads.udpSegmentationRefused();
      }
    }
  }

  private static int portOf(@Nullable UdpSocket socket) {
    if (socket == null) {
      throw new LinuxException("a UDP socket of either family", Errno.EAFNOSUPPORT);
    }
    return socket.port();
  }

  private static @Nullable UdpSocket openFamily(boolean ipv6, int port) {
    try {
      return UdpSocket.open(ipv6, port);
    } catch (LinuxException e) {
      if (e.errno() == Errno.EAFNOSUPPORT || e.errno() == Errno.EADDRNOTAVAIL) {
        return null;
      }
      throw e;
    }
  }

  /** The socket for a family, or null. */
  @Nullable UdpSocket of(boolean isIpv6) {
    return isIpv6 ? ipv6 : ipv4;
  }

  /** Sets the firewall mark of both; 0 is none. */
  void setMark(int mark) {
    if (ipv4 != null) {
      ipv4.setMark(mark);
    }
    if (ipv6 != null) {
      ipv6.setMark(mark);
    }
  }

  @Override
  public void close() {
    close(ipv4);
    close(ipv6);
  }

  private static void close(@Nullable UdpSocket socket) {
    if (socket != null) {
      socket.close();
    }
  }
}
