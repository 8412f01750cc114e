package guywire.prove;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.network.Agents;
import guywire.network.Attachment;
import guywire.network.Doubt;
import guywire.network.HostPorts;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.Internet;
import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.network.PacketMatch;
import guywire.network.Route;
import guywire.network.RouteTable;
import guywire.network.Routes;
import guywire.network.RoutingPolicy;
import guywire.network.Setback;
import guywire.network.Site;
import guywire.network.Spot;
import guywire.network.TunnelInterface;
import guywire.network.VirtualRouter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/** Makes the machines of a network. */
final class WorldBuilder {

  /** What a router's port into its LAN is called. */
  static final String LAN_SIDE = "br-lan";

  /** What a router's port to the internet is called. */
  static final String WAN_SIDE = "wan";

  /** Public addresses that no one knows are stood for by these (RFC 2544, RFC 6666). */
  private static final IpAddress UNKNOWN_IPV4 = IpAddress.parse("198.19.0.0");

  /** A route by it leads nowhere. */
  private static final InterfaceName LOOPBACK = new InterfaceName("lo");

  private static final IpAddress UNKNOWN_IPV6 = IpAddress.parse("100::");

  /** The addresses that names lead to, where no one knows them but the owners of the names. */
  static final Prefix NAMED = Prefix.parse("198.19.128.0/17");

  private static final List<Prefix> UNKNOWN =
      List.of(Prefix.parse("198.19.0.0/16"), Prefix.parse("100::/64"));

  private final World world;
  private final Segment.Internet internet;
  private final Map<Name, List<Segment.Lan>> lans = new HashMap<>();
  private final Map<Name, Attachment> attachments = new HashMap<>();
  private final Map<Name, Site> sites = new HashMap<>();
  private final Map<Name, List<Setback>> setbacks = new HashMap<>();
  private final Map<Name, List<Doubt>> doubts = new HashMap<>();
  private final Map<Name, List<RoutingPolicy>> policies = new HashMap<>();
  private int unknown;

  WorldBuilder(World world, Segment.Internet internet) {
    this.world = world;
    this.internet = internet;
  }

  void build() {
    var underlay = world.network().underlay();
    for (var site : underlay.sites()) {
      sites.put(site.name(), site);
      lans.put(site.name(), site.lans().stream().map(lan -> new Segment.Lan(site, lan)).toList());
    }
    underlay.attachments().forEach(attachment -> attachments.put(attachment.node(), attachment));
    for (var setback : world.network().setbacks()) {
      setbacks.computeIfAbsent(setback.node(), key -> new ArrayList<>()).add(setback);
    }
    for (var policy : world.network().policies()) {
      policies.computeIfAbsent(policy.node(), key -> new ArrayList<>()).add(policy);
    }
    for (var doubt : world.network().doubts()) {
      doubts.computeIfAbsent(doubt.node(), key -> new ArrayList<>()).add(doubt);
    }
    var present = new HashSet<Name>();
    for (var node : world.network().nodes()) {
      present.add(node.name());
      addNode(node);
    }
    for (var site : underlay.sites()) {
      if (site.routerNode().filter(present::contains).isEmpty()) {
        addRouter(site);
      }
      for (var host : site.hosts()) {
        world.addMachine(host(site, host));
      }
    }
  }

