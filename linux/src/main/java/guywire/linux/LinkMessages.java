package guywire.linux;

import static guywire.linux.NetlinkMessage.ACK;
import static guywire.linux.NetlinkMessage.CREATE;
import static guywire.linux.NetlinkMessage.DUMP;
import static guywire.linux.NetlinkMessage.EXCLUSIVE;
import static guywire.linux.NetlinkMessage.NESTED;
import static guywire.linux.NetlinkMessage.REQUEST;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalInt;

/** The RTM_*LINK messages of rtnetlink(7). */
final class LinkMessages {

  static final int NEW = 16;
  static final int DELETE = 17;
  private static final int GET = 18;

  // IFLA_* of linux/if_link.h.
  private static final int NAME = 3;
  private static final int MTU = 4;
  private static final int MASTER = 10;
  private static final int INFO = 18;
  private static final int NAMESPACE_PID = 19;
  private static final int NAMESPACE_FD = 28;
  private static final int XDP = 43;
  private static final int TARGET_NAMESPACE = 46;
  private static final int GRO_IPV4_MAX_SIZE = 64;
  private static final int XDP_ATTACHED = 2;
  private static final int INFO_KIND = 1;
  private static final int INFO_DATA = 2;
  private static final int VETH_PEER = 1;
  private static final int VXLAN_ID = 1;
  private static final int VXLAN_LINK = 3;
  private static final int VXLAN_LEARNING = 7;
  private static final int VXLAN_PORT = 15;

  private static final int FLAG_UP = 1;
  private static final int FLAG_RUNNING = 0x40;

  /** struct ifinfomsg { u8 family; u8 pad; u16 type; s32 index; u32 flags; u32 change; }. */
  private static final int BODY_BYTES = 16;

  private LinkMessages() {}

  static NetlinkMessage dump() {
    return body(new NetlinkMessage("list links", GET, REQUEST | DUMP), 0, 0, 0);
  }

  static NetlinkMessage get(String name) {
    return body(new NetlinkMessage("get link " + name, GET, REQUEST | ACK), 0, 0, 0)
        .attribute(NAME, name);
  }

  static NetlinkMessage get(String name, int namespace) {
    return get(name).attribute32(TARGET_NAMESPACE, namespace);
  }

  static NetlinkMessage create(String name, String kind) {
    return creation(name, kind).nest(INFO | NESTED, info -> info.attribute(INFO_KIND, kind));
  }

  static NetlinkMessage createVeth(String name, String peer, Optional<NamespaceRef> peerIn) {
    return creation(name, "veth")
        .nest(
            INFO | NESTED,
            info ->
                info.attribute(INFO_KIND, "veth")
                    .nest(
                        INFO_DATA | NESTED,
                        data ->
                            data.nest(
                                VETH_PEER | NESTED,
                                other -> {
                                  body(other, 0, 0, 0).attribute(NAME, peer);
                                  peerIn.ifPresent(where -> namespace(other, where));
                                })));
  }

  static NetlinkMessage createVxlan(String name, int id, int port, OptionalInt lower) {
    return creation(name, "vxlan")
        .nest(
            INFO | NESTED,
            info ->
                info.attribute(INFO_KIND, "vxlan")
                    .nest(
                        INFO_DATA | NESTED,
                        data -> {
                          data.attribute32(VXLAN_ID, id)
                              .attribute8(VXLAN_LEARNING, 1)
                              // The port is in network byte order.
                              .attribute(VXLAN_PORT, new byte[] {(byte) (port >> 8), (byte) port});
                          lower.ifPresent(index -> data.attribute32(VXLAN_LINK, index));
                        }));
  }

  static NetlinkMessage delete(int index) {
    return body(new NetlinkMessage("delete link " + index, DELETE, REQUEST | ACK), index, 0, 0);
  }

  static NetlinkMessage setUp(int index, boolean up) {
    return body(change((up ? "set up link " : "set down link ") + index), index, up ? 1 : 0, 1);
  }

  static NetlinkMessage setMtu(int index, int bytes) {
    return body(change("set mtu " + bytes + " of link " + index), index, 0, 0)
        .attribute32(MTU, bytes);
  }

  static NetlinkMessage setGroIpv4Max(int index, int bytes) {
    String purpose = "set gro_ipv4_max_size " + bytes + " of link " + index;
    return body(change(purpose), index, 0, 0).attribute32(GRO_IPV4_MAX_SIZE, bytes);
  }

  static NetlinkMessage rename(int index, String name) {
    return body(change("rename link " + index + " to " + name), index, 0, 0).attribute(NAME, name);
  }

  static NetlinkMessage setMaster(int index, int master) {
    return body(change("set master of link " + index), index, 0, 0).attribute32(MASTER, master);
  }

  static NetlinkMessage moveTo(int index, NamespaceRef where) {
    return namespace(body(change("move link " + index), index, 0, 0), where);
  }

  static Link read(ByteBuffer message) {
    int index = message.getInt(4);
    int flags = message.getInt(8);
    Attributes attributes =
        Attributes.of(
            message.duplicate().order(message.order()).position(message.position() + BODY_BYTES));
    return new Link(
        index,
        attributes.text(NAME).orElse(""),
        attributes.nested(INFO).text(INFO_KIND).orElse(""),
        (flags & FLAG_UP) != 0,
        (flags & FLAG_UP) != 0 && (flags & FLAG_RUNNING) != 0,
        attributes.u32(MTU).map(Long::intValue).orElse(0),
        number(attributes, MASTER),
        number(attributes, GRO_IPV4_MAX_SIZE),
        attributes.nested(XDP).u8(XDP_ATTACHED) != 0);
  }

  private static OptionalInt number(Attributes attributes, int type) {
    Optional<Long> value = attributes.u32(type);
    return value.map(v -> OptionalInt.of(v.intValue())).orElseGet(OptionalInt::empty);
  }

  static boolean isWhole(ByteBuffer message) {
    return message.remaining() >= BODY_BYTES;
  }

  private static NetlinkMessage change(String purpose) {
    return new NetlinkMessage(purpose, NEW, REQUEST | ACK);
  }

  private static NetlinkMessage creation(String name, String kind) {
    return body(
            new NetlinkMessage(
                "create " + kind + " " + name, NEW, REQUEST | ACK | CREATE | EXCLUSIVE),
            0,
            0,
            0)
        .attribute(NAME, name);
  }

  private static NetlinkMessage body(NetlinkMessage message, int index, int flags, int change) {
    return message.u8(0).u8(0).u16(0).u32(index).u32(flags).u32(change);
  }

  private static NetlinkMessage namespace(NetlinkMessage message, NamespaceRef where) {
    return switch (where) {
      case NamespaceRef.OfProcess(long pid) -> message.attribute32(NAMESPACE_PID, pid);
      case NamespaceRef.OfDescriptor(int fd) -> message.attribute32(NAMESPACE_FD, fd);
    };
  }
}
