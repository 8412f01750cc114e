package guywire.agent.choice;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.InterfaceAddress;
import java.util.List;

/**
 * Where this host is plugged in: its own addresses beneath the tunnels, and whose it can reach with
 * no router between.
 *
 * @param own the addresses of its real interfaces with their connected prefixes; the first are told
 *     to others
 * @param tunnelled what is reached by tunnels
 */
/*
 * Another node says itself where it is. Only what lies in a prefix that this host is connected to is ever called,
 * so nobody can have packets sent to anyone but the own neighbours; not to all of them at once (broadcast), not to
 * a router's anycast address, not to this host itself, and never into a tunnel.
 */
record Neighbourhood(List<InterfaceAddress> own, List<Prefix> tunnelled) {

  /** As many addresses are told, and believed, of one node. */
  static final int MOST_ADDRESSES = 6;

  /** Nobody is connected to more of the internet than this. */
  private static final int SHORTEST_IPV4 = 8;

  private static final int SHORTEST_IPV6 = 32;

  /** From this length on an IPv4 prefix has no broadcast address (RFC 3021). */
  private static final int POINT_TO_POINT = 31;

  Neighbourhood {
    own = List.copyOf(own);
    tunnelled = List.copyOf(tunnelled);
  }

  /** The same host, plugged in elsewhere. */
  Neighbourhood with(List<InterfaceAddress> others) {
    return new Neighbourhood(others, tunnelled);
  }

  /** What is told of this host. */
  List<IpAddress> told() {
    return own.stream()
        .map(InterfaceAddress::address)
        .filter(this::isOutside)
        .distinct()
        .limit(MOST_ADDRESSES)
        .toList();
  }

  /** Whether an address may be that of another machine in a LAN of this host. */
  boolean contains(IpAddress address) {
    return isOutside(address)
        && own.stream().noneMatch(mine -> mine.address().equals(address))
        && own.stream().anyMatch(mine -> isNeighbour(mine.prefix(), address));
  }

  private static boolean isNeighbour(Prefix prefix, IpAddress address) {
    boolean ipv4 = address.isIpv4();
    boolean whole =
        prefix.address().equals(address)
            || ipv4 && prefix.last().equals(address) && prefix.length() < POINT_TO_POINT;
    return prefix.contains(address)
        && prefix.length() >= (ipv4 ? SHORTEST_IPV4 : SHORTEST_IPV6)
        && (!whole || ipv4 && prefix.length() >= POINT_TO_POINT);
  }

  /** Whether it is a single machine's, beneath the tunnels, so that its bytes say all. */
  private boolean isOutside(IpAddress address) {
    return !address.isUnspecified()
        && !address.isLoopback()
        && !address.isMulticast()
        && !address.isLinkLocal()
        && tunnelled.stream().noneMatch(prefix -> prefix.contains(address));
  }
}