  private void addNode(NodeConfig node) {
    var routing = new RoutingTable();
    Optional<Site> routerOf = Optional.empty();
    var devices = new ArrayList<ModelledInterface>();
    var ports = world.network().underlay().portsOf(node.name());
    switch (attachments.get(node.name())) {
      case Attachment.Direct direct -> devices.add(uplink(ports, direct.addresses(), routing));
      case Attachment.Roaming roaming ->
          devices.add(uplink(ports, unknownAddresses(roaming.networks().getFirst()), routing));
      case Attachment.InSite inSite -> {
        var site = Optional.ofNullable(sites.get(inSite.site()));
        routerOf = site.filter(s -> s.routerNode().equals(Optional.of(node.name())));
        site.ifPresent(s ->
            devices.addAll(
                inSite(
                    s,
                    ports,
                    withShared(node, inSite),
                    s.routerNode().equals(Optional.of(node.name())),
                    routing)));
      }
      case null -> devices.add(uplink(ports, List.of(UNKNOWN_IPV4.plus(++unknown)), routing));
    }
    var names = new HashMap<String, ModelledInterface>();
    devices.forEach(device -> names.put(device.name(), device));
    long nextMark = Routes.USUAL_MARK;
    var setUp = new SetUp(node, setbacks.getOrDefault(node.name(), List.of()));
    devices.forEach(device -> ((ModelledInterface.Port) device).addToKernel(setUp, ports));
    var lost = new ArrayList<SetUp.State>();
    rules(node, 0, routing);
    int made = 0;
    for (var written : node.interfaces()) {
      made++;
      var cryptokeys = world.cryptokeys(written);
      var state = setUp.bringUp(written, cryptokeys);
      world.note(node.name(), state.trouble());
      if (!state.up()) {
        lost.add(new SetUp.State(written, false, state.routes(), state.trouble()));
        rules(node, made, routing);
        continue;
      }
      var config = speaking(node, state.config());
      var routes = state.routes();
      long mark = config.firewallMark();
      if (mark == 0 && !routes.marked().isEmpty()) {
        mark = nextMark++;
      }
      var tunnel = new ModelledInterface.Tunnel(config, cryptokeys, routes, mark);
      devices.add(tunnel);
      names.put(tunnel.name(), tunnel);
      routeTunnel(config, tunnel, routing);
      if (config.table() instanceof RouteTable.Chosen) {
        cryptokeys.owners().keySet().forEach(prefix -> routing.addArrival(prefix, tunnel));
      }
      if (config.table() instanceof RouteTable.FromLan from) {
        String own = String.valueOf(Agents.table(config.name()));
        for (var prefix : cryptokeys.owners().keySet()) {
          routing.add(own, new RoutingTable.Entry(prefix, tunnel, Optional.empty(), 0));
        }
        from.rules(config.name()).forEach(routing::addRule);
      }
      rules(node, made, routing);
    }
    for (var destination : node.destinations()) {
      for (var prefix : destination.prefixes()) {
        Supplier<Optional<ModelledInterface.Tunnel>> choice =
            () ->
                world
                    .chooser()
                    .choose(node, destination)
                    .flatMap(name -> Optional.ofNullable(names.get(name.text())))
                    .map(ModelledInterface.Tunnel.class::cast);
        boolean someLeadToGateways =
            destination.ways().stream()
                .flatMap(way -> Optional.ofNullable(names.get(way.tunnel().text())).stream())
                .anyMatch(WorldBuilder::leadsToGateway);
        if (someLeadToGateways) {
          routing.addGatewayChoice(prefix, () -> choice.get().filter(WorldBuilder::leadsToGateway));
        }
        routing.addChoice(prefix, () -> choice.get().filter(tunnel -> !leadsToGateway(tunnel)));
      }
    }
    tables(node, devices, names, routing);
    for (var route : node.routes()) {
      if (route.device().filter(LOOPBACK::equals).isPresent()) {
        routing.discard(route.to(), route.metric().orElse(0));
      }
      device(route, devices, names)
          .ifPresent(device ->
              routing.add(
                  new RoutingTable.Entry(
                      route.to(), device, route.via(), route.metric().orElse(0))));
    }
    world.addMachine(
        new ModelledMachine(
            node.name().text(),
            Optional.of(new Spot.Node(node.name())),
            Optional.of(node),
            routerOf,
            devices,
            routing,
            ports,
            lost,
            doubts.getOrDefault(node.name(), List.of())));
  }

  /** The node's addresses in its site, with what gateways share while it is the one that has it. */
  private List<IpAddress> withShared(NodeConfig node, Attachment.InSite where) {
    var all = new ArrayList<>(where.addresses());
    node.virtualRouter()
        .map(VirtualRouter::addresses)
        .filter(shared ->
            VirtualRouter.holder(world.network().nodes(), shared, world.failures())
                .equals(Optional.of(node.name())))
        .ifPresent(all::addAll);
    return all;
  }

  private static boolean leadsToGateway(ModelledInterface device) {
    return device instanceof ModelledInterface.Tunnel tunnel
        && tunnel.config().table() instanceof RouteTable.ToGateway;
  }

  /**
   * A tunnel beside the usual one has no address of its own: the agent's routes name the usual
   * tunnel's as their source.
   */
  private static TunnelInterface speaking(NodeConfig node, TunnelInterface tunnel) {
    if (!tunnel.table().isSpare()) {
      return tunnel;
    }
    return tunnel.withAddresses(
        node.interfaces().stream()
            .flatMap(other -> other.addresses().stream())
            .map(own -> alone(own.address()))
            .toList());
  }

