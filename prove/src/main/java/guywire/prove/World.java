package guywire.prove;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.Attachment;
import guywire.network.Cryptokeys;
import guywire.network.Destination;
import guywire.network.Failure;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.Internet;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.Site;
import guywire.network.Spot;
import guywire.network.TunnelInterface;
import guywire.protocol.PublicKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A network made ready for packets: its machines with their interfaces and routes, the LANs they
 * share, and who has which address on the internet.
 */
final class World {

  /** One end of a tunnel: the interface with some key. */
  record End(ModelledMachine machine, ModelledInterface.Tunnel tunnel) {}

  /** Which way an agent has chosen. */
  interface Chooser {
    /** The usual way for all: what the ordinary routes say. */
    Chooser USUAL = (node, to) -> Optional.empty();

    /** The tunnel that leads to a destination of a node, if not the usual one. */
    Optional<InterfaceName> choose(NodeConfig node, Destination to);
  }

  private final Network network;
  private final Chooser chooser;
  private final Set<Failure> failures;
  private final Map<Spot, ModelledMachine> machines = new LinkedHashMap<>();
  private final Map<PublicKey, List<End>> ends = new HashMap<>();
  private final Map<IpAddress, Segment.Plug> publics = new HashMap<>();
  private final PrefixMap<Segment.Plug> publicPrefixes = new PrefixMap<>();
  private final Map<IpAddress, Site> shielded = new HashMap<>();
  private final Map<TunnelInterface, Cryptokeys> cryptokeys = new IdentityHashMap<>();
  private final Map<PublicKey, Stop> lost = new HashMap<>();
  private final Map<Name, List<SetUp.Trouble>> troubles = new LinkedHashMap<>();
  private final Set<IpAddress> ofTunnels = new HashSet<>();
  private final Map<Name, ModelledMachine> routers = new HashMap<>();
  private final ModelledMachine outside;

  /** The world of a network. */
  World(Network network) {
    this(network, Set.of(), Chooser.USUAL);
  }

  /** The world of a network with some parts of it down, and agents that have chosen. */
  World(Network network, Set<Failure> failures, Chooser chooser) {
    this.network = network;
    this.chooser = chooser;
    this.failures = Set.copyOf(failures);
    var internet = new Segment.Internet();
    var port =
        new ModelledInterface.Port(
            "internet",
            false,
            List.of(alone(Spot.Outside.IPV4), alone(Spot.Outside.IPV6)),
            internet);
    var routing = new RoutingTable();
    routing.add(new RoutingTable.Entry(Prefix.ALL_IPV4, port, Optional.empty(), 0));
    routing.add(new RoutingTable.Entry(Prefix.ALL_IPV6, port, Optional.empty(), 0));
    this.outside =
        new ModelledMachine(
            "internet",
            Optional.of(new Spot.Outside()),
            Optional.empty(),
            Optional.empty(),
            List.of(port),
            routing);
    new WorldBuilder(this, internet).build();
    machines.put(new Spot.Outside(), outside);
  }

  private static InterfaceAddress alone(IpAddress address) {
    return new InterfaceAddress(address, address.family().bits());
  }

  Network network() {
    return network;
  }

  /** What is down. */
  Set<Failure> failures() {
    return failures;
  }

  /** What the agents have chosen. */
  Chooser chooser() {
    return chooser;
  }

  /** Whether a machine is down. */
  boolean isDown(ModelledMachine machine) {
    return !failures.isEmpty()
        && machine.config().isPresent()
        && failures.contains(new Failure.OfNode(machine.config().get().name()));
  }

  /** Whether a router's line to the internet is down. */
  boolean isCutOff(ModelledMachine router) {
    return !failures.isEmpty()
        && router
            .routerOf()
            .map(site -> failures.contains(new Failure.OfSite(site.name())))
            .orElse(false);
  }

  /** Whether datagrams between two nodes get lost. */
  boolean isCut(ModelledMachine one, ModelledMachine other) {
    return failures.stream()
        .anyMatch(failure ->
            failure instanceof Failure.OfLink link && link.isBetween(one.name(), other.name()));
  }

  /** The machines that are spots, nodes first, the internet last. */
  Map<Spot, ModelledMachine> machines() {
    return machines;
  }

  /** The machine at a spot. */
  Optional<ModelledMachine> machine(Spot spot) {
    return Optional.ofNullable(machines.get(spot));
  }

  /** The ends of tunnels that have this key. */
  List<End> ends(PublicKey key) {
    return ends.getOrDefault(key, List.of());
  }

  /** The peers and prefixes of an interface of the network, made once. */
  Cryptokeys cryptokeys(TunnelInterface tunnel) {
    return cryptokeys.computeIfAbsent(tunnel, Cryptokeys::of);
  }

  /** Notes what failed while a node's tunnels were set up. */
  void note(Name node, List<SetUp.Trouble> trouble) {
    if (!trouble.isEmpty()) {
      troubles.computeIfAbsent(node, key -> new ArrayList<>()).addAll(trouble);
    }
  }

  /** What failed while the nodes' tunnels were set up. */
  Map<Name, List<SetUp.Trouble>> troubles() {
    return troubles;
  }

  /** Why the only interface with this key is not there; empty if it is, or nobody has it. */
  Optional<Stop> lost(PublicKey key) {
    return ends.containsKey(key) ? Optional.empty() : Optional.ofNullable(lost.get(key));
  }

