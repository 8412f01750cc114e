package guywire.node;

import guywire.linux.KernelRoute;
import guywire.linux.Link;
import guywire.linux.LinkAddress;
import guywire.network.InterfaceName;
import guywire.network.text.Text;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Addresses and MTU of the tunnels' interfaces, that they are up, and the routes that the kernel
 * makes of that.
 */
final class AddressAspect implements Aspect {

  /** What an interface that is made new has, until it is asked for another MTU. */
  private static final int LEAST_MTU = 576;

  @Override
  public boolean has(Thing thing) {
    return thing instanceof Thing.Address
        || thing instanceof Thing.Connected
        || thing instanceof Thing.Mtu
        || thing instanceof Thing.Up;
  }

  @Override
  public void see(Tools tools, HostScope scope, Observed.Picture picture) {
    for (var address : tools.netlink().addresses()) {
      picture.links.stream()
          .filter(link -> link.index() == address.link())
          .flatMap(link -> InterfaceName.tryParse(link.name()).stream())
          .filter(scope.interfaces()::contains)
          .map(name -> new Thing.Address(name, Addresses.of(address)))
          .forEach(there -> {
            picture.things.put(there, Thing.THERE);
            Thing.Connected.of(there)
                .filter(_ -> isConnected(address, picture))
                .ifPresent(route -> picture.things.put(route, Thing.THERE));
          });
    }
    for (var name : scope.interfaces()) {
      picture
          .link(name)
          .ifPresent(link -> {
            picture.things.put(new Thing.Mtu(name), String.valueOf(link.mtu()));
            if (link.up()) {
              picture.things.put(new Thing.Up(name), Thing.THERE);
            }
          });
    }
  }

  /** Whether there is a route to the network of an address, whoever made it. */
  private static boolean isConnected(LinkAddress address, Observed.Picture picture) {
    var network = Addresses.of(address).prefix();
    return picture.routes.stream()
        .anyMatch(route ->
            route.prefixLength() == network.length()
                && route.link().equals(OptionalInt.of(address.link()))
                && route.table() == KernelRoute.MAIN
                && route.type() == KernelRoute.Type.UNICAST
                && Addresses.prefix(route).equals(network));
  }

  /**
   * The kernel's own route to the network of an address, where it is missing though the kernel has
   * had reason to make it.
   */
  static Optional<Thing.Connected> lacking(Observed observed, Thing.Address address) {
    return Thing.Connected.of(address)
        .filter(route ->
            observed.holds(address).isPresent()
                && observed.holds(new Thing.Up(address.link())).isPresent()
                && observed.holds(route).isEmpty());
  }

  @Override
  public void want(Demand demand, Wanted wanted) {
    for (var tunnel : demand.config().interfaces()) {
      for (var address : tunnel.addresses()) {
        wanted.put(new Thing.Address(tunnel.name(), address), Thing.THERE);
      }
      tunnel.mtu().ifPresent(mtu -> wanted.put(new Thing.Mtu(tunnel.name()), String.valueOf(mtu)));
      wanted.put(new Thing.Up(tunnel.name()), Thing.THERE);
      for (var address : tunnel.addresses()) {
        lacking(demand.observed(), new Thing.Address(tunnel.name(), address))
            .ifPresent(route -> wanted.put(route, Thing.THERE));
      }
    }
  }

  @Override
  public Optional<String> bring(Tools tools, Thing thing, Optional<String> to) {
    OptionalInt index =
        tools.netlink().link(thing.on().orElseThrow().text()).stream()
            .mapToInt(Link::index)
            .findFirst();
    if (index.isEmpty() && to.isEmpty()) {
      return Optional.empty();
    }
    var netlink = tools.netlink();
    int link = index.orElseGet(() -> netlink.index(thing.on().orElseThrow().text()));
    switch (thing) {
      case Thing.Address(_, var address) -> {
        var kernel = Addresses.of(link, address);
        if (to.isPresent()) {
          Tools.unlessThere(() -> netlink.addAddress(kernel));
        } else {
          Tools.unlessGone(() -> netlink.removeAddress(kernel));
        }
      }
      case Thing.Connected(_, var address) -> {
        var network = address.prefix();
        var route =
            KernelRoute.connected(
                Addresses.toJava(network.address()),
                network.length(),
                link,
                Addresses.toJava(address.address()));
        if (to.isPresent()) {
          Tools.unlessThere(() -> netlink.appendRoute(route));
        } else {
          Tools.unlessGone(() -> netlink.removeRoute(route));
        }
      }
      case Thing.Mtu mtu -> {
        if (to.isPresent()) {
          netlink.setMtu(link, Math.max(LEAST_MTU, Integer.parseInt(to.get())));
        }
      }
      case Thing.Up up -> {
        if (to.isPresent()) {
          netlink.setUp(link);
          DeviceAspect.awaitListening(tools, up.link());
        } else {
          netlink.setDown(link);
        }
      }
      default -> throw new IllegalArgumentException(thing.toString());
    }
    return Optional.empty();
  }

  @Override
  public Text says(Thing thing, Optional<String> from, Optional<String> to) {
    String link = thing.on().orElseThrow().text();
    return switch (thing) {
      case Thing.Address(_, var address) ->
          Text.of(
              AddressAspect.class,
              to.isPresent() ? "step.address" : "step.no-address",
              link,
              address.toString());
      case Thing.Connected(_, var address) ->
          Text.of(AddressAspect.class, "step.connected", link, address.prefix().toString());
      case Thing.Mtu mtu -> Text.of(AddressAspect.class, "step.mtu", link, to.orElse(""));
      default -> Text.of(AddressAspect.class, to.isPresent() ? "step.up" : "step.down", link);
    };
  }
}
