package guywire.network.config;

import java.util.List;
import java.util.Optional;

/**
 * A whole network, ready to be judged, tried, written or run: its nodes' configurations, the world
 * beneath them, and what was promised. It comes from a planned definition or from imported files.
 *
 * @param name the network
 * @param underlay the world beneath
 * @param nodes the nodes
 * @param promises what must hold
 */
public record Network(
    Name name, Underlay underlay, List<NodeConfig> nodes, List<Promise> promises) {

  /** Copies the lists. */
  public Network {
    nodes = List.copyOf(nodes);
    promises = List.copyOf(promises);
  }

  /** The node of this name. */
  public Optional<NodeConfig> node(Name name) {
    return nodes.stream().filter(node -> node.name().equals(name)).findFirst();
  }
}
