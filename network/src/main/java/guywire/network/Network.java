package guywire.network;

import java.util.List;
import java.util.Optional;

/**
 * A whole network, ready to be judged, tried, written or run: its nodes' configurations, the world
 * beneath them, and what was promised. It comes from a planned definition or from imported files.
 *
 * @param name the network
 * @param underlay the world beneath
 * @param nodes the nodes
 * @param promises what must hold for packets
 * @param lookups what must hold for names
 * @param setbacks what fails while interfaces are set up, beyond what follows from the
 *     configurations themselves
 * @param doubts what hosts run that is not understood
 * @param policies how hosts choose among several routing tables, where they do
 */
public record Network(
    Name name,
    Underlay underlay,
    List<NodeConfig> nodes,
    List<Promise> promises,
    List<Lookup> lookups,
    List<Setback> setbacks,
    List<Doubt> doubts,
    List<RoutingPolicy> policies) {

  /** Copies the lists. */
  public Network {
    nodes = List.copyOf(nodes);
    promises = List.copyOf(promises);
    lookups = List.copyOf(lookups);
    setbacks = List.copyOf(setbacks);
    doubts = List.copyOf(doubts);
    policies = List.copyOf(policies);
  }

  /** A network whose hosts have one routing table each. */
  public Network(
      Name name,
      Underlay underlay,
      List<NodeConfig> nodes,
      List<Promise> promises,
      List<Lookup> lookups,
      List<Setback> setbacks,
      List<Doubt> doubts) {
    this(name, underlay, nodes, promises, lookups, setbacks, doubts, List.of());
  }

  /** A network whose interfaces come up, and of which all is understood. */
  public Network(
      Name name,
      Underlay underlay,
      List<NodeConfig> nodes,
      List<Promise> promises,
      List<Lookup> lookups) {
    this(name, underlay, nodes, promises, lookups, List.of(), List.of());
  }

  /** A network that promises nothing about names. */
  public Network(Name name, Underlay underlay, List<NodeConfig> nodes, List<Promise> promises) {
    this(name, underlay, nodes, promises, List.of());
  }

  /** The same network with other configurations. */
  public Network withNodes(List<NodeConfig> others) {
    return new Network(name, underlay, others, promises, lookups, setbacks, doubts, policies);
  }

  /** The same network as files describe it, which know no agent. */
  public Network withoutAgents() {
    return new Network(
        name,
        underlay,
        nodes.stream().map(NodeConfig::withoutAgent).toList(),
        promises.stream()
            .filter(promise -> promise.forward().isEmpty() || !promise.arrives())
            .toList(),
        lookups,
        setbacks,
        doubts,
        policies);
  }

  /** The same network in another world. */
  public Network withUnderlay(Underlay other) {
    return new Network(name, other, nodes, promises, lookups, setbacks, doubts, policies);
  }

  /** The node of this name. */
  public Optional<NodeConfig> node(Name name) {
    return nodes.stream().filter(node -> node.name().equals(name)).findFirst();
  }
}
