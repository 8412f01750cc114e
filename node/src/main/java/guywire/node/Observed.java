package guywire.node;

import guywire.linux.KernelRoute;
import guywire.linux.KernelRule;
import guywire.linux.Link;
import guywire.network.EndpointAddress;
import guywire.network.InterfaceName;
import guywire.protocol.Endpoint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A host as it was seen: what stands in each place that a node has to do with.
 *
 * @param things the places that hold something, and what
 * @param devices the WireGuard devices behind the node's interfaces, with their secrets
 * @param links all interfaces
 * @param routes all routes
 * @param rules all routing rules
 * @param endpoints where names of endpoints lead now
 * @param resolverWay who is told of resolver settings here
 * @param dockerFilters whether Docker filters what is forwarded here
 */
record Observed(
    Map<Thing, String> things,
    Map<InterfaceName, WireGuardDevice> devices,
    List<Link> links,
    List<KernelRoute> routes,
    List<KernelRule> rules,
    Map<EndpointAddress, List<Endpoint>> endpoints,
    Thing.Resolver.ResolverKind resolverWay,
    boolean dockerFilters) {

  /** Gathers what is seen; some of it is looked at by several threads. */
  static final class Picture {
    final Map<Thing, String> things = new ConcurrentHashMap<>();
    final Map<InterfaceName, WireGuardDevice> devices = new HashMap<>();
    final List<Link> links = new ArrayList<>();
    final List<KernelRoute> routes = new ArrayList<>();
    final List<KernelRule> rules = new ArrayList<>();
    final Map<EndpointAddress, List<Endpoint>> endpoints = new HashMap<>();
    volatile Thing.Resolver.ResolverKind resolverWay = Thing.Resolver.ResolverKind.FILE;
    volatile boolean dockerFilters;

    Optional<Link> link(InterfaceName name) {
      return links.stream().filter(link -> link.name().equals(name.text())).findFirst();
    }

    Observed finish() {
      return new Observed(
          things, devices, links, routes, rules, endpoints, resolverWay, dockerFilters);
    }
  }

  Observed {
    things = Map.copyOf(things);
    devices = Map.copyOf(devices);
    links = List.copyOf(links);
    routes = List.copyOf(routes);
    rules = List.copyOf(rules);
    endpoints = Map.copyOf(endpoints);
  }

  /** What stands there, if anything. */
  Optional<String> holds(Thing thing) {
    return Optional.ofNullable(things.get(thing));
  }

  /** What a setting of the kernel is. */
  Optional<String> setting(String key) {
    return holds(new Thing.Setting(key));
  }
}
