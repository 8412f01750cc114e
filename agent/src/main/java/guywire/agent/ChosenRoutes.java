package guywire.agent;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.linux.Errno;
import guywire.linux.KernelRoute;
import guywire.linux.KernelRule;
import guywire.linux.Link;
import guywire.linux.LinuxException;
import guywire.linux.Netlink;
import guywire.network.Agents;
import guywire.network.Destination;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.Way;
import guywire.node.AgentOrders;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The routes of the chosen ways, in a table of their own that is asked before the main one; those
 * to further gateways of LANs in the table of their tunnel, which is asked before that. A way to
 * which the ordinary routes lead needs none.
 *
 * <p>For one thread.
 */
final class ChosenRoutes {

  private static final String LOOPBACK = "lo";

  private final Netlink netlink;
  private final Map<Name, Destination> destinations = new HashMap<>();
  private final List<IpAddress> own;
  private final long usual;
  private final Set<InterfaceName> gateways;
  private final List<Long> tables = new ArrayList<>();

  /** A place of a table. */
  private record Place(InetAddress address, int length) {
    static Place of(Prefix prefix) {
      return new Place(Inet.address(prefix.address()), prefix.length());
    }

    static Place of(KernelRoute route) {
      return new Place(route.destination(), route.prefixLength());
    }

    boolean isIpv6() {
      return address instanceof Inet6Address;
    }
  }

  ChosenRoutes(Netlink netlink, AgentOrders orders) {
    this.netlink = netlink;
    this.own = orders.addresses();
    this.usual = Agents.table(orders.usual());
    this.gateways = Set.copyOf(orders.gateways());
    gateways.forEach(tunnel -> tables.add(table(tunnel)));
    tables.add(usual);
    orders.destinations().forEach(each -> destinations.put(each.node(), each));
  }

  private long table(InterfaceName tunnel) {
    return gateways.contains(tunnel) ? Agents.table(tunnel) : usual;
  }

  /** The ways that the tables lead now, of the destinations that have a route there. */
  Map<Name, InterfaceName> present(Map<String, Link> links) {
    var names = new HashMap<Integer, String>();
    links.values().forEach(link -> names.put(link.index(), link.name()));
    var leads = new HashMap<Place, String>();
    for (long table : tables) {
      for (var route : netlink.routes(table)) {
        if (route.link().isPresent()) {
          leads.putIfAbsent(Place.of(route), names.getOrDefault(route.link().getAsInt(), ""));
        }
      }
    }
    var present = new HashMap<Name, InterfaceName>();
    for (var destination : destinations.values()) {
      destination.prefixes().stream()
          .flatMap(prefix -> Optional.ofNullable(leads.get(Place.of(prefix))).stream())
          .flatMap(name ->
              destination.ways().stream()
                  .map(Way::tunnel)
                  .filter(tunnel -> tunnel.text().equals(name)))
          .findFirst()
          .ifPresent(tunnel -> present.put(destination.node(), tunnel));
    }
    return present;
  }

  /** Leads to a destination by this tunnel from now on. */
  void choose(Name node, InterfaceName tunnel, Map<String, Link> links) {
    var destination = destinations.get(node);
    var link = links.get(tunnel.text());
    if (destination == null) {
      return;
    }
    boolean routed = isRouted(destination, tunnel);
    if (!routed) {
      if (link == null) {
        return;
      }
      for (var prefix : destination.prefixes()) {
        put(route(prefix, tunnel, link));
      }
    }
    // The former route goes after the new one is there, so that no packet finds none.
    var places = destination.prefixes().stream().map(Place::of).toList();
    for (long table : tables) {
      if (routed || table != table(tunnel)) {
        netlink.routes(table).stream()
            .filter(route -> places.contains(Place.of(route)))
            .forEach(this::remove);
      }
    }
    if (places.stream().anyMatch(Place::isIpv6)) {
      letSocketsLookAnew();
    }
  }

  /**
   * In IPv6 an open socket keeps the route that it has while the table which that came from stays
   * as it is (Linux: rt6_check), and what is chosen stands in another. A change among the rules
   * makes all look anew (fib6_rule_flush_cache). The rule says what one for all packets says
   * already, so that it does no harm if this process ends just here.
   */
  private void letSocketsLookAnew() {
    var rule = KernelRule.lookup(false, usual).of(LOOPBACK).at(Agents.RULE);
    try {
      netlink.addRule(rule);
    } catch (LinuxException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
    }
    try {
      netlink.removeRule(rule);
    } catch (LinuxException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
  }

  /** Makes the tables hold exactly what these choices want, whatever is there. */
  void hold(Map<Name, InterfaceName> choices, Map<String, Link> links) {
    var wanted = new HashMap<Long, Map<Place, KernelRoute>>();
    tables.forEach(table -> wanted.put(table, new HashMap<>()));
    choices.forEach((node, tunnel) -> {
      var destination = destinations.get(node);
      var link = links.get(tunnel.text());
      if (destination != null && link != null && !isRouted(destination, tunnel)) {
        destination
            .prefixes()
            .forEach(each ->
                wanted
                    .computeIfAbsent(table(tunnel), _ -> new HashMap<>())
                    .put(Place.of(each), route(each, tunnel, link)));
      }
    });
    wanted.forEach(this::hold);
  }

  private void hold(long table, Map<Place, KernelRoute> wanted) {
    boolean ipv6 = false;
    var kept = new HashSet<Place>();
    for (var route : netlink.routes(table)) {
      var place = Place.of(route);
      var should = wanted.get(place);
      if (should != null && should.link().equals(route.link())) {
        kept.add(place);
      } else if (should == null) {
        remove(route);
        ipv6 |= place.isIpv6();
      }
    }
    for (var each : wanted.entrySet()) {
      if (!kept.contains(each.getKey())) {
        put(each.getValue());
        ipv6 |= each.getKey().isIpv6();
      }
    }
    if (ipv6) {
      letSocketsLookAnew();
    }
  }

  private static boolean isRouted(Destination destination, InterfaceName tunnel) {
    return destination.ways().stream().anyMatch(way -> way.routed() && way.tunnel().equals(tunnel));
  }

  /** The node speaks as itself whichever way it takes: an extra tunnel has no address. */
  private KernelRoute route(Prefix prefix, InterfaceName tunnel, Link link) {
    var route =
        KernelRoute.through(Inet.address(prefix.address()), prefix.length(), link.index())
            .inTable(table(tunnel));
    return own.stream()
        .filter(address -> address.isIpv4() == prefix.address().isIpv4())
        .findFirst()
        .map(address -> route.from(Inet.address(address)))
        .orElse(route);
  }

  private void put(KernelRoute route) {
    try {
      netlink.replaceRoute(route);
    } catch (LinuxException e) {
      // The interface went, or is down, just now: what that changes is heard at once.
      if (e.errno() != Errno.ENODEV && e.errno() != Errno.ENETDOWN && e.errno() != Errno.EINVAL) {
        throw e;
      }
    }
  }

  private void remove(KernelRoute route) {
    try {
      netlink.removeRoute(route);
    } catch (LinuxException e) {
      if (e.errno() != Errno.ESRCH && e.errno() != Errno.ENODEV) {
        throw e;
      }
    }
  }
}
