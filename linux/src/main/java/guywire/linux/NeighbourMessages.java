package guywire.linux;

import static guywire.linux.NetlinkMessage.ACK;
import static guywire.linux.NetlinkMessage.CREATE;
import static guywire.linux.NetlinkMessage.REQUEST;

import java.net.InetAddress;

/** The one RTM_NEWNEIGH message that VXLAN needs. */
final class NeighbourMessages {

  private static final int NEW = 28;
  private static final int APPEND = 0x800;

  // NDA_* and NUD_*, NTF_* of linux/neighbour.h.
  private static final int DESTINATION = 1;
  private static final int STATION = 2;
  private static final int PERMANENT = 0x80;
  private static final int NO_ARP = 0x40;
  private static final int ON_ITSELF = 0x02;
  private static final int AF_BRIDGE = 7;

  private NeighbourMessages() {}

  /** An entry for the station 00:00:00:00:00:00: where frames without a known way go. */
  static NetlinkMessage addFlood(int link, InetAddress address) {
    // struct ndmsg { u8 family; u8 pad1; u16 pad2; s32 ifindex; u16 state; u8 flags; u8 type; }
    return new NetlinkMessage(
            "add vxlan peer " + address.getHostAddress(), NEW, REQUEST | ACK | CREATE | APPEND)
        .u8(AF_BRIDGE)
        .u8(0)
        .u16(0)
        .u32(link)
        .u16(PERMANENT | NO_ARP)
        .u8(ON_ITSELF)
        .u8(0)
        .attribute(STATION, new byte[6])
        .attribute(DESTINATION, address);
  }
}
