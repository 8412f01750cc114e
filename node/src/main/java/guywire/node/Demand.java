package guywire.node;

import guywire.network.InterfaceName;
import guywire.network.NodeConfig;
import guywire.network.Routes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What is asked of a host: a configuration, seen together with what is there.
 *
 * @param config the configuration
 * @param node the node as it is about to be recorded
 * @param observed the host
 * @param ledger what is claimed on it
 * @param program what shall carry the packets
 */
record Demand(
    NodeConfig config, NodeRecord node, Observed observed, Ledger ledger, TunnelProgram program) {

  Optional<Claim> claim(Thing thing) {
    return ledger.claim(node.id(), thing);
  }

  /** The firewall mark of a tunnel, 0 for none. */
  long mark(InterfaceName tunnel) {
    return node.marks().getOrDefault(tunnel, 0L);
  }

  /** The marks of the tunnels whose default route is reached by rules. */
  Map<InterfaceName, Long> fullTunnels() {
    var full = new LinkedHashMap<InterfaceName, Long>();
    for (var tunnel : config.interfaces()) {
      if (!Routes.of(tunnel).marked().isEmpty()) {
        full.put(tunnel.name(), mark(tunnel.name()));
      }
    }
    return full;
  }
}
