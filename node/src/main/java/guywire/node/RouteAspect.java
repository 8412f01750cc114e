package guywire.node;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.linux.KernelRoute;
import guywire.linux.Link;
import guywire.network.Agents;
import guywire.network.Cryptokeys;
import guywire.network.InterfaceName;
import guywire.network.Route;
import guywire.network.RouteTable;
import guywire.network.Routes;
import guywire.network.TunnelInterface;
import guywire.network.text.Text;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/** Routes as wg-quick makes them from allowed IPs, and the node's own routes. */
final class RouteAspect implements Aspect {

  @Override
  public boolean has(Thing thing) {
    return thing instanceof Thing.Route;
  }

  @Override
  public void see(Tools tools, HostScope scope, Observed.Picture picture) {
    Map<Integer, InterfaceName> names = new HashMap<>();
    for (var link : picture.links) {
      InterfaceName.tryParse(link.name()).ifPresent(name -> names.put(link.index(), name));
    }
    for (var route : picture.routes) {
      if (route.type() != KernelRoute.Type.UNICAST) {
        continue;
      }
      var via = route.via().map(Addresses::ofJava);
      var device =
          route.link().isPresent()
              ? Optional.ofNullable(names.get(route.link().getAsInt()))
              : Optional.<InterfaceName>empty();
      Prefix to = Addresses.prefix(route);
      picture.things.put(
          new Thing.Route(to, via, device, route.table(), route.metric()), Thing.THERE);
      if (via.isPresent()) {
        // A route to a next hop may be asked for without saying by which interface.
        picture.things.put(
            new Thing.Route(to, via, Optional.empty(), route.table(), route.metric()), Thing.THERE);
      }
    }
  }

  /** The mark, and table, of an interface with a default route whose owner named none. */
  static long chooseMark(
      TunnelInterface tunnel,
      Optional<NodeRecord> before,
      List<KernelRoute> routes,
      Collection<Long> others) {
    if (tunnel.firewallMark() != 0 || Routes.of(tunnel).marked().isEmpty()) {
      return tunnel.firewallMark();
    }
    var chosen = before.map(node -> node.marks().getOrDefault(tunnel.name(), 0L)).orElse(0L);
    if (chosen != 0) {
      return chosen;
    }
    Set<Long> used = routes.stream().map(KernelRoute::table).collect(Collectors.toSet());
    long mark = Routes.USUAL_MARK;
    while (used.contains(mark) || others.contains(mark)) {
      mark++;
    }
    return mark;
  }

  @Override
  public void want(Demand demand, Wanted wanted) {
    for (var tunnel : demand.config().interfaces()) {
      wanted(tunnel, demand.mark(tunnel.name())).forEach(route -> wanted.put(route, Thing.THERE));
      if (tunnel.table() instanceof RouteTable.Chosen
          || tunnel.table() instanceof RouteTable.FromLan) {
        chosen(tunnel).forEach(route -> wanted.put(route, Thing.THERE));
      }
    }
    demand.config().routes().forEach(route -> wanted.put(wanted(route), Thing.THERE));
  }

  /** The routes that the interface should have. */
  static List<Thing.Route> wanted(TunnelInterface tunnel, long mark) {
    Routes routes = Routes.of(tunnel);
    long table =
        tunnel.table() instanceof RouteTable.Number(long number) ? number : KernelRoute.MAIN;
    var all = new ArrayList<Thing.Route>();
    var device = Optional.of(tunnel.name());
    for (var prefix : routes.installed()) {
      all.add(new Thing.Route(prefix, Optional.empty(), device, table, 0));
    }
    for (var family : Family.values()) {
      if (routes.marked().contains(family)) {
        all.add(new Thing.Route(new Prefix(family.any(), 0), Optional.empty(), device, mark, 0));
      }
    }
    for (var prefix : Routes.onward(tunnel)) {
      long exit = RouteTable.Onward.table(tunnel.name());
      all.add(new Thing.Route(prefix, Optional.empty(), device, exit, 0));
    }
    return all;
  }

  /** The routes of a tunnel's own table: of what came out of it, or of a LAN that is sent by it. */
  static List<Thing.Route> chosen(TunnelInterface tunnel) {
    return Cryptokeys.of(tunnel).owners().keySet().stream()
        .sorted()
        .map(prefix ->
            new Thing.Route(
                prefix,
                Optional.empty(),
                Optional.of(tunnel.name()),
                Agents.table(tunnel.name()),
                0))
        .toList();
  }

  private static Thing.Route wanted(Route route) {
    return new Thing.Route(
        route.to(), route.via(), route.device(), KernelRoute.MAIN, route.metric().orElse(0));
  }

  @Override
  public Optional<String> bring(Tools tools, Thing thing, Optional<String> to) {
    var route = (Thing.Route) thing;
    OptionalInt link =
        route.device().stream()
            .flatMap(name -> tools.netlink().link(name.text()).stream())
            .mapToInt(Link::index)
            .findFirst();
    boolean deviceIsGone = route.device().isPresent() && link.isEmpty();
    if (to.isPresent()) {
      if (deviceIsGone) {
        tools.netlink().index(route.device().get().text());
      }
      tools.netlink().addRoute(kernel(route, link));
    } else if (!deviceIsGone) {
      Tools.unlessGone(() -> tools.netlink().removeRoute(kernel(route, link)));
    }
    return Optional.empty();
  }

  private static KernelRoute kernel(Thing.Route route, OptionalInt link) {
    var destination = Addresses.toJava(route.to().address());
    int length = route.to().length();
    KernelRoute kernel =
        route.via().isEmpty()
            ? KernelRoute.through(destination, length, link.orElseThrow())
            : KernelRoute.toNextHop(destination, length, Addresses.toJava(route.via().get()));
    if (link.isPresent()) {
      kernel = kernel.on(link.getAsInt());
    }
    return kernel.inTable(route.table()).withMetric(route.metric());
  }

  @Override
  public Text says(Thing thing, Optional<String> from, Optional<String> to) {
    return Text.of(
        RouteAspect.class,
        to.isPresent() ? "step.route" : "step.no-route",
        describe((Thing.Route) thing));
  }

  private static String describe(Thing.Route route) {
    return route.to()
        + route.via().map(IpAddress::toString).map(via -> " via " + via).orElse("")
        + route.device().map(device -> " dev " + device).orElse("")
        + (route.table() == KernelRoute.MAIN ? "" : " table " + route.table())
        + (route.metric() == 0 ? "" : " metric " + route.metric());
  }
}
