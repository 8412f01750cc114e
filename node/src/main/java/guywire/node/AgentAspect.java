package guywire.node;

import guywire.network.text.Text;
import java.util.Optional;

/** What the host's agent is told about a node. */
final class AgentAspect implements Aspect {

  @Override
  public boolean has(Thing thing) {
    return thing instanceof Thing.Agent;
  }

  @Override
  public void see(Tools tools, HostScope scope, Observed.Picture picture) {
    AgentProcess.of(tools)
        .serves(scope.node())
        .ifPresent(text -> picture.things.put(new Thing.Agent(scope.node()), text));
  }

  @Override
  public void want(Demand demand, Wanted wanted) {
    AgentOrders.of(demand.config())
        .ifPresent(orders ->
            wanted.put(new Thing.Agent(demand.node().id()), AgentOrders.CODEC.write(orders)));
  }

  @Override
  public Optional<String> bring(Tools tools, Thing thing, Optional<String> to) {
    AgentProcess.of(tools).give(((Thing.Agent) thing).node(), to);
    return Optional.empty();
  }

  @Override
  public Text says(Thing thing, Optional<String> from, Optional<String> to) {
    if (to.isEmpty()) {
      return Text.of(AgentAspect.class, "step.no-agent");
    }
    var orders = AgentOrders.CODEC.read(to.get());
    return Text.of(
        AgentAspect.class,
        "step.agent",
        String.valueOf(orders.destinations().size()),
        orders.nameServer().map(names -> names.domain()).orElse("-"),
        String.valueOf(orders.endpoints().size()));
  }
}
