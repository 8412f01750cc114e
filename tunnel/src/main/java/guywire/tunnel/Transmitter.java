package guywire.tunnel;

import guywire.linux.Errno;
import guywire.linux.UdpSender;
import guywire.protocol.Path;
import guywire.protocol.Peer;

/**
 * Has what is sealed sent and copes with refusals: a source address that is gone, a device that
 * can't cut super-datagrams. Confined to one thread.
 */
final class Transmitter {

  /** So few are sent one by one rather than with a tail. */
  private static final int FEW_SEGMENTS = 4;

  private final DatagramSender sender;
  private final Offloads offloads;

  Transmitter(Surroundings around) {
    sender = around.newSender();
    offloads = around.offloads();
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
    if (segmentBytes >= length) {
      return sender.send(path, address, length, length, tos);
    }
    if (offloads.udpSegmentation()) {
      boolean equal = length % segmentBytes == 0;
      int sent =
          equal && !offloads.equalSegments()
              ? sendUnequal(path, address, length, segmentBytes, tos)
              : sender.send(path, address, length, segmentBytes, tos);
      if (sent >= 0 || !refusesSegments(-sent)) {
        return sent;
      }
      if (sent == -Errno.EIO) {
        // The device below has no checksum offload: it will not change its mind.
        offloads.udpSegmentationRefused();
      }
    }
    return sendEach(path, address, length, segmentBytes, tos);
  }

  /** Sends datagrams of one length where the kernel may spoil them unless the last is shorter. */
  private int sendUnequal(Path path, long address, int length, int segmentBytes, int tos) {
    int segments = length / segmentBytes;
    if (segments < FEW_SEGMENTS) {
      return sendEach(path, address, length, segmentBytes, tos);
    }
    boolean fits =
        segments < UdpSender.MAX_SEGMENTS && length + UdpSender.TAIL_BYTES <= UdpSender.MAX_BYTES;
    if (fits) {
      return sender.sendTailed(path, address, length, segmentBytes, tos);
    }
    int most = length - segmentBytes;
    int sent = sender.sendTailed(path, address, most, segmentBytes, tos);
    if (sent < most) {
      return sent;
    }
    int last = sender.send(path, address + most, segmentBytes, segmentBytes, tos);
    return sent + Math.max(last, 0);
  }

  private int sendEach(Path path, long address, int length, int segmentBytes, int tos) {
    int accepted = 0;
    int failure = 0;
    for (int at = 0; at < length; at += segmentBytes) {
      int bytes = Math.min(segmentBytes, length - at);
      int sent = sender.send(path, address + at, bytes, bytes, tos);
      if (sent < 0) {
        failure = sent;
      } else {
        accepted += sent;
      }
    }
    return accepted > 0 ? accepted : failure;
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
