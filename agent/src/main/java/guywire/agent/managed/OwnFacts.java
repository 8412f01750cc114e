package guywire.agent.managed;

import guywire.address.IpAddress;
import guywire.guard.PlainText;
import guywire.linux.KernelRoute;
import guywire.linux.Link;
import guywire.linux.Netlink;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.managed.HostDescription;
import guywire.network.managed.HostDescription.DefaultRoute;
import guywire.network.managed.HostDescription.HostLink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What this host knows of itself and tells the server where it joins. */
final class OwnFacts {

  private static final int LONGEST = 255;
  private static final int MOST_ROUTES = 8;

  private OwnFacts() {}

  static HostDescription seen() throws IOException {
    try (var netlink = Netlink.open()) {
      var links = netlink.links();
      return new HostDescription(
          line("/proc/sys/kernel/hostname"),
          line("/proc/sys/kernel/osrelease"),
          links.stream()
              .filter(link -> !link.name().equals("lo") && !link.kind().equals("wireguard"))
              .flatMap(link -> link(netlink, link).stream())
              .limit(HostDescription.MOST_LINKS)
              .toList(),
          routes(netlink, links));
    }
  }

  private static String line(String file) throws IOException {
    String text = PlainText.line(Files.readString(Path.of(file)).strip());
    return text.substring(0, Math.min(LONGEST, text.length()));
  }

  private static Optional<HostLink> link(Netlink netlink, Link link) {
    var addresses = new ArrayList<InterfaceAddress>();
    for (var each : netlink.addresses(link.index())) {
      var address = IpAddress.of(each.address().getAddress());
      if (!address.isLinkLocal() && addresses.size() < HostDescription.MOST_ADDRESSES) {
        addresses.add(new InterfaceAddress(address, each.prefixLength()));
      }
    }
    return InterfaceName.tryParse(link.name()).map(name -> new HostLink(name, addresses));
  }

  private static List<DefaultRoute> routes(Netlink netlink, List<Link> links) {
    var routes = new ArrayList<DefaultRoute>();
    for (var route : netlink.routes(KernelRoute.MAIN)) {
      if (route.prefixLength() == 0 && route.type() == KernelRoute.Type.UNICAST) {
        links.stream()
            .filter(link -> route.link().stream().anyMatch(index -> index == link.index()))
            .flatMap(link -> InterfaceName.tryParse(link.name()).stream())
            .findFirst()
            .map(name ->
                new DefaultRoute(name, route.via().map(via -> IpAddress.of(via.getAddress()))))
            .ifPresent(routes::add);
      }
    }
    return routes.subList(0, Math.min(MOST_ROUTES, routes.size()));
  }
}
