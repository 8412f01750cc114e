package guywire.agent;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.linux.Errno;
import guywire.linux.KernelRoute;
import guywire.linux.Link;
import guywire.linux.LinuxException;
import guywire.linux.Netlink;
import guywire.network.Agents;
import guywire.network.Destination;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.Way;
import guywire.node.AgentOrders;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The routes of the chosen ways, in a table of their own that is asked before the main one. A way
 * to which the ordinary routes lead needs none.
 *
 * <p>For one thread.
 */
final class ChosenRoutes {

  private final Netlink netlink;
  private final Map<Name, Destination> destinations = new HashMap<>();
  private final List<IpAddress> own;
  private final long table;

  /** A place of the table. */
  private record Place(InetAddress address, int length) {
    static Place of(Prefix prefix) {
      return new Place(Inet.address(prefix.address()), prefix.length());
    }

    static Place of(KernelRoute route) {
      return new Place(route.destination(), route.prefixLength());
    }
  }

  ChosenRoutes(Netlink netlink, AgentOrders orders) {
    this.netlink = netlink;
    this.own = orders.addresses();
    this.table = Agents.table(orders.usual());
    orders.destinations().forEach(each -> destinations.put(each.node(), each));
  }

  /** The ways that the table leads now, of the destinations that have a route there. */
  Map<Name, InterfaceName> present(Map<String, Link> links) {
    var names = new HashMap<Integer, String>();
    links.values().forEach(link -> names.put(link.index(), link.name()));
    var leads = new HashMap<Place, String>();
    for (var route : netlink.routes(table)) {
      if (route.link().isPresent()) {
        leads.put(Place.of(route), names.getOrDefault(route.link().getAsInt(), ""));
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
    if (isRouted(destination, tunnel)) {
      var places = destination.prefixes().stream().map(Place::of).toList();
      netlink.routes(table).stream()
          .filter(route -> places.contains(Place.of(route)))
          .forEach(this::remove);
    } else if (link != null) {
      destination.prefixes().forEach(prefix -> put(route(prefix, link)));
    }
  }

  /** Makes the table hold exactly what these choices want, whatever is there. */
  void hold(Map<Name, InterfaceName> choices, Map<String, Link> links) {
    var wanted = new HashMap<Place, KernelRoute>();
    choices.forEach((node, tunnel) -> {
      var destination = destinations.get(node);
      var link = links.get(tunnel.text());
      if (destination != null && link != null && !isRouted(destination, tunnel)) {
        destination.prefixes().forEach(each -> wanted.put(Place.of(each), route(each, link)));
      }
    });
    var kept = new HashSet<Place>();
    for (var route : netlink.routes(table)) {
      var place = Place.of(route);
      var should = wanted.get(place);
      if (should != null && should.link().equals(route.link())) {
        kept.add(place);
      } else if (should == null) {
        remove(route);
      }
    }
    wanted.forEach((place, route) -> {
      if (!kept.contains(place)) {
        put(route);
      }
    });
  }

  private static boolean isRouted(Destination destination, InterfaceName tunnel) {
    return destination.ways().stream().anyMatch(way -> way.routed() && way.tunnel().equals(tunnel));
  }

  /** The node speaks as itself whichever way it takes: an extra tunnel has no address. */
  private KernelRoute route(Prefix prefix, Link link) {
    var route =
        KernelRoute.through(Inet.address(prefix.address()), prefix.length(), link.index())
            .inTable(table);
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
