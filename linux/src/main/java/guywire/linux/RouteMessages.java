package guywire.linux;

import static guywire.linux.NetlinkMessage.ACK;
import static guywire.linux.NetlinkMessage.APPEND;
import static guywire.linux.NetlinkMessage.CREATE;
import static guywire.linux.NetlinkMessage.DUMP;
import static guywire.linux.NetlinkMessage.EXCLUSIVE;
import static guywire.linux.NetlinkMessage.NESTED;
import static guywire.linux.NetlinkMessage.REPLACE;
import static guywire.linux.NetlinkMessage.REQUEST;

import guywire.linux.KernelRoute.Origin;
import guywire.linux.KernelRoute.Type;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalInt;

/** The RTM_*ROUTE messages of rtnetlink(7). */
final class RouteMessages {

  static final int NEW = 24;
  static final int DELETE = 25;
  private static final int GET = 26;

  // RTA_* and RTAX_* of linux/rtnetlink.h.
  private static final int DESTINATION = 1;
  private static final int OUT_LINK = 4;
  private static final int GATEWAY = 5;
  private static final int PRIORITY = 6;
  private static final int PREFERRED_SOURCE = 7;
  private static final int METRICS = 8;
  private static final int TABLE = 15;
  private static final int METRIC_MTU = 2;

  private static final int MADE_BY_KERNEL = 2;
  private static final int MADE_BY_HAND = 3;

  private static final int MADE_STATIC = 4;
  private static final int MADE_BY_ADVERTISEMENT = 9;

  private static final int SCOPE_UNIVERSE = 0;
  private static final int SCOPE_LINK = 253;
  private static final int SCOPE_HOST = 254;
  private static final int SCOPE_NOWHERE = 255;

  /**
   * struct rtmsg { u8 family, dst_len, src_len, tos, table, protocol, scope, type; u32 flags; }.
   */
  private static final int BODY_BYTES = 12;

  /** Set in flags for entries of IPv6's route cache. */
  private static final int CLONED = 0x200;

  private RouteMessages() {}

  static NetlinkMessage dump(boolean ipv4) {
    return body(new NetlinkMessage("list routes", GET, REQUEST | DUMP), family(ipv4), 0, 0, 0, 0);
  }

  static NetlinkMessage add(KernelRoute route) {
    return write(route, "add route ", NEW, CREATE | EXCLUSIVE);
  }

  static NetlinkMessage append(KernelRoute route) {
    return write(route, "append route ", NEW, CREATE | APPEND);
  }

  static NetlinkMessage replace(KernelRoute route) {
    return write(route, "replace route ", NEW, CREATE | REPLACE);
  }

  static NetlinkMessage delete(KernelRoute route) {
    return write(route, "delete route ", DELETE, 0);
  }

  private static NetlinkMessage write(KernelRoute route, String verb, int type, int flags) {
    String purpose = verb + route.destination().getHostAddress() + "/" + route.prefixLength();
    boolean deletes = type == DELETE;
    var message =
        body(
            new NetlinkMessage(purpose, type, REQUEST | ACK | flags),
            family(isIpv4(route.destination())),
            route.prefixLength(),
            deletes ? 0 : route.origin() == Origin.KERNEL ? MADE_BY_KERNEL : MADE_BY_HAND,
            deletes ? SCOPE_NOWHERE : scope(route),
            route.type().number());
    message.attribute(DESTINATION, route.destination()).attribute32(TABLE, route.table());
    route.via().ifPresent(via -> message.attribute(GATEWAY, via));
    route.link().ifPresent(link -> message.attribute32(OUT_LINK, link));
    route.source().ifPresent(source -> message.attribute(PREFERRED_SOURCE, source));
    if (route.metric() != 0) {
      message.attribute32(PRIORITY, route.metric());
    }
    if (!deletes) {
      route
          .mtu()
          .ifPresent(mtu ->
              message.nest(METRICS | NESTED, metrics -> metrics.attribute32(METRIC_MTU, mtu)));
    }
    return message;
  }

  /** Reads a route; empty for entries of a cache. */
  static Optional<KernelRoute> read(ByteBuffer message) {
    int family = message.get(0) & 0xff;
    if (message.remaining() < BODY_BYTES
        || (family != 2 && family != 10)
        || (message.getInt(8) & CLONED) != 0) {
      return Optional.empty();
    }
    Attributes attributes =
        Attributes.of(
            message.duplicate().order(message.order()).position(message.position() + BODY_BYTES));
    InetAddress any = Attributes.address(new byte[family == 2 ? 4 : 16]);
    int protocol = message.get(5) & 0xff;
    return Optional.of(
        new KernelRoute(
            attributes.address(DESTINATION).orElse(any),
            message.get(1) & 0xff,
            Type.of(message.get(7) & 0xff),
            attributes.address(GATEWAY),
            number(attributes.u32(OUT_LINK)),
            attributes.address(PREFERRED_SOURCE),
            attributes.u32(TABLE).orElse(message.get(4) & 0xffL),
            attributes.u32(PRIORITY).orElse(0L),
            number(attributes.nested(METRICS).u32(METRIC_MTU)),
            switch (protocol) {
              case MADE_BY_KERNEL -> Origin.KERNEL;
              case MADE_BY_HAND, MADE_STATIC -> Origin.HAND;
              case MADE_BY_ADVERTISEMENT -> Origin.ADVERTISED;
              default -> Origin.OTHER;
            }));
  }

  static int family(boolean ipv4) {
    return ipv4 ? 2 : 10;
  }

  static boolean isIpv4(InetAddress address) {
    return address.getAddress().length == 4;
  }

  private static OptionalInt number(Optional<Long> value) {
    return value.map(v -> OptionalInt.of(v.intValue())).orElseGet(OptionalInt::empty);
  }

  private static int scope(KernelRoute route) {
    if (!isIpv4(route.destination())) {
      return SCOPE_UNIVERSE;
    }
    return switch (route.type()) {
      case LOCAL -> SCOPE_HOST;
      case UNICAST -> route.via().isPresent() ? SCOPE_UNIVERSE : SCOPE_LINK;
      case BROADCAST, ANYCAST, MULTICAST -> SCOPE_LINK;
      case BLACKHOLE, UNREACHABLE, PROHIBIT, OTHER -> SCOPE_UNIVERSE;
    };
  }

  private static NetlinkMessage body(
      NetlinkMessage message, int family, int length, int protocol, int scope, int type) {
    // The table is in an attribute: the header has room for small numbers only.
    return message.u8(family).u8(length).u8(0).u8(0).u8(0).u8(protocol).u8(scope).u8(type).u32(0);
  }
}