  private static void routeTunnel(
      TunnelInterface config, ModelledInterface.Tunnel tunnel, RoutingTable routing) {
    for (var address : config.addresses()) {
      if (!address.prefix().isHost()) {
        routing.add(new RoutingTable.Entry(address.prefix(), tunnel, Optional.empty(), 0));
      }
    }
    String table =
        config.table() instanceof RouteTable.Number number
            ? RoutingPolicy.table(String.valueOf(number.number()))
            : RoutingPolicy.MAIN;
    for (var prefix : tunnel.routes().installed()) {
      routing.add(table, new RoutingTable.Entry(prefix, tunnel, Optional.empty(), 0));
    }
    if (!tunnel.routes().marked().isEmpty()) {
      routing.addDefault(tunnel);
    }
    if (config.table() instanceof RouteTable.Onward onward) {
      String exit = String.valueOf(RouteTable.Onward.table(config.name()));
      for (var prefix : tunnel.onward()) {
        routing.add(exit, new RoutingTable.Entry(prefix, tunnel, Optional.empty(), 0));
      }
      onward.rules(config.name()).forEach(routing::addRule);
    }
  }

  /** Adds the rules that a node makes when so many of its tunnels are up. */
  private void rules(NodeConfig node, int tunnels, RoutingTable routing) {
    for (var policy : policies.getOrDefault(node.name(), List.of())) {
      policy.rules().stream().filter(rule -> rule.after() == tunnels).forEach(routing::addRule);
    }
  }

  /** Fills the tables that rules of a node lead to. */
  private void tables(
      NodeConfig node,
      List<ModelledInterface> devices,
      Map<String, ModelledInterface> names,
      RoutingTable routing) {
    for (var policy : policies.getOrDefault(node.name(), List.of())) {
      for (var one : policy.routes()) {
        var route = one.route();
        int metric = route.metric().orElse(0);
        if (route.device().filter(LOOPBACK::equals).isPresent()) {
          routing.discard(one.table(), route.to(), metric);
          continue;
        }
        var device = device(route, devices, names);
        device.ifPresent(out ->
            routing.add(one.table(), new RoutingTable.Entry(route.to(), out, route.via(), metric)));
        boolean tunnel =
            node.interfaces().stream()
                .anyMatch(own -> Optional.of(own.name()).equals(route.device()));
        if (device.isEmpty() && !tunnel) {
          doubts
              .computeIfAbsent(node.name(), _ -> new ArrayList<>())
              .add(
                  new Doubt(
                      node.name(),
                      Doubt.Stage.ROUTING,
                      0,
                      PacketMatch.ANY.to(List.of(route.to())),
                      Optional.empty(),
                      false,
                      one.place(),
                      route.to() + " table " + one.table()));
        }
      }
    }
  }

  private static Optional<ModelledInterface> device(
      Route route, List<ModelledInterface> devices, Map<String, ModelledInterface> names) {
    if (route.device().isPresent()) {
      var named = names.get(route.device().get().text());
      if (named != null) {
        return Optional.of(named);
      }
    }
    if (route.via().isPresent()) {
      for (var device : devices) {
        for (var address : device.addresses()) {
          if (address.prefix().contains(route.via().get())) {
            return Optional.of(device);
          }
        }
      }
    }
    // Of a host whose only interface nobody called by name, any name means that one.
    var nameless =
        devices.stream()
            .filter(one -> one instanceof ModelledInterface.Port port && !port.named())
            .toList();
    return nameless.size() == 1 && route.device().isPresent()
        ? Optional.of(nameless.getFirst())
        : Optional.empty();
  }

  private ModelledInterface.Port uplink(
      HostPorts ports, List<IpAddress> addresses, RoutingTable routing) {
    var known = ports.ports().stream().filter(HostPorts.Port::uplink).findFirst();
    var port =
        new ModelledInterface.Port(
            known.map(p -> p.name().text()).orElse("eth0"),
            known.isPresent(),
            addresses.stream().map(WorldBuilder::alone).toList(),
            internet);
    addresses.stream()
        .map(IpAddress::family)
        .distinct()
        .forEach(
            family -> routing.add(new RoutingTable.Entry(all(family), port, Optional.empty(), 0)));
    return port;
  }

