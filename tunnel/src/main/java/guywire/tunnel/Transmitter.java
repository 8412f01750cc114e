package guywire.tunnel;

import guywire.linux.Errno;
import guywire.linux.UdpSender;
import guywire.linux.UdpSocket;
import guywire.protocol.Path;
import guywire.protocol.Peer;

/**
 * Gives finished datagrams to the socket of their family and copes with its refusals: a source
 * address that is gone, a device that can't cut super-datagrams. Confined to one thread.
 */
final class Transmitter {

  /** So few are sent one by one rather than with a tail. */
  private static final int FEW_SEGMENTS = 4;

  private final Tunnel tunnel;
  private final UdpSender sender = new UdpSender();

  Transmitter(Tunnel tunnel) {
    this.tunnel = tunnel;
  }

  /**
   * Sends datagrams.
   *
   * @param peer whose source address is forgotten if the kernel refuses it
   * @return how many bytes the socket accepted
   */
  int send(Peer peer, Path path, Sealed datagrams, int tos) {
    int sent = send(path, datagrams, tos);
    if (sent < 0 && !path.isAnySource() && refusesSource(-sent)) {
      peer.clearSource();
      sent = send(path.withAnySource(), datagrams, tos);
    }
    return Math.max(sent, 0);
  }

  /** Sends along a path; bytes, or the negative error number. */
  int send(Path path, Sealed datagrams, int tos) {
    return send(path, datagrams.address(), datagrams.length(), datagrams.segmentBytes(), tos);
  }

  private int send(Path path, long address, int length, int segmentBytes, int tos) {
    boolean ipv6 = !path.endpoint().address().isIpv4();
    UdpSocket socket = tunnel.sockets().of(ipv6);
    if (socket == null) {
      return -Errno.EAFNOSUPPORT;
    }
    address(path, ipv6);
    if (segmentBytes >= length) {
      return sender.send(socket, address, length, length, tos);
    }
    if (tunnel.offloads().udpSegmentation()) {
      boolean equal = length % segmentBytes == 0;
      int sent =
          equal && !tunnel.offloads().equalSegments()
              ? sendUnequal(socket, address, length, segmentBytes, tos)
              : sender.send(socket, address, length, segmentBytes, tos);
      if (sent >= 0 || !refusesSegments(-sent)) {
        return sent;
      }
      if (sent == -Errno.EIO) {
        // The device below has no checksum offload: it will not change its mind.
        tunnel.offloads().udpSegmentationRefused();
      }
    }
    return sendEach(socket, address, length, segmentBytes, tos);
  }

  /** Sends datagrams of one length where the kernel may spoil them unless the last is shorter. */
  private int sendUnequal(UdpSocket socket, long address, int length, int segmentBytes, int tos) {
    int segments = length / segmentBytes;
    if (segments < FEW_SEGMENTS) {
      return sendEach(socket, address, length, segmentBytes, tos);
    }
    boolean fits =
        segments < UdpSender.MAX_SEGMENTS && length + UdpSender.TAIL_BYTES <= UdpSender.MAX_BYTES;
    if (fits) {
      return sender.sendTailed(socket, address, length, segmentBytes, tos);
    }
    int most = length - segmentBytes;
    int sent = sender.sendTailed(socket, address, most, segmentBytes, tos);
    if (sent < most) {
      return sent;
    }
    int last = sender.send(socket, address + most, segmentBytes, segmentBytes, tos);
    return sent + Math.max(last, 0);
  }

  private int sendEach(UdpSocket socket, long address, int length, int segmentBytes, int tos) {
    int accepted = 0;
    int failure = 0;
    for (int at = 0; at < length; at += segmentBytes) {
      int bytes = Math.min(segmentBytes, length - at);
      int sent = sender.send(socket, address + at, bytes, bytes, tos);
      if (sent < 0) {
        failure = sent;
      } else {
        accepted += sent;
      }
    }
    return accepted > 0 ? accepted : failure;
  }

  private void address(Path path, boolean ipv6) {
    var endpoint = path.endpoint();
    var to = endpoint.address();
    if (ipv6) {
      sender.to6(to.high(), to.low(), endpoint.scope(), endpoint.port());
    } else {
      sender.to4((int) to.low(), endpoint.port());
    }
    if (!path.source().isUnspecified()) {
      sender.from(path.source().high(), path.source().low());
    }
  }

  /** Errors by which the kernel says that an address is not (or no longer) one to send from. */
  private static boolean refusesSource(int errno) {
    return errno == Errno.EINVAL
        || errno == Errno.EADDRNOTAVAIL
        || errno == Errno.ENETUNREACH
        || errno == Errno.EHOSTUNREACH;
  }

  /** EMSGSIZE and EINVAL: a segment is longer than the path's MTU; each alone gets fragmented. */
  private static boolean refusesSegments(int errno) {
    return errno == Errno.EIO || errno == Errno.EINVAL || errno == Errno.EMSGSIZE;
  }
}
