package guywire.linux;

import java.net.InetAddress;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A route in the kernel's tables.
 *
 * @param destination the first address it is for; its family is the route's
 * @param prefixLength the length of the destination in bits
 * @param type what happens to packets
 * @param via the next hop, if any
 * @param link the index of the interface they leave by, if any
 * @param source the preferred source address, if set
 * @param table the routing table
 * @param metric the metric; IPv6 turns 0 into 1024
 * @param mtu the MTU of this route in bytes, if set
 * @param origin who made it
 */
public record KernelRoute(
    InetAddress destination,
    int prefixLength,
    Type type,
    Optional<InetAddress> via,
    OptionalInt link,
    Optional<InetAddress> source,
    long table,
    long metric,
    OptionalInt mtu,
    Origin origin) {

  /** The main routing table. */
  public static final long MAIN = 254;

  /** The table of the machine's own addresses, kept by the kernel. */
  public static final long LOCAL = 255;

  /** Of the routes for IPv6 addresses (IP6_RT_PRIO_ADDRCONF of the kernel's ip6_route.h). */
  private static final long IPV6_CONNECTED_METRIC = 256;

  /** What happens to packets (RTN_* of linux/rtnetlink.h). */
  public enum Type {
    UNICAST(1),
    LOCAL(2),
    BROADCAST(3),
    ANYCAST(4),
    MULTICAST(5),
    /** Dropped silently. */
    BLACKHOLE(6),
    /** Refused with "host unreachable". */
    UNREACHABLE(7),
    /** Refused with "prohibited". */
    PROHIBIT(8),
    OTHER(0);

    private final int number;

    Type(int number) {
      this.number = number;
    }

    int number() {
      return number;
    }

    static Type of(int number) {
      for (Type type : values()) {
        if (type.number == number) {
          return type;
        }
      }
      return OTHER;
    }
  }

  /** Who made a route (RTPROT_* of linux/rtnetlink.h). */
  public enum Origin {
    /** The kernel, for an address. */
    KERNEL,
    /** A person or program, by hand; what {@code ip route add} makes. */
    HAND,
    /** A router, by an IPv6 router advertisement. */
    ADVERTISED,
    /** Something else, such as a routing daemon. */
    OTHER
  }

  /** A route of the main table through an interface. */
  public static KernelRoute through(InetAddress destination, int prefixLength, int link) {
    return new KernelRoute(
        destination,
        prefixLength,
        Type.UNICAST,
        Optional.empty(),
        OptionalInt.of(link),
        Optional.empty(),
        MAIN,
        0,
        OptionalInt.empty(),
        Origin.HAND);
  }

  /** A route of the main table to a next hop. */
  public static KernelRoute toNextHop(InetAddress destination, int prefixLength, InetAddress via) {
    return new KernelRoute(
        destination,
        prefixLength,
        Type.UNICAST,
        Optional.of(via),
        OptionalInt.empty(),
        Optional.empty(),
        MAIN,
        0,
        OptionalInt.empty(),
        Origin.HAND);
  }

  /**
   * The route of the main table that the kernel makes for an address of an interface.
   *
   * @param destination the first address of its network
   */
  public static KernelRoute connected(
      InetAddress destination, int prefixLength, int link, InetAddress address) {
    boolean ipv4 = RouteMessages.isIpv4(destination);
    return new KernelRoute(
        destination,
        prefixLength,
        Type.UNICAST,
        Optional.empty(),
        OptionalInt.of(link),
        ipv4 ? Optional.of(address) : Optional.empty(),
        MAIN,
        ipv4 ? 0 : IPV6_CONNECTED_METRIC,
        OptionalInt.empty(),
        Origin.KERNEL);
  }

  /** A route of the main table that swallows packets: blackhole, unreachable or prohibit. */
  public static KernelRoute refusing(InetAddress destination, int prefixLength, Type type) {
    return new KernelRoute(
        destination,
        prefixLength,
        type,
        Optional.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        MAIN,
        0,
        OptionalInt.empty(),
        Origin.HAND);
  }

  /** The same route in another table. */
  public KernelRoute inTable(long number) {
    return new KernelRoute(
        destination, prefixLength, type, via, link, source, number, metric, mtu, origin);
  }

  /** The same route with this metric. */
  public KernelRoute withMetric(long number) {
    return new KernelRoute(
        destination, prefixLength, type, via, link, source, table, number, mtu, origin);
  }

  /** The same route with an MTU in bytes of its own. */
  public KernelRoute withMtu(int bytes) {
    return new KernelRoute(
        destination,
        prefixLength,
        type,
        via,
        link,
        source,
        table,
        metric,
        OptionalInt.of(bytes),
        origin);
  }

  /** The same route through this interface. */
  public KernelRoute on(int index) {
    return new KernelRoute(
        destination,
        prefixLength,
        type,
        via,
        OptionalInt.of(index),
        source,
        table,
        metric,
        mtu,
        origin);
  }

  /** The same route with a preferred source address. */
  public KernelRoute from(InetAddress address) {
    return new KernelRoute(
        destination,
        prefixLength,
        type,
        via,
        link,
        Optional.of(address),
        table,
        metric,
        mtu,
        origin);
  }
}
