package guywire.format.tunnel;

import guywire.address.IpAddress.Family;
import guywire.network.Hook;
import guywire.network.Route;
import guywire.network.RouteTable.Onward;
import guywire.network.Routes;
import guywire.network.RoutingPolicy;
import guywire.network.RoutingPolicy.Rule;
import guywire.network.TunnelInterface;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a host needs to send on to an exit behind a tunnel ({@link Onward}). No platform makes such
 * routes from allowed IPs, so they are all written one by one, and the rules beside them.
 *
 * @param routes the routes of the main table
 * @param table the table of the exit
 * @param exits the default routes that stand there
 * @param rules the rules that lead there
 */
record Onwards(List<Route> routes, long table, List<Route> exits, List<Rule> rules) {

  /** What a tunnel needs; empty if there is no exit behind it. */
  static Optional<Onwards> of(TunnelInterface tunnel) {
    if (!(tunnel.table() instanceof Onward onward)) {
      return Optional.empty();
    }
    var device = Optional.of(tunnel.name());
    return Optional.of(
        new Onwards(
            Routes.of(tunnel).installed().stream()
                .map(to -> new Route(to, Optional.empty(), device, OptionalInt.empty()))
                .toList(),
            Onward.table(tunnel.name()),
            Routes.onward(tunnel).stream()
                .map(to -> new Route(to, Optional.empty(), device, OptionalInt.empty()))
                .toList(),
            onward.rules(tunnel.name())));
  }

  /** The commands that make it, on Linux. */
  List<String> up() {
    var commands = new ArrayList<String>();
    routes.forEach(route -> commands.add(ip(route) + "route add " + RouteText.of(route)));
    exits.forEach(
        route -> commands.add(ip(route) + "route add " + RouteText.of(route) + " table " + table));
    rules.forEach(rule -> commands.add(ip(rule) + "rule add " + words(rule, RoutingPolicy.MAIN)));
    return commands;
  }

  /** The commands that take it back; routes go with their interface. */
  List<String> down() {
    return rules.stream()
        .map(rule -> ip(rule) + "rule del " + words(rule, RoutingPolicy.MAIN))
        .toList();
  }

  /** The same as hooks of wg-quick. */
  List<Hook> hooks() {
    var hooks = new ArrayList<Hook>();
    up().forEach(command -> hooks.add(new Hook(Hook.When.POST_UP, command)));
    down().forEach(command -> hooks.add(new Hook(Hook.When.PRE_DOWN, command)));
    return hooks;
  }

  /**
   * A rule in the words of iproute2, which others have taken over.
   *
   * @param main what the main table is called
   */
  static String words(Rule rule, String main) {
    var words = new StringBuilder("priority " + rule.priority().orElseThrow());
    rule.from().ifPresent(from -> words.append(" from ").append(from));
    rule.table()
        .map(table -> table.equals(RoutingPolicy.MAIN) ? main : table)
        .ifPresent(table -> words.append(" table ").append(table));
    rule.suppressed().ifPresent(length -> words.append(" suppress_prefixlength ").append(length));
    return words.toString();
  }

  private static String ip(Route route) {
    return ip(route.to().family());
  }

  private static String ip(Rule rule) {
    return ip(rule.family());
  }

  private static String ip(Family family) {
    return family == Family.IPV4 ? "ip " : "ip -6 ";
  }
}
