package guywire.node;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.linux.Link;
import guywire.linux.Netlink;
import guywire.network.InterfaceAddress;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** The addresses of a host that are no tunnel's. */
public final class LanAddresses {

  /** What cables, radios and virtual machines end at; the kernel calls hardware nothing. */
  private static final Set<String> LAN_KINDS =
      Set.of("", "veth", "vlan", "bond", "team", "macvlan", "ipvlan", "bridge");

  private static final String LOOPBACK = "lo";

  private LanAddresses() {}

  /** What this host is connected to by no tunnel. */
  public static List<Prefix> lans() {
    try (var netlink = Netlink.open()) {
      return of(netlink, netlink.links()).stream().map(InterfaceAddress::prefix).toList();
    }
  }

  /**
   * The addresses of the interfaces that are plugged into something, with their connected prefixes:
   * of hardware first, bridges last, because many of those lead to this host's own containers.
   */
  public static List<InterfaceAddress> of(Netlink netlink, Collection<Link> links) {
    var addresses = netlink.addresses();
    return links.stream()
        .filter(link -> link.running() && LAN_KINDS.contains(link.kind()))
        .filter(link -> !link.name().equals(LOOPBACK))
        .sorted(Comparator.comparingInt(LanAddresses::rank).thenComparingInt(Link::index))
        .flatMap(link -> addresses.stream().filter(each -> each.link() == link.index()))
        .map(each ->
            new InterfaceAddress(IpAddress.of(each.address().getAddress()), each.prefixLength()))
        .filter(each -> !each.address().isLinkLocal())
        .toList();
  }

  private static int rank(Link link) {
    return link.kind().isEmpty() ? 0 : link.kind().equals("bridge") ? 2 : 1;
  }
}
