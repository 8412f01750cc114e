package guywire.prove;

import guywire.address.IpAddress.Family;
import guywire.format.Command;
import guywire.format.HookEffect;
import guywire.format.HookEffect.Chain;
import guywire.format.HookEffect.Change;
import guywire.format.HookReader;
import guywire.network.FilterRule;
import guywire.network.FilterRule.Verdict;
import guywire.network.Firewall;
import guywire.network.Forwarding;
import guywire.network.Hook;
import guywire.network.NatRule;
import guywire.network.NodeConfig;
import guywire.network.PacketMatch;
import guywire.network.PacketMatch.Connections;
import guywire.network.Route;
import guywire.prove.HostFacts.Trait;
import java.util.ArrayList;
import java.util.List;

/** Makes of a node whose hooks are commands a node whose rules say what these commands do. */
final class HookModel {

  private HookModel() {}

  /** The effects of a node's hooks. */
  static List<HookEffect> effects(NodeConfig node) {
    return node.interfaces().isEmpty()
        ? List.of()
        : HookReader.read(node.interfaces().getFirst().name(), node.hooks());
  }

  /** The effects of a node's hooks, and of what scripts ran on it. */
  static List<HookEffect> effects(NodeConfig node, List<Command> commands) {
    if (commands.isEmpty() || node.interfaces().isEmpty()) {
      return effects(node);
    }
    var all = new ArrayList<>(HookReader.read(node.hooks().size(), commands));
    all.addAll(effects(node));
    return all;
  }

  /** The node as it is once its hooks have run, on a host of which these facts are known. */
  static NodeConfig applied(NodeConfig node, HostFacts facts) {
    return applied(node, facts, List.of());
  }

  /** As {@link #applied(NodeConfig, HostFacts)}, where scripts ran on the host before. */
  static NodeConfig applied(NodeConfig node, HostFacts facts, List<Command> commands) {
    boolean docker = facts.has(Trait.DOCKER);
    boolean ufw = facts.has(Trait.UFW);
    var input = new ArrayList<>(node.firewall().input());
    var forward = new ArrayList<>(node.firewall().forward());
    if (ufw) {
      var answers = PacketMatch.ANY.of(Connections.ESTABLISHED);
      input.add(new FilterRule(answers, Verdict.ACCEPT, "ufw"));
      forward.add(new FilterRule(answers, Verdict.ACCEPT, "ufw"));
    }
    var nat = new ArrayList<NatRule>(node.nat());
    var routes = new ArrayList<Route>(node.routes());
    var ipv4 = said(node.forwardIpv4(), facts.forwarding());
    var ipv6 = said(node.forwardIpv6(), facts.forwarding());
    boolean clamps = node.firewall().clampMss();
    for (var effect : effects(node, commands)) {
      if (!isUp(effect)) {
        continue;
      }
      switch (effect) {
        case HookEffect.Forwards forwards -> {
          var now = forwards.on() ? Forwarding.ON : Forwarding.OFF;
          ipv4 = forwards.family() == Family.IPV4 ? now : ipv4;
          ipv6 = forwards.family() == Family.IPV6 ? now : ipv6;
        }
        case HookEffect.Filters filters ->
            change(
                filters.chain() == Chain.INPUT ? input : forward,
                filters.chain() == Chain.DOCKER_USER ? Change.INSERT : filters.change(),
                filters.rule());
        case HookEffect.Rewrites rewrites -> change(nat, rewrites.change(), rewrites.rule());
        case HookEffect.Clamps clamp -> clamps = true;
        case HookEffect.Routes route -> {
          if (route.added()) {
            routes.add(route.route());
          }
        }
        case HookEffect.Setting setting -> {}
        case HookEffect.Harmless harmless -> {}
        case HookEffect.NotUnderstood unknown -> {}
      }
    }
    var firewall =
        new Firewall(
            input,
            ufw ? Verdict.DROP : node.firewall().inputDefault(),
            forward,
            docker || ufw ? Verdict.DROP : node.firewall().forwardDefault(),
            clamps);
    return new NodeConfig(
        node.name(),
        node.platform(),
        node.interfaces(),
        routes,
        docker && ipv4 == Forwarding.UNSTATED ? Forwarding.ON : ipv4,
        ipv6,
        firewall,
        nat,
        node.nameServer(),
        node.hooks());
  }

  /** Whether an effect is there while the tunnel is up. */
  static boolean isUp(HookEffect effect) {
    var when = effect.source().when();
    return when == Hook.When.PRE_UP || when == Hook.When.POST_UP || when == Hook.When.SCRIPT;
  }

  private static Forwarding said(Forwarding byFiles, Forwarding byFacts) {
    return byFiles == Forwarding.UNSTATED ? byFacts : byFiles;
  }

  private static <T> void change(List<T> rules, Change change, T rule) {
    switch (change) {
      case APPEND -> rules.add(rule);
      case INSERT -> rules.addFirst(rule);
      case DELETE -> rules.remove(rule);
    }
  }
}
