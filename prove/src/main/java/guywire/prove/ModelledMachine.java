package guywire.prove;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.network.Doubt;
import guywire.network.Firewall;
import guywire.network.Forwarding;
import guywire.network.HostPorts;
import guywire.network.InterfaceAddress;
import guywire.network.NatRule;
import guywire.network.NodeConfig;
import guywire.network.PacketMatch.InterfaceMatch;
import guywire.network.Site;
import guywire.network.Spot;
import guywire.prove.RoutingTable.Query;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One machine that packets begin at, pass or end at: a node, a host in a LAN, a site's router, or a
 * server on the internet.
 */
final class ModelledMachine {

  /** What the ports of a router into its LAN and the internet are called. */
  private static final Set<String> SIDES = Set.of(WorldBuilder.LAN_SIDE, WorldBuilder.WAN_SIDE);

  /** Interfaces that lead neither to a LAN nor to the internet. */
  private static final Pattern OTHERS =
      Pattern.compile("lo|docker.*|virbr.*|veth.*|cni.*|lxc.*|dummy.*");

  /** What interfaces into a LAN are usually called where there is one to the internet beside. */
  private static final Pattern INSIDE = Pattern.compile("(br|lan|vmbr|vlan).*|eth[1-9].*");

  private final String name;
  private final Optional<Spot> spot;
  private final Optional<NodeConfig> config;
  private final Optional<Site> routerOf;
  private final List<ModelledInterface> devices;
  private final RoutingTable routing;
  private final Set<String> loose;
  private final boolean answersForOthers;
  private final List<SetUp.State> lost;
  private final List<Doubt> doubts;
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
  ModelledMachine(
      String name,
      Optional<Spot> spot,
      Optional<NodeConfig> config,
      Optional<Site> routerOf,
      List<ModelledInterface> devices,
      RoutingTable routing) {
    this(name, spot, config, routerOf, devices, routing, HostPorts.UNKNOWN, List.of(), List.of());
  }

  /**
   * A machine of whose own interfaces something is known, which tunnels it lacks, and its doubts.
   */
  ModelledMachine(
      String name,
      Optional<Spot> spot,
      Optional<NodeConfig> config,
      Optional<Site> routerOf,
      List<ModelledInterface> devices,
      RoutingTable routing,
      HostPorts ports,
      List<SetUp.State> lost,
      List<Doubt> doubts) {
    this.name = name;
    this.spot = spot;
    this.config = config;
    this.routerOf = routerOf;
    this.devices = List.copyOf(devices);
    this.routing = routing;
    this.lost = List.copyOf(lost);
    this.doubts = List.copyOf(doubts);
    this.answersForOthers = ports.answersForOthers();
    var named = devices.stream().map(ModelledInterface::name).collect(Collectors.toSet());
    this.loose =
        ports.ports().stream()
            .map(port -> port.name().text())
            .filter(text -> !named.contains(text))
            .collect(Collectors.toSet());
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

  List<ModelledInterface> devices() {
    return devices;
  }

  RoutingTable routing() {
    return routing;
  }

  /** Its tunnels. */
  List<ModelledInterface.Tunnel> tunnels() {
    return devices.stream()
        .filter(ModelledInterface.Tunnel.class::isInstance)
        .map(ModelledInterface.Tunnel.class::cast)
        .toList();
  }

  /** The tunnels that do not come up on it. */
  List<SetUp.State> lost() {
    return lost;
  }

  /** What it runs and is not understood. */
  List<Doubt> doubts() {
    return doubts;
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
   * Whether an interface has some name.
   *
   * @param yes the answer
   * @param assumed whether that is a guess, because nobody said how the interfaces are called
   */
  record Naming(boolean yes, boolean assumed) {
    static final Naming YES = new Naming(true, false);
    static final Naming NO = new Naming(false, false);

    Naming opposite() {
      return new Naming(!yes, assumed);
    }

    /** Whether this is the answer, and no guess. */
    boolean isSurely(boolean answer) {
      return !assumed && yes == answer;
    }
  }

  /**
   * Whether a rule that names an interface means this one. A router's two sides are known by the
   * words for them, as an OpenWrt router's zones are. A single port whose name no one stated
   * answers to any; of several the rule is taken to mean the one that its name looks like.
   */
  Naming called(ModelledInterface device, InterfaceMatch wanted) {
    if (!(device instanceof ModelledInterface.Port port) || port.named()) {
      return wanted.covers(device.name()) ? Naming.YES : Naming.NO;
    }
    String name = wanted.name().text();
    if (routerOf.isPresent() && SIDES.contains(name)) {
      return port.name().equals(name) ? Naming.YES : Naming.NO;
    }
    boolean another =
        devices.stream()
            .filter(other ->
                other instanceof ModelledInterface.Tunnel
                    || ((ModelledInterface.Port) other).named())
            .anyMatch(other -> wanted.covers(other.name()));
    if (name.endsWith("+")) {
      return another || loose.stream().noneMatch(wanted::covers) && !loose.isEmpty()
          ? Naming.NO
          : Naming.YES;
    }
    if (another || OTHERS.matcher(name).matches() || !loose.isEmpty() && !loose.contains(name)) {
      return Naming.NO;
    }
    long unnamed =
        devices.stream()
            .filter(d -> d instanceof ModelledInterface.Port other && !other.named())
            .count();
    return unnamed == 1 && loose.size() <= 1 ? Naming.YES : new Naming(meant(wanted) == port, true);
  }

  /** Which of several nameless ports a name is taken to mean: that to the internet, or a LAN's. */
  private ModelledInterface meant(InterfaceMatch wanted) {
    boolean inside = INSIDE.matcher(wanted.name().text()).matches();
    Optional<ModelledInterface> first = Optional.empty();
    for (var device : devices) {
      if (device instanceof ModelledInterface.Port port && !port.named()) {
        boolean lan = port.segment() instanceof Segment.Lan;
        if (lan == inside) {
          return port;
        }
        first = first.or(() -> Optional.of(port));
      }
    }
    return first.orElseThrow();
  }

  /** Where the port leads that a name is taken for, in words. */
  String assumedFor(InterfaceMatch wanted) {
    return ((ModelledInterface.Port) meant(wanted)).segment() instanceof Segment.Lan lan
        ? lan.lan().prefix().toString()
        : "internet";
  }

  /** Whether it answers ARP for addresses that it knows another way to than by this interface. */
  boolean answersFor(IpAddress address, ModelledInterface asked) {
    return answersForOthers
        && address.isIpv4()
        && forwards(Family.IPV4) != Forwarding.OFF
        && routing
            .lookup(Query.own(address, 0))
            .entry()
            .filter(route -> route.device() != asked && !route.to().isDefault())
            .isPresent();
  }

  /**
   * The address it speaks with to {@code target} out of an interface. One without an address
   * borrows one of another interface, as the kernel does for its own packets and to masquerade: of
   * IPv6 a public one for a public target.
   */
  Optional<IpAddress> sourceFor(ModelledInterface out, IpAddress target) {
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
