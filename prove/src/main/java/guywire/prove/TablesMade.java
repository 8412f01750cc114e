package guywire.prove;

import guywire.format.HookEffect;
import guywire.network.Doubt;
import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.network.Route;
import guywire.network.RouteTable;
import guywire.network.RoutingPolicy;
import guywire.network.RoutingPolicy.Rule;
import guywire.network.RoutingPolicy.TableRoute;
import guywire.network.TunnelInterface;
import guywire.network.text.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The rules and routing tables of a host as its files and commands make them, one after the other.
 * A rule whose table nobody fills here is no rule but a doubt: something else may fill it.
 */
final class TablesMade {

  /** The tables that the kernel fills itself, or that are there though empty. */
  private static final Set<String> KNOWN = Set.of(RoutingPolicy.MAIN, "local", "default");

  /** A rule, and what is to be said if its table is not known. */
  private record Made(Rule rule, Optional<Doubt> otherwise) {}

  private final Name node;
  private final List<Made> rules = new ArrayList<>();
  private final List<TableRoute> routes = new ArrayList<>();
  private int tunnels;

  TablesMade(Name node) {
    this.node = node;
  }

  /** Takes what files say, that the host does with the first of its tunnels. */
  void has(RoutingPolicy policy) {
    policy.rules().forEach(rule -> rules.add(new Made(rule, Optional.empty())));
    routes.addAll(policy.routes());
  }

  /** Notes that the next tunnel is up. */
  void tunnelCame(TunnelInterface tunnel) {
    tunnels++;
  }

  /** Whether the kernel refuses a rule: one that is there already, or one to remove that is not. */
  boolean refuses(HookEffect.Rule effect) {
    var rule = effect.rule();
    boolean there =
        rules.stream()
            .map(Made::rule)
            .anyMatch(one ->
                effect.added()
                    ? one.isMeantBy(rule) && one.table().equals(rule.table())
                    : one.isMeantBy(rule));
    return there == effect.added();
  }

  /** Whether the kernel refuses a route of a table, for the same reasons. */
  boolean refuses(HookEffect.Routes effect) {
    if (effect.isMain()) {
      return false;
    }
    boolean plainly = effect.source().command().matches(".* (add|a|del|delete|d) .*");
    boolean there =
        routes.stream()
            .filter(made -> made.table().equals(effect.table()))
            .map(TableRoute::route)
            .anyMatch(made ->
                effect.added()
                    ? made.to().equals(effect.route().to())
                        && made.metric().equals(effect.route().metric())
                    : isMeant(made, effect.route()));
    return plainly && there == effect.added();
  }

  void take(HookEffect.Rule effect, Doubt otherwise) {
    if (effect.added()) {
      rules.add(new Made(effect.rule().after(tunnels), Optional.of(otherwise)));
    } else {
      rules.stream()
          .filter(made -> made.rule().isMeantBy(effect.rule()))
          .findFirst()
          .ifPresent(rules::remove);
    }
  }

  void take(HookEffect.Routes effect, Place place) {
    var route = effect.route();
    if (effect.added()) {
      routes.add(new TableRoute(effect.table(), route, place));
    } else {
      routes.removeIf(made -> made.table().equals(effect.table()) && isMeant(made.route(), route));
    }
  }

  private static boolean isMeant(Route made, Route words) {
    return made.to().equals(words.to())
        && (words.via().isEmpty() || words.via().equals(made.via()))
        && (words.device().isEmpty() || words.device().equals(made.device()));
  }

  void flush(String table) {
    routes.removeIf(made -> made.table().equals(table));
  }

  /** The rules that lead to tables of which nothing is known. */
  List<Doubt> doubts(NodeConfig host) {
    return rules.stream()
        .filter(made -> !isKnown(made.rule(), host))
        .flatMap(made -> made.otherwise().stream())
        .toList();
  }

  private boolean isKnown(Rule rule, NodeConfig host) {
    if (rule.table().isEmpty() || KNOWN.contains(rule.table().get())) {
      return true;
    }
    String table = rule.table().get();
    return routes.stream().anyMatch(route -> route.table().equals(table))
        || host.interfaces().stream()
            .anyMatch(tunnel ->
                tunnel.table() instanceof RouteTable.Number number
                    && RoutingPolicy.table(String.valueOf(number.number())).equals(table));
  }

  /** What the host has beside its main table, if anything. */
  List<RoutingPolicy> policies() {
    return rules.isEmpty() && routes.isEmpty()
        ? List.of()
        : List.of(new RoutingPolicy(node, rules.stream().map(Made::rule).toList(), routes));
  }
}
