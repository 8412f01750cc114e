package guywire.prove;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.network.Cryptokeys;
import guywire.network.Doubt.Stage;
import guywire.network.Failure;
import guywire.network.FilterRule;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.PacketMatch.Connections;
import guywire.network.PeerConfig;
import guywire.network.Promise;
import guywire.network.ShownLans;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.network.TunnelInterface;
import guywire.prove.RoutingTable.Query;
import guywire.prove.Stop.Why;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Who reaches whom in a network, from its configurations alone.
 *
 * <p>Used by one thread: it remembers which tunnels can be spoken through.
 */
public final class Reachability {

  private final World world;
  private final Links links;
  private final ShownLans lans;
  private final Map<Family, Matrix> matrices = new EnumMap<>(Family.class);
  private final Map<Set<Failure>, Reachability> failed = new HashMap<>();
  private Optional<MatrixMaker> maker = Optional.empty();
  private List<PortClass> portClasses = List.of();

  Reachability(World world) {
    this.world = world;
    this.links = new Links(world);
    this.lans =
        ShownLans.of(
            world.network(),
            node ->
                world
                    .machine(new Spot.Node(node.name()))
                    .map(ModelledMachine::nat)
                    .orElse(List.of()));
  }

  /** The reachability of a network. */
  public static Reachability of(Network network) {
    return of(network, Set.of());
  }

  /** The reachability of a network while some parts of it are down. */
  public static Reachability of(Network network, Set<Failure> failures) {
    return new Reachability(new World(network, failures, new LiveWays(network, failures)));
  }

  /** Every machine a packet can begin or end at: nodes, hosts of LANs, the internet. */
  public List<Spot> spots() {
    return List.copyOf(world.machines().keySet());
  }

  /** The spot that users call by this word. */
  public Optional<Spot> spot(String word) {
    return spots().stream().filter(spot -> spot.toString().equals(word)).findFirst();
  }

  /**
   * The addresses by which a spot is meant: of a node those of its tunnels, or of its LAN if they
   * have none; of a host in a LAN its own, of the internet one that stands for any.
   *
   * @throws IllegalArgumentException if the network has no such spot
   */
  public List<IpAddress> addresses(Spot spot) {
    var machine = machine(spot);
    var found = new ArrayList<IpAddress>();
    if (machine.config().isPresent()) {
      for (var tunnel : machine.config().get().interfaces()) {
        tunnel.addresses().forEach(own -> found.add(own.address()));
      }
      if (!found.isEmpty()) {
        return found;
      }
    }
    boolean node = machine.config().isPresent();
    for (var device : machine.devices()) {
      boolean lan =
          device instanceof ModelledInterface.Port port && port.segment() instanceof Segment.Lan;
      if (lan || !node) {
        device.addresses().forEach(own -> found.add(own.address()));
      }
    }
    return found;
  }

  /**
   * The addresses by which one spot means another: those of a LAN that its gateway shows as another
   * prefix are others inside of it than outside.
   *
   * @throws IllegalArgumentException if the network has no such spot
   */
  public List<IpAddress> addresses(Spot from, Spot to) {
    return lans.meant(from, to, addresses(to));
  }

  /** The address by which one spot means another in one family, if there is one. */
  public Optional<IpAddress> address(Spot from, Spot to, Family family) {
    return addresses(from, to).stream().filter(own -> own.family() == family).findFirst();
  }

  /** As which prefixes LANs are known outside of them. */
  ShownLans shownLans() {
    return lans;
  }

  /**
   * Whether a spot is meant, and means others, in a family: it has an address of it; or it has none
   * at all, and this is the family that the network speaks.
   */
  public boolean speaks(Spot spot, Family family) {
    var own = addresses(spot);
    return own.isEmpty()
        ? family == usual()
        : own.stream().anyMatch(address -> address.family() == family);
  }

  /** The family of the first tunnel address of the network. */
  private Family usual() {
    return world.network().nodes().stream()
        .flatMap(node -> node.interfaces().stream())
        .flatMap(tunnel -> tunnel.addresses().stream())
        .map(own -> own.address().family())
        .findFirst()
        .orElse(Family.IPV4);
  }

  /** The address by which a spot is meant in one family, if it has one. */
  public Optional<IpAddress> address(Spot spot, Family family) {
    return addresses(spot).stream().filter(address -> address.family() == family).findFirst();
  }

