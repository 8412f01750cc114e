package guywire.prove;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.network.Firewall;
import guywire.network.Forwarding;
import guywire.network.InterfaceAddress;
import guywire.network.NatRule;
import guywire.network.NodeConfig;
import guywire.network.Site;
import guywire.network.Spot;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One machine that packets begin at, pass or end at: a node, a host in a LAN, a site's router, or a
 * server on the internet.
 */
final class Machine {

  /** What the ports of a router into its LAN and the internet are called. */
  private static final Set<String> SIDES = Set.of(WorldBuilder.LAN_SIDE, WorldBuilder.WAN_SIDE);

  private final String name;
  private final Optional<Spot> spot;
  private final Optional<NodeConfig> config;
  private final Optional<Site> routerOf;
  private final List<Device> devices;
  private final RoutingTable routing;
  private final Set<IpAddress> own = new HashSet<>();

  /**
   * A machine.
   *
   * @param name what people call it
   * @param spot the spot it is, unless it is only on the way
   * @param config its configuration, if it is a node
   * @param routerOf the site whose router it is, if it is one
   * @param devices its interfaces
   * @param routing where it sends packets
   */
  Machine(
      String name,
      Optional<Spot> spot,
      Optional<NodeConfig> config,
      Optional<Site> routerOf,
      List<Device> devices,
      RoutingTable routing) {
    this.name = name;
    this.spot = spot;
    this.config = config;
    this.routerOf = routerOf;
    this.devices = List.copyOf(devices);
    this.routing = routing;
    for (var device : devices) {
      device.addresses().forEach(address -> own.add(address.address()));
    }
  }

  String name() {
    return name;
  }

  Optional<Spot> spot() {
    return spot;
  }

  Optional<NodeConfig> config() {
    return config;
  }

  Optional<Site> routerOf() {
    return routerOf;
  }

  List<Device> devices() {
    return devices;
  }

  RoutingTable routing() {
    return routing;
  }

  /** Its tunnels. */
  List<Device.Tunnel> tunnels() {
    return devices.stream()
        .filter(Device.Tunnel.class::isInstance)
        .map(Device.Tunnel.class::cast)
        .toList();
  }

  /** Whether the address is one of its own. */
  boolean owns(IpAddress address) {
    return own.contains(address);
  }

  /** Whether it passes on packets of the family: a router that no file speaks of does. */
  Forwarding forwards(Family family) {
    Forwarding said =
        config
            .map(node -> family == Family.IPV4 ? node.forwardIpv4() : node.forwardIpv6())
            .orElse(Forwarding.UNSTATED);
    if (said != Forwarding.UNSTATED) {
      return said;
    }
    return routerOf.isPresent() ? Forwarding.ON : config.isPresent() ? said : Forwarding.OFF;
  }

  Firewall firewall() {
    return config.map(NodeConfig::firewall).orElse(Firewall.OPEN);
  }

  List<NatRule> nat() {
    return config.map(NodeConfig::nat).orElse(List.of());
  }

  /**
   * Whether the device has this name; a port whose name no one stated answers to any. A router's
   * two sides are known by the words for them, as an OpenWrt router's zones are.
   */
  boolean called(Device device, String wanted) {
    if (device instanceof Device.Port port && !port.named()) {
      if (routerOf.isPresent() && SIDES.contains(wanted)) {
        return port.name().equals(wanted);
      }
      return tunnels().stream().noneMatch(tunnel -> tunnel.name().equals(wanted))
          && !wanted.equals("lo");
    }
    return device.name().equals(wanted);
  }

  /**
   * The address it speaks with to {@code target} out of an interface. One without an address
   * borrows one of another interface, as the kernel does for its own packets and to masquerade: of
   * IPv6 a public one for a public target.
   */
  Optional<IpAddress> sourceFor(Device out, IpAddress target) {
    return out.sourceFor(target).or(() -> borrowedFor(target));
  }

  private Optional<IpAddress> borrowedFor(IpAddress target) {
    var all =
        devices.stream()
            .flatMap(device -> device.addresses().stream())
            .map(InterfaceAddress::address)
            .filter(address -> address.family() == target.family())
            .toList();
    return all.stream()
        .filter(address -> target.isIpv4() || World.isPrivate(address) == World.isPrivate(target))
        .findFirst()
        .or(() -> all.stream().findFirst());
  }

  @Override
  public String toString() {
    return name;
  }
}
