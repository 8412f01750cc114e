package guywire.node;

import guywire.address.IpAddress.Family;
import guywire.linux.KernelRule;
import guywire.network.Agents;
import guywire.network.NodeConfig;
import guywire.network.RouteTable;
import guywire.network.text.Text;
import guywire.node.Thing.AgentRule.Packets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The routing rules of tunnels among which agents choose: packets of the host's own and of its LAN
 * go as the agent has chosen; what came out of a tunnel goes its static way, whatever the agents of
 * the nodes between have chosen for themselves.
 */
final class AgentRuleAspect implements Aspect {

  @Override
  public boolean has(Thing thing) {
    return thing instanceof Thing.AgentRule;
  }

  @Override
  public void see(Tools tools, HostScope scope, Observed.Picture picture) {
    var known = new ArrayList<>(scope.claimed(Thing.AgentRule.class));
    for (var tunnel : scope.interfaces()) {
      for (var packets : Packets.values()) {
        known.add(new Thing.AgentRule(true, packets, tunnel));
        known.add(new Thing.AgentRule(false, packets, tunnel));
      }
    }
    known.stream()
        .filter(thing -> picture.rules.contains(kernel(thing)))
        .forEach(thing -> picture.things.put(thing, Thing.THERE));
  }

  @Override
  public void want(Demand demand, Wanted wanted) {
    var config = demand.config();
    for (boolean ipv4 : List.of(true, false)) {
      for (var tunnel : config.interfaces()) {
        if (tunnel.table() instanceof RouteTable.Chosen
            && RouteAspect.chosen(tunnel).stream()
                .anyMatch(route -> (route.to().family() == Family.IPV4) == ipv4)) {
          wanted.put(new Thing.AgentRule(ipv4, Packets.OUT_OF_CHOSEN, tunnel.name()), Thing.THERE);
        }
      }
      wantGateways(config, ipv4, wanted);
      wantChoices(config, ipv4, wanted);
    }
  }

  private static void wantGateways(NodeConfig config, boolean ipv4, Wanted wanted) {
    for (var tunnel : config.interfaces()) {
      boolean to = tunnel.table() instanceof RouteTable.ToGateway;
      boolean from = tunnel.table() instanceof RouteTable.FromLan;
      boolean some =
          RouteAspect.chosen(tunnel).stream()
              .anyMatch(route -> (route.to().family() == Family.IPV4) == ipv4);
      if (some && (to || from)) {
        wanted.put(new Thing.AgentRule(ipv4, Packets.OUT_OF_USUAL, tunnel.name()), Thing.THERE);
      }
      if (some && to) {
        wanted.put(new Thing.AgentRule(ipv4, Packets.TO_GATEWAY, tunnel.name()), Thing.THERE);
      }
    }
  }

  /** The rule of all packets comes last: one out of the usual tunnel never meets it alone. */
  private static void wantChoices(NodeConfig config, boolean ipv4, Wanted wanted) {
    boolean some =
        config.destinations().stream()
            .flatMap(destination -> destination.prefixes().stream())
            .anyMatch(prefix -> prefix.address().isIpv4() == ipv4);
    config
        .usualTunnel()
        .filter(_ -> some)
        .ifPresent(usual -> {
          wanted.put(new Thing.AgentRule(ipv4, Packets.OUT_OF_USUAL, usual), Thing.THERE);
          wanted.put(new Thing.AgentRule(ipv4, Packets.ALL, usual), Thing.THERE);
        });
  }

  @Override
  public Optional<String> bring(Tools tools, Thing thing, Optional<String> to) {
    RuleAspect.bring(tools, kernel((Thing.AgentRule) thing), to);
    return Optional.empty();
  }

  /** The kernel's rule. */
  static KernelRule kernel(Thing.AgentRule rule) {
    String tunnel = rule.tunnel().text();
    long table = Agents.table(rule.tunnel());
    return switch (rule.packets()) {
      case ALL -> KernelRule.lookup(rule.ipv4(), table).at(Agents.RULE);
      case TO_GATEWAY -> KernelRule.lookup(rule.ipv4(), table).at(Agents.GATEWAY_RULE);
      case OUT_OF_USUAL ->
          KernelRule.mainWithoutDefault(rule.ipv4()).of(tunnel).at(Agents.ARRIVAL_RULE);
      case OUT_OF_CHOSEN ->
          KernelRule.lookup(rule.ipv4(), table).of(tunnel).at(Agents.ARRIVAL_RULE);
    };
  }

  @Override
  public Text says(Thing thing, Optional<String> from, Optional<String> to) {
    return RuleAspect.says(kernel((Thing.AgentRule) thing), to);
  }
}
