package guywire.agent.mapping;

import guywire.address.IpAddress;
import guywire.linux.KernelRoute;
import guywire.linux.Link;
import guywire.linux.LinkAddress;
import guywire.linux.NetworkChanges.Change;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** By which router a host reaches the internet, from what the kernel says. */
final class GatewayLook {

  /** What leads into a tunnel leads to no router of a LAN. */
  private static final Set<String> TUNNELS = Set.of("wireguard", "tun");

  private GatewayLook() {}

  /** The router of the best default route in IPv4 that goes by a LAN. */
  static Optional<AskedGateway> of(
      List<KernelRoute> routes, List<Link> links, List<LinkAddress> addresses) {
    return routes.stream()
        .filter(GatewayLook::isDefault)
        .sorted(Comparator.comparingLong(KernelRoute::metric))
        .flatMap(route -> of(route, links, addresses).stream())
        .findFirst();
  }

  private static boolean isDefault(KernelRoute route) {
    return route.prefixLength() == 0
        && route.table() == KernelRoute.MAIN
        && route.type() == KernelRoute.Type.UNICAST
        && route.destination() instanceof Inet4Address
        && route.via().filter(Inet4Address.class::isInstance).isPresent()
        && route.link().isPresent();
  }

  private static Optional<AskedGateway> of(
      KernelRoute route, List<Link> links, List<LinkAddress> addresses) {
    int index = route.link().orElseThrow();
    var gateway = address(route.via().orElseThrow());
    var own =
        route
            .source()
            .map(GatewayLook::address)
            .or(() ->
                addresses.stream()
                    .filter(each -> each.link() == index)
                    .filter(each -> each.address() instanceof Inet4Address)
                    // The one beside the router, if there are several.
                    .max(Comparator.comparingInt(each -> shared(address(each.address()), gateway)))
                    .map(each -> address(each.address())));
    return links.stream()
        .filter(link -> link.index() == index && link.up() && !TUNNELS.contains(link.kind()))
        .findFirst()
        .flatMap(link -> own.map(self -> new AskedGateway(gateway, self, link.name(), index)));
  }

  private static IpAddress address(InetAddress address) {
    return IpAddress.of(address.getAddress());
  }

  /** How many leading bits two addresses of IPv4 have in common. */
  private static int shared(IpAddress one, IpAddress other) {
    return Integer.numberOfLeadingZeros(number(one) ^ number(other));
  }

  private static int number(IpAddress address) {
    return ByteBuffer.wrap(address.bytes()).getInt();
  }

  /** Whether a change can be one of the router. */
  static boolean concerns(Change change) {
    return switch (change) {
      case Change.RouteAdded(var route) -> isIpv4Default(route);
      case Change.RouteRemoved(var route) -> isIpv4Default(route);
      case Change.AddressAdded(var address) -> address.address() instanceof Inet4Address;
      case Change.AddressRemoved(var address) -> address.address() instanceof Inet4Address;
      case Change.Missed _ -> true;
      default -> false;
    };
  }

  private static boolean isIpv4Default(KernelRoute route) {
    return route.prefixLength() == 0 && route.destination() instanceof Inet4Address;
  }
}
