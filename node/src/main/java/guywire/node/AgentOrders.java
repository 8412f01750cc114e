package guywire.node;

import guywire.address.IpAddress;
import guywire.network.Destination;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.network.json.RecordCodec;
import java.util.List;
import java.util.Optional;

/**
 * What a node's agent is told. It holds no secret.
 *
 * @param node the node
 * @param usual its usual tunnel, after which the table of its choices is numbered
 * @param addresses its own tunnel addresses, those of the usual tunnel first
 * @param destinations the nodes that it reaches by more than one way
 */
public record AgentOrders(
    Name node, InterfaceName usual, List<IpAddress> addresses, List<Destination> destinations) {

  /** As it is written down. */
  public static final RecordCodec<AgentOrders> CODEC = RecordCodec.of(AgentOrders.class);

  /** Copies the lists. */
  public AgentOrders {
    addresses = List.copyOf(addresses);
    destinations = List.copyOf(destinations);
  }

  /** Those for a node; empty if it needs no agent. */
  public static Optional<AgentOrders> of(NodeConfig config) {
    if (config.destinations().isEmpty()) {
      return Optional.empty();
    }
    var addresses =
        config.interfaces().stream()
            .flatMap(tunnel -> tunnel.addresses().stream())
            .map(address -> address.address())
            .distinct()
            .toList();
    return config
        .usualTunnel()
        .map(usual -> new AgentOrders(config.name(), usual, addresses, config.destinations()));
  }
}
