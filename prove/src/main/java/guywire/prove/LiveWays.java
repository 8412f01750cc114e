package guywire.prove;

import guywire.address.IpAddress;
import guywire.network.Agents;
import guywire.network.Destination;
import guywire.network.Failure;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.network.TunnelInterface;
import guywire.network.Way;
import guywire.protocol.PublicKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Which way each agent takes: the first that is alive. A way is alive if a probe of the agent at
 * either end gets there and the answer comes back on the tunnels of that way, whatever way others
 * take meanwhile.
 *
 * <p>Only what is asked for is found out: in a network of thousands few pairs are.
 */
final class LiveWays implements World.Chooser {

  private record Pair(Name from, Name to) {}

  private final Network network;
  private final Set<Failure> failures;
  private final Map<PublicKey, PublicKey> planes;
  private final Map<PublicKey, Reachability> probes = new HashMap<>();
  private final Map<Pair, Optional<InterfaceName>> chosen = new HashMap<>();
  private Optional<Reachability> usual = Optional.empty();

  /** The choices in a network while some parts of it are down. */
  LiveWays(Network network, Set<Failure> failures) {
    this.network = network;
    this.failures = failures;
    this.planes = planes(network);
  }

  @Override
  public Optional<InterfaceName> choose(NodeConfig node, Destination to) {
    var pair = new Pair(node.name(), to.node());
    var known = chosen.get(pair);
    if (known == null) {
      known = firstAlive(node, to);
      chosen.put(pair, known);
    }
    return known;
  }

  private Optional<InterfaceName> firstAlive(NodeConfig node, Destination to) {
    for (var way : to.ways()) {
      if (isAlive(node, to, way)) {
        return way.routed() ? Optional.empty() : Optional.of(way.tunnel());
      }
    }
    // With no way alive the agent stays where it is, which is where it began.
    return Optional.empty();
  }

  /**
   * Whether a probe comes back, or one of the other end's does: both are sent from the same port to
   * the same port, so a filter that lets in answers only takes ours for answers to its own.
   */
  private boolean isAlive(NodeConfig node, Destination to, Way way) {
    var probes = way.routed() ? usual() : through(plane(node, way.tunnel()));
    return comesBack(probes, node.name(), to.address(way))
        || network.nodes().stream()
            .filter(other -> answers(other, to, way))
            .anyMatch(other ->
                other.destinations().stream()
                    .filter(back -> back.node().equals(node.name()))
                    .flatMap(back ->
                        back.ways().stream()
                            .filter(its -> isSame(node, way, other, its))
                            .map(back::address))
                    .anyMatch(address -> comesBack(probes, other.name(), address)));
  }

  /** Whether it is a node that answers on a way: the destination, or who stands for a LAN. */
  private static boolean answers(NodeConfig other, Destination to, Way way) {
    return way.answers()
        .map(address ->
            other.interfaces().stream()
                .flatMap(tunnel -> tunnel.addresses().stream())
                .anyMatch(own -> own.address().equals(address)))
        .orElse(other.name().equals(to.node()));
  }

  private static boolean comesBack(Reachability probes, Name from, IpAddress address) {
    return probes
        .answer(new Spot.Node(from), address, Transport.UDP, OptionalInt.of(Agents.PORT))
        .works();
  }

  /** Whether two nodes mean the same tunnels by a way to each other. */
  private boolean isSame(NodeConfig node, Way way, NodeConfig other, Way back) {
    return way.routed()
        ? back.routed()
        : !back.routed() && plane(node, way.tunnel()).equals(plane(other, back.tunnel()));
  }

  private Reachability usual() {
    if (usual.isEmpty()) {
      usual = Optional.of(new Reachability(new World(network, failures, World.Chooser.USUAL)));
    }
    return usual.get();
  }

  /** What is reached if everyone uses the tunnels of one plane for all that it leads to. */
  private Reachability through(PublicKey plane) {
    return probes.computeIfAbsent(
        plane,
        key ->
            new Reachability(
                new World(
                    network,
                    failures,
                    (node, to) ->
                        to.ways().stream()
                            .filter(way -> !way.routed())
                            .map(way -> way.tunnel())
                            .filter(tunnel -> plane(node, tunnel).equals(plane))
                            .findFirst())));
  }

  private PublicKey plane(NodeConfig node, InterfaceName name) {
    var key =
        node.interfaces().stream()
            .filter(tunnel -> tunnel.name().equals(name))
            .findFirst()
            .flatMap(TunnelInterface::publicKey)
            .orElseThrow();
    return root(planes, key);
  }

  /**
   * Tunnels whose keys name each other are of one plane; each key leads to one that stands for it.
   */
  private static Map<PublicKey, PublicKey> planes(Network network) {
    var leads = new HashMap<PublicKey, PublicKey>();
    for (var node : network.nodes()) {
      for (var tunnel : node.interfaces()) {
        tunnel
            .publicKey()
            .ifPresent(own ->
                tunnel
                    .peers()
                    .forEach(peer -> leads.put(root(leads, peer.publicKey()), root(leads, own))));
      }
    }
    return leads;
  }

  private static PublicKey root(Map<PublicKey, PublicKey> leads, PublicKey key) {
    var at = key;
    for (var next = leads.get(at); next != null && !next.equals(at); next = leads.get(at)) {
      at = next;
    }
    return at;
  }
}
