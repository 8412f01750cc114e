package guywire.network;

import java.util.List;

/**
 * One of the ways on which a node reaches a destination. Each has an interface of its own, at both
 * ends: what may come on it is a matter of allowed IPs, where packets go one of routes, so that
 * each end chooses by itself.
 *
 * @param tunnel the interface that leads there
 * @param via the nodes between, in order; empty if it is direct
 * @param routed whether the node's ordinary routes lead this way, so that nothing has to be done to
 *     choose it
 */
public record Way(InterfaceName tunnel, List<Name> via, boolean routed) {

  /** Copies the list. */
  public Way {
    via = List.copyOf(via);
  }
}
