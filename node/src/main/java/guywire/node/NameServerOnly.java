package guywire.node;

import guywire.network.NodeConfig;
import guywire.network.json.NodeId;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * The name server of a node whose tunnels other programs set up: the host's agent answers its names
 * and does nothing else for it.
 */
public final class NameServerOnly {

  private NameServerOnly() {}

  /**
   * Has the names of a node answered on a machine; nothing is done for a node that serves none.
   *
   * @throws SetupFailure if the agent can't answer them
   */
  public static void serve(NodeConfig node, Machine machine) {
    AgentOrders.ofNames(node)
        .ifPresent(orders -> {
          machine.state().make();
          tell(node, machine, Optional.of(AgentOrders.CODEC.write(orders)));
        });
  }

  /** Ends what {@link #serve} began. */
  public static void stop(NodeConfig node, Machine machine) {
    if (AgentOrders.ofNames(node).isPresent()) {
      tell(node, machine, Optional.empty());
    }
  }

  private static void tell(NodeConfig node, Machine machine, Optional<String> orders) {
    var id = NodeId.random(new SplittableRandom(node.name().hashCode()));
    machine.call(() -> {
      try (var tools = Tools.open(machine)) {
        AgentProcess.of(tools).give(id, orders);
        return id;
      }
    });
  }
}
