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
 */
public record Network(
    Name name,
    Underlay underlay,
    List<NodeConfig> nodes,
    List<Promise> promises,
    List<Lookup> lookups) {

  /** Copies the lists. */
  public Network {
    nodes = List.copyOf(nodes);
    promises = List.copyOf(promises);
    lookups = List.copyOf(lookups);
  }

  /** A network that promises nothing about names. */
  public Network(Name name, Underlay underlay, List<NodeConfig> nodes, List<Promise> promises) {
    this(name, underlay, nodes, promises, List.of());
  }

  /** The node of this name. */
  public Optional<NodeConfig> node(Name name) {
    return nodes.stream().filter(node -> node.name().equals(name)).findFirst();
  }
}