  /** Whether an address is that of a tunnel, and so of no machine in a LAN. */
  boolean isOfTunnel(IpAddress address) {
    return ofTunnels.contains(address);
  }

  ModelledMachine outside() {
    return outside;
  }

  /** The router of a site. */
  ModelledMachine router(Name site) {
    var router = routers.get(site);
    if (router == null) {
      throw new IllegalArgumentException("no site " + site);
    }
    return router;
  }

  void addMachine(ModelledMachine machine) {
    machine.spot().ifPresent(spot -> machines.put(spot, machine));
    machine.routerOf().ifPresent(site -> routers.put(site.name(), machine));
    machine.config().stream()
        .flatMap(node -> node.interfaces().stream())
        .flatMap(tunnel -> tunnel.addresses().stream())
        .forEach(own -> ofTunnels.add(own.address()));
    for (var tunnel : machine.tunnels()) {
      tunnel
          .config()
          .publicKey()
          .ifPresent(key ->
              ends.computeIfAbsent(key, k -> new ArrayList<>()).add(new End(machine, tunnel)));
    }
    for (var state : machine.lost()) {
      state.config().publicKey().ifPresent(key -> lost.put(key, notUp(machine, state)));
    }
    for (var device : machine.devices()) {
      if (device instanceof ModelledInterface.Port port) {
        plug(machine, port);
      }
    }
  }

  /** Why a packet goes no further where a tunnel does not come up. */
  static Stop notUp(ModelledMachine machine, SetUp.State state) {
    var trouble = state.trouble().getFirst();
    String line = trouble.known().map(one -> one.place() + ": ").orElse("");
    return Stop.at(
        machine.name(),
        Stop.Why.NOT_UP,
        state.config().name().text(),
        machine.name(),
        line,
        trouble.text());
  }

  private void plug(ModelledMachine machine, ModelledInterface.Port port) {
    var plug = new Segment.Plug(machine, port);
    switch (port.segment()) {
      case Segment.Lan lan ->
          port.addresses().forEach(address -> lan.plugs().put(address.address(), plug));
      case Segment.Internet internet -> {
        port.addresses().forEach(address -> publics.put(address.address(), plug));
        machine.routerOf().ifPresent(site -> publish(site, plug));
      }
    }
  }

  private void publish(Site site, Segment.Plug wan) {
    var connection = site.internet();
    connection.ipv6().ifPresent(prefix -> publicPrefixes.put(prefix, wan));
    switch (connection.nat()) {
      case NONE ->
          site.lans().stream()
              .map(Site.Lan::prefix)
              .filter(prefix -> prefix.family() == IpAddress.Family.IPV4)
              .filter(prefix -> Internet.routes(prefix.address()))
              .forEach(prefix -> publicPrefixes.put(prefix, wan));
      case CARRIER -> connection.publicAddress().ifPresent(a -> shielded.put(a, site));
      case KEEPS_PORTS, RANDOM_PORTS -> {}
    }
  }

  /** Who has this address on the internet; empty if no one can have it. */
  Optional<Segment.Plug> onInternet(IpAddress address) {
    var known = publics.get(address);
    if (known != null) {
      return Optional.of(known);
    }
    var prefix = publicPrefixes.longest(address);
    if (prefix.isPresent()) {
      return prefix.map(PrefixMap.Entry::value);
    }
    if (isPrivate(address) || shielded.containsKey(address)) {
      return Optional.empty();
    }
    return Optional.of(
        new Segment.Plug(outside, (ModelledInterface.Port) outside.devices().getFirst()));
  }

  /** The site behind whose carrier's NAT this address is shared. */
  Optional<Site> shielded(IpAddress address) {
    return Optional.ofNullable(shielded.get(address));
  }

  /** Whether an address is of those that the internet does not route. */
  static boolean isPrivate(IpAddress address) {
    return !Internet.routes(address);
  }

  /** How long the NAT in front of a roaming node keeps an idle mapping, in seconds. */
  int mappingSeconds(ModelledMachine machine) {
    return machine
        .config()
        .flatMap(node -> network.underlay().attachment(node.name()))
        .filter(Attachment.Roaming.class::isInstance)
        .map(Attachment.Roaming.class::cast)
        .map(roaming -> roaming.networks().getFirst().mappingSeconds())
        .orElse(Integer.MAX_VALUE);
  }

  /** The known addresses by which the internet can reach a node, its router's included. */
  Set<IpAddress> publicAddresses(ModelledMachine machine) {
    var found = new LinkedHashSet<IpAddress>();
    for (var device : machine.devices()) {
      if (device instanceof ModelledInterface.Port port) {
        switch (port.segment()) {
          case Segment.Internet internet ->
              port.addresses().stream()
                  .map(InterfaceAddress::address)
                  .filter(address ->
                      !WorldBuilder.isUnknown(address) || WorldBuilder.NAMED.contains(address))
                  .forEach(found::add);
          case Segment.Lan lan -> {
            lan.site().internet().publicAddress().ifPresent(found::add);
            port.addresses().stream()
                .map(InterfaceAddress::address)
                .filter(address -> publicPrefixes.longest(address).isPresent())
                .forEach(found::add);
          }
        }
      }
    }
    return found;
  }
}
