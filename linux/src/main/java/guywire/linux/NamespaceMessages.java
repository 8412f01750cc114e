package guywire.linux;

import static guywire.linux.NetlinkMessage.ACK;
import static guywire.linux.NetlinkMessage.REQUEST;

import java.nio.ByteBuffer;
import java.util.Optional;

/** The RTM_*NSID messages: the number that one network namespace gives to another. */
final class NamespaceMessages {

  static final int NEW = 88;
  private static final int GET = 90;

  // NETNSA_* of linux/net_namespace.h.
  private static final int ID = 1;
  private static final int DESCRIPTOR = 3;
  private static final int NONE = -1;

  /** struct rtgenmsg { u8 family; }, padded. */
  private static final int BODY_BYTES = 4;

  private NamespaceMessages() {}

  /** Has the kernel choose a number; EEXIST if there is one. */
  static NetlinkMessage number(NamespaceFile file) {
    return body(new NetlinkMessage("number a namespace", NEW, REQUEST | ACK), file)
        .attribute32(ID, NONE);
  }

  static NetlinkMessage get(NamespaceFile file) {
    return body(new NetlinkMessage("number of a namespace", GET, REQUEST | ACK), file);
  }

  static Optional<Integer> read(ByteBuffer message) {
    return Attributes.of(
            message.duplicate().order(message.order()).position(message.position() + BODY_BYTES))
        .u32(ID)
        .map(Long::intValue)
        .filter(id -> id != NONE);
  }

  private static NetlinkMessage body(NetlinkMessage message, NamespaceFile file) {
    return message.u32(0).attribute32(DESCRIPTOR, file.fd());
  }
}
