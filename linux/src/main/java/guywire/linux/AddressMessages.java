package guywire.linux;

import static guywire.linux.NetlinkMessage.ACK;
import static guywire.linux.NetlinkMessage.CREATE;
import static guywire.linux.NetlinkMessage.DUMP;
import static guywire.linux.NetlinkMessage.EXCLUSIVE;
import static guywire.linux.NetlinkMessage.REQUEST;

import java.nio.ByteBuffer;
import java.util.Optional;

/** The RTM_*ADDR messages of rtnetlink(7). */
final class AddressMessages {

  static final int NEW = 20;
  static final int DELETE = 21;
  private static final int GET = 22;

  // IFA_* of linux/if_addr.h.
  private static final int ADDRESS = 1;
  private static final int LOCAL = 2;

  /** Skips IPv6's search for duplicates, which delays an address by seconds: ours are planned. */
  private static final int FLAG_NO_DAD = 0x02;

  /** struct ifaddrmsg { u8 family, prefixlen, flags, scope; u32 index; }. */
  private static final int BODY_BYTES = 8;

  private AddressMessages() {}

  static NetlinkMessage dump() {
    return new NetlinkMessage("list addresses", GET, REQUEST | DUMP).u32(0).u32(0);
  }

  static NetlinkMessage add(LinkAddress address) {
    return write(address, "add address ", NEW, CREATE | EXCLUSIVE);
  }

  static NetlinkMessage delete(LinkAddress address) {
    return write(address, "delete address ", DELETE, 0);
  }

  private static NetlinkMessage write(LinkAddress address, String verb, int type, int flags) {
    boolean ipv4 = RouteMessages.isIpv4(address.address());
    String purpose = verb + address.address().getHostAddress() + "/" + address.prefixLength();
    var message =
        new NetlinkMessage(purpose, type, REQUEST | ACK | flags)
            .u8(RouteMessages.family(ipv4))
            .u8(address.prefixLength())
            .u8(ipv4 ? 0 : FLAG_NO_DAD)
            .u8(0)
            .u32(address.link());
    return message.attribute(LOCAL, address.address()).attribute(ADDRESS, address.address());
  }

  static Optional<LinkAddress> read(ByteBuffer message) {
    if (message.remaining() < BODY_BYTES) {
      return Optional.empty();
    }
    int length = message.get(1) & 0xff;
    int link = message.getInt(4);
    Attributes attributes =
        Attributes.of(
            message.duplicate().order(message.order()).position(message.position() + BODY_BYTES));
    // On a point-to-point link ADDRESS is the other end's; LOCAL is always this end's.
    return attributes
        .address(LOCAL)
        .or(() -> attributes.address(ADDRESS))
        .map(address -> new LinkAddress(link, address, length));
  }
}
