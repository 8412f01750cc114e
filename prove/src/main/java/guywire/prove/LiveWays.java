package guywire.prove;

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
import guywire.protocol.PublicKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Which way each agent takes: the first that is alive. A way is alive if an agent's probe gets
 * there and the answer comes back on the tunnels of that way, whatever way others take meanwhile.
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
      var probes = way.routed() ? usual() : through(plane(node, way.tunnel()));
      var answer =
          probes.answer(
              new Spot.Node(node.name()), to.address(), Transport.UDP, OptionalInt.of(Agents.PORT));
      if (answer.works()) {
        return way.routed() ? Optional.empty() : Optional.of(way.tunnel());
      }
    }
    // With no way alive the agent stays where it is, which is where it began.
    return Optional.empty();
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
