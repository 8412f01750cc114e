package guywire.lab;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.InterfaceAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * One end of a cable, or a bridge: an interface with what is set on it once it is there.
 *
 * @param name the interface
 * @param addresses its addresses
 * @param routes the routes through it, in the order in which they are set
 * @param metric the metric of those routes; a smaller one wins
 * @param mtu its MTU in bytes, if not 1500
 * @param bridge the bridge it is a port of, if any
 */
record Port(
    String name,
    List<InterfaceAddress> addresses,
    List<PortRoute> routes,
    int metric,
    OptionalInt mtu,
    Optional<String> bridge) {

  Port {
    addresses = List.copyOf(addresses);
    routes = List.copyOf(routes);
  }

  /** A route through a port: to a prefix, by a next hop or straight. */
  record PortRoute(Prefix to, Optional<IpAddress> via) {}

  /** A port of this name with nothing on it. */
  static Port bare(String name) {
    return new Port(name, List.of(), List.of(), 0, OptionalInt.empty(), Optional.empty());
  }

  /** The same by another name. */
  Port named(String other) {
    return new Port(other, addresses, routes, metric, mtu, bridge);
  }

  Port with(List<InterfaceAddress> more) {
    return new Port(name, joined(addresses, more), routes, metric, mtu, bridge);
  }

  Port with(IpAddress address, int prefixLength) {
    return with(List.of(new InterfaceAddress(address, prefixLength)));
  }

  Port to(Prefix prefix) {
    return new Port(
        name,
        addresses,
        joined(routes, List.of(new PortRoute(prefix, Optional.empty()))),
        metric,
        mtu,
        bridge);
  }

  Port to(Prefix prefix, IpAddress via) {
    return new Port(
        name,
        addresses,
        joined(routes, List.of(new PortRoute(prefix, Optional.of(via)))),
        metric,
        mtu,
        bridge);
  }

  Port withMetric(int number) {
    return new Port(name, addresses, routes, number, mtu, bridge);
  }

  Port withMtu(OptionalInt bytes) {
    return new Port(name, addresses, routes, metric, bytes, bridge);
  }

  Port in(String bridgeName) {
    return new Port(name, addresses, routes, metric, mtu, Optional.of(bridgeName));
  }

  private static <T> List<T> joined(List<T> first, List<T> then) {
    return Stream.concat(first.stream(), then.stream()).toList();
  }
}
