package guywire.linux;

import static guywire.linux.NetlinkMessage.ACK;
import static guywire.linux.NetlinkMessage.REQUEST;

import guywire.linux.NetworkChanges.Change.ForwardingChanged;
import java.nio.ByteBuffer;
import java.util.Optional;

/** The RTM_*NETCONF messages (linux/netconf.h), as far as they tell of IPv4 forwarding. */
final class ForwardingMessages {

  static final int NEW = 80;
  private static final int GET = 82;

  private static final int AF_INET = 2;

  // NETCONFA_*.
  private static final int INTERFACE = 1;
  private static final int FORWARDING = 2;

  /** struct netconfmsg { u8 family; }, filled up to a multiple of four. */
  private static final int BODY_BYTES = 4;

  private ForwardingMessages() {}

  static NetlinkMessage get(int index) {
    return new NetlinkMessage("forwarding of link " + index, GET, REQUEST | ACK)
        .u8(AF_INET)
        .u8(0)
        .u16(0)
        .attribute32(INTERFACE, index);
  }

  /** Empty if the message tells of something else. */
  static Optional<ForwardingChanged> read(ByteBuffer message) {
    if (message.remaining() < BODY_BYTES || message.get(message.position()) != AF_INET) {
      return Optional.empty();
    }
    Attributes attributes =
        Attributes.of(
            message.duplicate().order(message.order()).position(message.position() + BODY_BYTES));
    Optional<Long> index = attributes.u32(INTERFACE);
    return attributes
        .u32(FORWARDING)
        .flatMap(on -> index.map(i -> new ForwardingChanged(i.intValue(), on != 0)));
  }
}