  /**
   * Whether a connection from a spot to an address works, and the way of its packets.
   *
   * @param from where it begins
   * @param target the address it is made to
   * @param transport what its packets carry
   * @param port the destination port; empty for ICMP
   * @throws IllegalArgumentException if the network has no such spot
   */
  public Answer answer(Spot from, IpAddress target, Transport transport, OptionalInt port) {
    var origin = machine(from);
    var source = Links.source(origin, target, 0);
    int sourcePort = transport == Transport.ICMP ? 0 : Packet.SOME_PORT;
    var packet =
        new Packet(
            source.orElse(target.family().any()), target, transport, sourcePort, port.orElse(0));
    if (source.isEmpty()) {
      var why =
          origin.routing().lookup(Query.own(target, 0)).entry().isEmpty()
              ? Why.NO_ROUTE
              : Why.NO_SOURCE;
      var stop =
          origin.lost().stream()
              .filter(state -> SetUp.isMeant(state.config(), target))
              .findFirst()
              .map(state -> World.notUp(origin, state))
              .orElse(Stop.at(origin.name(), why, target.toString()));
      var hop = new Hop(origin.name(), List.of(new PacketAction.Stopped(stop)));
      var nowhere =
          new PacketTrace(packet, packet, List.of(hop), Optional.empty(), Optional.of(stop));
      var flow = new ConnectionState();
      var seen =
          new Matcher(origin, Optional.empty(), Optional.empty(), packet, Connections.NEW, flow);
      seen.doubt(Stage.ANYWHERE, false);
      seen.doubt(Stage.ROUTING, false);
      return new Answer(nowhere, Optional.empty(), flow.conditions(), 0);
    }
    var flow = new ConnectionState();
    var walk = new Walk(world, links, flow, false, origin, packet, 0);
    var there = walk.go();
    Optional<PacketTrace> back = Optional.empty();
    if (there.arrived()) {
      var answer = new Walk(world, links, flow, true, walk.end(), there.seen().reply(), 0);
      var way = answer.go();
      back =
          Optional.of(
              way.arrived() && answer.end() != origin ? strayed(way, answer.end(), origin) : way);
    }
    return new Answer(there, back, flow.conditions(), flow.mtu());
  }

  /**
   * What becomes of a packet that a node gets out of one of its tunnels, and of the answer: the
   * answer arrives if it goes back into that tunnel.
   */
  Answer afterTunnel(Name node, InterfaceName tunnel, Packet packet) {
    var machine = machine(new Spot.Node(node));
    var device =
        machine.tunnels().stream().filter(one -> one.config().name().equals(tunnel)).findFirst();
    if (device.isEmpty()) {
      return lost(machine, tunnel, packet);
    }
    var flow = new ConnectionState();
    var walk = new Walk(world, links, flow, false, machine, packet, 0).enteringBy(device.get());
    var there = walk.go();
    Optional<PacketTrace> back = Optional.empty();
    if (there.arrived()) {
      var reply = there.seen().reply();
      back = Optional.of(new Walk(world, links, flow, true, walk.end(), reply, 0).go());
    }
    return new Answer(there, back, flow.conditions(), flow.mtu());
  }

  private static Answer lost(ModelledMachine machine, InterfaceName tunnel, Packet packet) {
    var stop =
        machine.lost().stream()
            .filter(state -> state.config().name().equals(tunnel))
            .findFirst()
            .map(state -> World.notUp(machine, state))
            .orElseThrow(() -> new IllegalArgumentException(machine + " has no " + tunnel));
    return stopped(machine.name(), packet, stop);
  }

  /** Whether a machine is the router of a site. */
  boolean isRouter(String machine, Name site) {
    return world.router(site).name().equals(machine);
  }

  /** Whether an interface of a node comes up when the node's own program sets it up. */
  public boolean comesUp(Name node, InterfaceName tunnel) {
    return !isLost(node, tunnel);
  }

  /** Whether an interface of a node does not come up. */
  boolean isLost(Name node, InterfaceName tunnel) {
    return machine(new Spot.Node(node)).lost().stream()
        .anyMatch(state -> state.config().name().equals(tunnel));
  }

  /** Who owns which prefix of an interface; empty if it does not come up. */
  Optional<PrefixMap<PeerConfig>> owners(Name node, InterfaceName tunnel) {
    return machine(new Spot.Node(node)).tunnels().stream()
        .filter(one -> one.config().name().equals(tunnel))
        .findFirst()
        .map(ModelledInterface.Tunnel::owners);
  }

  /** The peers and prefixes of an interface of the network. */
  Cryptokeys cryptokeys(TunnelInterface tunnel) {
    return world.cryptokeys(tunnel);
  }

  /** What failed while the nodes' tunnels were set up, by node. */
  Map<Name, List<SetUp.Trouble>> troubles() {
    return world.troubles();
  }

  /** Whether the input filter of a node drops new UDP datagrams from the internet to this port. */
  boolean refuses(Name node, int port) {
    var machine = machine(new Spot.Node(node));
    for (var device : machine.devices()) {
      if (device instanceof ModelledInterface.Port uplink && !uplink.addresses().isEmpty()) {
        var own = uplink.addresses().getFirst().address();
        var outside = own.isIpv4() ? Spot.Outside.IPV4 : Spot.Outside.IPV6;
        var packet = new Packet(outside, own, Transport.UDP, Packet.SOME_PORT, port);
        var seen =
            new Matcher(
                machine,
                Optional.of(device),
                Optional.empty(),
                packet,
                Connections.NEW,
                new ConnectionState());
        var rule = seen.firstOf(machine.firewall().input()).map(FilterRule::verdict);
        return rule.orElse(machine.firewall().inputDefault()) != FilterRule.Verdict.ACCEPT;
      }
    }
    return false;
  }

