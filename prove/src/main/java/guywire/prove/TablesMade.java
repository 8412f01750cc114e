package guywire.prove;

import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.format.input.HookEffect;
import guywire.network.Doubt;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.network.RouteTable;
import guywire.network.RoutingPolicy;
import guywire.network.RoutingPolicy.Mark;
import guywire.network.RoutingPolicy.Rule;
import guywire.network.RoutingPolicy.TableRoute;
import guywire.network.text.Place;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  /** What {@code ip rule del} asks for, but for the priority and the table. */
  private record Words(
      Family family,
      boolean inverted,
      Optional<Prefix> from,
      Optional<Prefix> to,
      Optional<Mark> mark,
      Optional<InterfaceName> in) {

    static Words of(Rule rule) {
      return new Words(
          rule.family(), rule.inverted(), rule.from(), rule.to(), rule.mark(), rule.in());
    }
  }

  private final Name node;
  private final Map<Integer, Made> rules = new LinkedHashMap<>();
  private final Map<Words, Map<Integer, Made>> byWords = new HashMap<>();
  private final Map<String, MadeRoutes<TableRoute>> tables = new LinkedHashMap<>();
  private int made;
  private int tunnels;

  TablesMade(Name node) {
    this.node = node;
  }

  /** Takes what files say, that the host does with the first of its tunnels. */
  void has(RoutingPolicy policy) {
    policy.rules().forEach(rule -> add(new Made(rule, Optional.empty())));
    policy.routes().forEach(route -> table(route.table()).add(route));
  }

  private MadeRoutes<TableRoute> table(String name) {
    return tables.computeIfAbsent(name, _ -> new MadeRoutes<>(TableRoute::route));
  }

  private void add(Made made) {
    int number = this.made++;
    rules.put(number, made);
    like(made.rule()).put(number, made);
  }

  /** The rules, by their numbers, that {@code ip rule del} with the words of another may mean. */
  private Map<Integer, Made> like(Rule words) {
    return byWords.computeIfAbsent(Words.of(words), _ -> new LinkedHashMap<>());
  }

  /** Notes that the next tunnel is up. */
  void tunnelCame() {
    tunnels++;
  }

  /** Whether the kernel refuses a rule: one that is there already, or one to remove that is not. */
  boolean refuses(HookEffect.Rule effect) {
    var rule = effect.rule();
    boolean there =
        like(rule).values().stream()
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
    var table = table(effect.table());
    return effect.added()
        ? effect.strict() && table.hasLike(effect.route())
        : !table.hasMeant(effect.route());
  }

  void take(HookEffect.Rule effect, Doubt otherwise) {
    if (effect.added()) {
      add(new Made(effect.rule().after(tunnels), Optional.of(otherwise)));
    } else {
      var like = like(effect.rule());
      like.entrySet().stream()
          .filter(made -> made.getValue().rule().isMeantBy(effect.rule()))
          .map(Map.Entry::getKey)
          .findFirst()
          .ifPresent(number -> {
            like.remove(number);
            rules.remove(number);
          });
    }
  }

  void take(HookEffect.Routes effect, Place place) {
    var table = table(effect.table());
    if (effect.added()) {
      table.add(new TableRoute(effect.table(), effect.route(), place));
    } else {
      table.remove(effect.route());
    }
  }

  void flush(String table) {
    tables.remove(table);
  }

  /** The rules that lead to tables of which nothing is known. */
  List<Doubt> doubts(NodeConfig host) {
    return rules.values().stream()
        .filter(made -> !isKnown(made.rule(), host))
        .flatMap(made -> made.otherwise().stream())
        .toList();
  }

  private boolean isKnown(Rule rule, NodeConfig host) {
    if (rule.table().isEmpty() || KNOWN.contains(rule.table().get())) {
      return true;
    }
    String table = rule.table().get();
    return Optional.ofNullable(tables.get(table)).filter(made -> !made.isEmpty()).isPresent()
        || host.interfaces().stream()
            .anyMatch(tunnel ->
                tunnel.table() instanceof RouteTable.Number number
                    && RoutingPolicy.table(String.valueOf(number.number())).equals(table));
  }

  /** What the host has beside its main table, if anything. */
  List<RoutingPolicy> policies() {
    var routes = tables.values().stream().flatMap(table -> table.all().stream()).toList();
    return rules.isEmpty() && routes.isEmpty()
        ? List.of()
        : List.of(
            new RoutingPolicy(node, rules.values().stream().map(Made::rule).toList(), routes));
  }
}
