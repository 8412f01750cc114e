package guywire.network;

import guywire.address.IpAddress;
import java.util.List;
import java.util.Optional;

/**
 * One of the ways on which a node reaches a destination. Each has an interface of its own, at both
 * ends: what may come on it is a matter of allowed IPs, where packets go one of routes, so that
 * each end chooses by itself.
 *
 * @param tunnel the interface that leads there
 * @param via the nodes between, in order; empty if it is direct
 * @param routed whether the node's ordinary routes lead this way, so that nothing has to be done to
 *     choose it
 * @param answers the tunnel address of the agent that answers on this way, where it is not the
 *     destination's: that of the gateway which it leads to, or of the node between that chooses the
 *     gateway
 */
public record Way(
    InterfaceName tunnel, List<Name> via, boolean routed, Optional<IpAddress> answers) {

  /** Copies the list. */
  public Way {
    via = List.copyOf(via);
  }

  /** A way to the destination itself. */
  public Way(InterfaceName tunnel, List<Name> via, boolean routed) {
    this(tunnel, via, routed, Optional.empty());
  }
}