  private List<ModelledInterface> inSite(
      Site site,
      HostPorts ports,
      List<IpAddress> addresses,
      boolean isRouter,
      RoutingTable routing) {
    var devices = new ArrayList<ModelledInterface>();
    for (var lan : lans.getOrDefault(site.name(), List.of())) {
      var own = new ArrayList<InterfaceAddress>();
      for (var address : addresses) {
        if (lan.lan().prefix().contains(address)) {
          own.add(new InterfaceAddress(address, lan.lan().prefix().length()));
        }
      }
      if (own.isEmpty() && isRouter) {
        own.add(new InterfaceAddress(lan.lan().router(), lan.lan().prefix().length()));
      }
      if (!own.isEmpty()) {
        var known = portInto(ports, lan.lan().prefix(), !isRouter && devices.isEmpty());
        String name = known.map(p -> p.name().text()).orElse(isRouter ? LAN_SIDE : "eth0");
        var port = new ModelledInterface.Port(name, known.isPresent(), own, lan);
        devices.add(port);
        int metric = known.map(HostPorts.Port::metric).orElse(OptionalInt.empty()).orElse(0);
        routing.add(new RoutingTable.Entry(lan.lan().prefix(), port, Optional.empty(), metric));
        if (!isRouter) {
          var family = lan.lan().prefix().family();
          routing.add(
              new RoutingTable.Entry(all(family), port, Optional.of(lan.lan().router()), 0));
        }
      }
    }
    if (isRouter) {
      var wan = wan(site, ports);
      devices.add(wan);
      routing.add(new RoutingTable.Entry(all(Family.IPV4), wan, Optional.empty(), 0));
      if (site.internet().ipv6().isPresent()) {
        routing.add(new RoutingTable.Entry(all(Family.IPV6), wan, Optional.empty(), 0));
      }
      for (var route : site.routes()) {
        for (var device : devices) {
          if (device.addresses().stream().anyMatch(a -> a.prefix().contains(route.via()))) {
            routing.add(new RoutingTable.Entry(route.to(), device, Optional.of(route.via()), 0));
          }
        }
      }
    }
    return devices;
  }

  /** The interface into a LAN, or the only way to the internet that leads through it. */
  private static Optional<HostPorts.Port> portInto(HostPorts ports, Prefix lan, boolean uplink) {
    return ports.ports().stream()
        .filter(port -> port.lans().stream().anyMatch(lan::overlaps))
        .findFirst()
        .or(() -> ports.ports().stream().filter(port -> uplink && port.uplink()).findFirst());
  }

  /** A router whose LAN has the site's IPv6 addresses speaks with that one, else with the first. */
  private ModelledInterface.Port wan(Site site, HostPorts ports) {
    var connection = site.internet();
    boolean unknownNow =
        connection.nat() == Internet.Nat.CARRIER || connection.publicAddress().isEmpty();
    var all = new ArrayList<IpAddress>();
    all.add(unknownNow ? UNKNOWN_IPV4.plus(++unknown) : connection.publicAddress().orElseThrow());
    connection
        .ipv6()
        .filter(own -> site.lans().stream().noneMatch(lan -> own.contains(lan.prefix())))
        .ifPresent(own -> all.add(own.address().plus(1)));
    var known = ports.ports().stream().filter(HostPorts.Port::uplink).findFirst();
    return new ModelledInterface.Port(
        known.map(port -> port.name().text()).orElse(WAN_SIDE),
        known.isPresent(),
        all.stream().map(WorldBuilder::alone).toList(),
        internet);
  }

  private List<IpAddress> unknownAddresses(Internet connection) {
    unknown++;
    return connection.ipv6().isPresent()
        ? List.of(UNKNOWN_IPV4.plus(unknown), UNKNOWN_IPV6.plus(unknown))
        : List.of(UNKNOWN_IPV4.plus(unknown));
  }

  private void addRouter(Site site) {
    var routing = new RoutingTable();
    var devices = inSite(site, HostPorts.UNKNOWN, List.of(), true, routing);
    world.addMachine(
        new ModelledMachine(
            site.name().text() + "-router",
            Optional.empty(),
            Optional.empty(),
            Optional.of(site),
            devices,
            routing));
  }

  private ModelledMachine host(Site site, Site.LanHost host) {
    var routing = new RoutingTable();
    var devices = inSite(site, HostPorts.UNKNOWN, host.addresses(), false, routing);
    return new ModelledMachine(
        host.name().text(),
        Optional.of(new Spot.Host(site.name(), host.name())),
        Optional.empty(),
        Optional.empty(),
        devices,
        routing);
  }

  /** Whether an address stands for one that no one knows. */
  static boolean isUnknown(IpAddress address) {
    return UNKNOWN.stream().anyMatch(prefix -> prefix.contains(address));
  }

  /** A machine in a LAN of which nothing is known but its address. */
  static ModelledMachine someone(Segment.Lan lan, IpAddress address) {
    var prefix = lan.lan().prefix();
    var port =
        new ModelledInterface.Port(
            "eth0", false, List.of(new InterfaceAddress(address, prefix.length())), lan);
    var routing = new RoutingTable();
    routing.add(new RoutingTable.Entry(prefix, port, Optional.empty(), 0));
    routing.add(
        new RoutingTable.Entry(all(prefix.family()), port, Optional.of(lan.lan().router()), 0));
    return new ModelledMachine(
        address.toString(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(port),
        routing);
  }

  private static InterfaceAddress alone(IpAddress address) {
    return new InterfaceAddress(address, address.family().bits());
  }

  private static Prefix all(Family family) {
    return new Prefix(family.any(), 0);
  }
}
