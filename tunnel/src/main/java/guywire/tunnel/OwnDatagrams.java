package guywire.tunnel;

import guywire.linux.Memory;
import guywire.protocol.Device;
import guywire.protocol.Endpoint;
import guywire.protocol.Keypair;
import guywire.protocol.Message;
import org.jspecify.annotations.Nullable;

/**
 * Knows datagrams of the tunnel's own when its TUN gives them back, because the route to a peer's
 * endpoint leads into the tunnel itself. Each would be sealed and sent once more, for ever.
 */
/*
 * The kernel's WireGuard asks the route for its device (ELOOP); behind a TUN there is only what comes out of it.
 * Addresses and ports are not enough to go by: a host behind this one may have a tunnel of its own to the same
 * peer, by the same port. So the session's index decides, 32 random bits. Of a datagram in fragments only the first
 * is known; what follows goes round once more and is whole then.
 */
final class OwnDatagrams {

  private static final int FRAGMENT_OFFSET_MASK = 0x1fff;

  private OwnDatagrams() {}

  /**
   * Whether a packet from the TUN, whose length fits its header, is one that this tunnel has sent.
   *
   * @param session by which the packet would go, or null if there is none yet
   * @param to where it would go
   * @param port the tunnel's own
   */
  static boolean has(
      long packet, int bytes, Device device, @Nullable Keypair session, Endpoint to, int port) {
    boolean ipv6 = Ip.version(packet) == 6;
    if (Memory.getByte(packet + (ipv6 ? Ip.V6_NEXT : Ip.V4_PROTOCOL)) != Ip.UDP) {
      return false;
    }
    int transport = ipv6 ? Ip.V6_HEADER : Ip.v4HeaderLength(packet);
    long udp = packet + transport;
    return bytes >= transport + Ip.UDP_HEADER + Message.DATA_HEADER_LENGTH
        && Memory.getShortBe(udp) == port
        && Memory.getShortBe(udp + Ip.UDP_DESTINATION) == to.port()
        && isFor(packet, ipv6, to)
        && isOurs(udp + Ip.UDP_HEADER, device, session);
  }

  private static boolean isFor(long packet, boolean ipv6, Endpoint to) {
    if (ipv6 == to.address().isIpv4()) {
      return false;
    }
    if (ipv6) {
      return Memory.getLongBe(packet + Ip.V6_DESTINATION) == to.address().high()
          && Memory.getLongBe(packet + Ip.V6_DESTINATION + Long.BYTES) == to.address().low();
    }
    return Memory.getIntBe(packet + Ip.V4_DESTINATION) == (int) to.address().low()
        && (Memory.getShortBe(packet + Ip.V4_FRAGMENT) & FRAGMENT_OFFSET_MASK) == 0;
  }

  /** A data message names the peer's session, an initiation a handshake of ours. */
  private static boolean isOurs(long message, Device device, @Nullable Keypair session) {
    int index = Message.receiver(Memory.ALL, message);
    return switch (Memory.getByte(message)) {
      case Message.DATA -> session != null && session.remoteIndex() == index;
      case Message.INITIATION -> device.isOwnIndex(index);
      default -> false;
    };
  }
}
