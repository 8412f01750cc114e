package guywire.linux;

import static guywire.linux.NetlinkMessage.ACK;
import static guywire.linux.NetlinkMessage.REQUEST;

import java.nio.ByteBuffer;

/** Generic netlink (linux/genetlink.h): families that the kernel numbers when they are loaded. */
final class GenericFamily {

  private static final int CONTROLLER = 0x10;
  private static final int GET_FAMILY = 3;
  private static final int FAMILY_ID = 1;
  private static final int FAMILY_NAME = 2;

  /** struct genlmsghdr { u8 cmd; u8 version; u16 reserved; }. */
  private static final int HEADER_BYTES = 4;

  private GenericFamily() {}

  /**
   * The number of a family.
   *
   * @throws LinuxException with ENOENT if there is none of this name
   */
  static int number(NetlinkSocket socket, String name) {
    NetlinkMessage question =
        message("find family " + name, CONTROLLER, REQUEST | ACK, GET_FAMILY)
            .attribute(FAMILY_NAME, name);
    return socket.request(question).stream()
        .map(answer -> attributes(answer.body()).u16(FAMILY_ID))
        .findFirst()
        .orElseThrow(() -> new LinuxException("find family " + name, Errno.ENOENT));
  }

  /** A message of a family, version 1. */
  static NetlinkMessage message(String purpose, int family, int flags, int command) {
    return new NetlinkMessage(purpose, family, flags).u8(command).u8(1).u16(0);
  }

  static Attributes attributes(ByteBuffer body) {
    return Attributes.of(
        body.duplicate()
            .order(body.order())
            .position(Math.min(body.limit(), body.position() + HEADER_BYTES)));
  }
}