  /** Whether a node would send an answer to this prefix into the tunnel that it accepts it from. */
  boolean answersBy(Name node, TunnelInterface tunnel, Prefix prefix) {
    return machine(new Spot.Node(node))
        .routing()
        .lookup(Query.own(prefix.address(), 0))
        .entry()
        .filter(route -> route.device().name().equals(tunnel.name().text()))
        .isPresent();
  }

  /**
   * Whether a connection from one spot to another works, to the address of this family; none works
   * to a spot that has no address at all.
   */
  public Optional<Answer> answer(
      Spot from, Spot to, Family family, Transport transport, OptionalInt port) {
    return address(from, to, family)
        .map(target -> answer(from, target, transport, port))
        .or(() -> nameless(from, to, family, transport));
  }

  private Optional<Answer> nameless(Spot from, Spot to, Family family, Transport transport) {
    if (!addresses(to).isEmpty() || !speaks(to, family)) {
      return Optional.empty();
    }
    String sender = machine(from).name();
    var packet = new Packet(family.any(), family.any(), transport, 0, 0);
    var stop = Stop.at(sender, Why.NO_ADDRESS, to.toString());
    return Optional.of(stopped(sender, packet, stop));
  }

  private static Answer stopped(String machine, Packet packet, Stop stop) {
    var hop = new Hop(machine, List.of(new PacketAction.Stopped(stop)));
    var way = new PacketTrace(packet, packet, List.of(hop), Optional.empty(), Optional.of(stop));
    return new Answer(way, Optional.empty(), List.of(), 0);
  }

  /** The kinds of connection that the rules of the network tell apart. */
  public List<PortClass> portClasses() {
    if (portClasses.isEmpty()) {
      portClasses = PortClass.of(world.network().nodes());
    }
    return portClasses;
  }

  /** What of one spot is open to another, at its address of this family, if it has one. */
  public Optional<Reach> reach(Spot from, Spot to, Family family) {
    return address(from, to, family)
        .map(target -> reach(from, target))
        .or(() ->
            nameless(from, to, family, Transport.ICMP)
                .map(answer -> {
                  var answers = new LinkedHashMap<PortClass, Answer>();
                  portClasses().forEach(kind -> answers.put(kind, answer));
                  return new Reach(answers);
                }));
  }

  /** What is open to a spot at an address. */
  public Reach reach(Spot from, IpAddress target) {
    var answers = new LinkedHashMap<PortClass, Answer>();
    for (var kind : portClasses()) {
      answers.put(kind, answer(from, target, kind.transport(), kind.sample()));
    }
    return new Reach(answers);
  }

  /** Who reaches whom with ICMP, by groups of spots that behave alike. */
  public Matrix matrix(Family family) {
    if (maker.isEmpty()) {
      maker = Optional.of(new MatrixMaker(world.network(), this));
    }
    return matrices.computeIfAbsent(family, maker.get()::make);
  }

  /**
   * Judges a promise: whether the network keeps it, with the packet that shows it; one about a
   * failure in the network as it is then.
   */
  public Judgement judge(Promise promise) {
    if (!world.failures().containsAll(promise.down())) {
      var down = new LinkedHashSet<>(world.failures());
      down.addAll(promise.down());
      return failed.computeIfAbsent(down, key -> of(world.network(), key)).judge(promise);
    }
    if (promise.forward().isPresent()) {
      return new ForwardJudgement(world.network(), world.failures())
          .of(promise, promise.forward().get(), this);
    }
    var answer = answer(promise.from(), promise.target(), promise.transport(), promise.port());
    return Judgement.of(promise, answer);
  }

  /** Judges every promise of the network, in order. */
  public List<Judgement> judgements() {
    return world.network().promises().stream().map(this::judge).toList();
  }

  /** Judges every promise about names, in order. */
  public List<LookupJudgement> lookups() {
    var network = world.network();
    return network.lookups().stream()
        .map(lookup -> LookupJudgement.of(network, this, lookup))
        .toList();
  }

  private static PacketTrace strayed(PacketTrace way, ModelledMachine end, ModelledMachine origin) {
    var stop = Stop.at(end.name(), Why.ELSEWHERE, end.name(), origin.name());
    return new PacketTrace(way.packet(), way.seen(), way.hops(), way.end(), Optional.of(stop));
  }

  private ModelledMachine machine(Spot spot) {
    return world
        .machine(spot)
        .orElseThrow(() -> new IllegalArgumentException("the network has no " + spot));
  }
}
