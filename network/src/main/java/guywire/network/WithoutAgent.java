package guywire.network;

import guywire.network.PacketMatch.InterfaceMatch;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A node as it is without an agent: with its usual tunnels only, and no rule about others. This is
 * what files for WireGuard's own programs can say.
 */
final class WithoutAgent {

  private final List<InterfaceName> chosen;

  private WithoutAgent(List<InterfaceName> chosen) {
    this.chosen = chosen;
  }

  static NodeConfig of(NodeConfig node) {
    var chosen =
        node.interfaces().stream()
            .filter(tunnel -> tunnel.table().isSpare())
            .map(TunnelInterface::name)
            .toList();
    return chosen.isEmpty() && node.destinations().isEmpty() && node.forwards().isEmpty()
        ? node
        : new WithoutAgent(chosen).without(node);
  }

  private NodeConfig without(NodeConfig node) {
    var firewall = node.firewall();
    return node.toBuilder()
        .interfaces(
            node.interfaces().stream().filter(tunnel -> !chosen.contains(tunnel.name())).toList())
        .routes(
            node.routes().stream()
                .filter(route -> route.device().filter(chosen::contains).isEmpty())
                .toList())
        .firewall(
            new Firewall(
                rules(firewall.input()),
                firewall.inputDefault(),
                rules(firewall.forward()),
                firewall.forwardDefault(),
                rules(firewall.output()),
                firewall.clampMss()))
        .nat(matching(node.nat(), NatRule::match, (rule, match) -> rule.on(match)))
        .destinations(List.of())
        .introductions(List.of())
        .forwards(List.of())
        .build();
  }

  private List<FilterRule> rules(List<FilterRule> rules) {
    return matching(
        rules,
        FilterRule::match,
        (rule, match) -> new FilterRule(match, rule.verdict(), rule.comment()));
  }

  private interface Changed<T> {
    T by(T rule, PacketMatch match);
  }

  private <T> List<T> matching(List<T> rules, Function<T, PacketMatch> match, Changed<T> changed) {
    return rules.stream()
        .flatMap(rule -> usual(match.apply(rule)).map(left -> changed.by(rule, left)).stream())
        .distinct()
        .toList();
  }

  /** What a match means where these tunnels are not; empty if it means nothing then. */
  private Optional<PacketMatch> usual(PacketMatch match) {
    var left = match;
    if (match.in().isPresent()) {
      var side = usual(match.in().get());
      if (side.isEmpty()) {
        return Optional.empty();
      }
      left = left.comingIn(side.get());
    }
    if (match.out().isPresent()) {
      var side = usual(match.out().get());
      if (side.isEmpty()) {
        return Optional.empty();
      }
      left = left.goingOut(side.get());
    }
    return Optional.of(left);
  }

  private Optional<InterfaceMatch> usual(InterfaceMatch match) {
    var names = match.names().stream().filter(name -> !chosen.contains(name)).toList();
    return names.isEmpty()
        ? Optional.empty()
        : Optional.of(new InterfaceMatch(names, match.negated()));
  }
}
