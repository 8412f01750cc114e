package guywire.format.tunnel;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.format.shell.IpCommand;
import guywire.format.syntax.FileValues;
import guywire.format.syntax.RouterOsFile;
import guywire.format.syntax.RouterOsFile.Item;
import guywire.format.syntax.RouterOsScript;
import guywire.network.Doubt.Stage;
import guywire.network.InterfaceName;
import guywire.network.PacketMatch;
import guywire.network.Route;
import guywire.network.RouteTable;
import guywire.network.Routes;
import guywire.network.RoutingPolicy.Rule;
import guywire.network.text.Place;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Reads routes and routing rules of RouterOS. Where a tunnel's routes are what wg-quick would make,
 * its table is {@link RouteTable.Auto}.
 */
final class RouterOsRoutes {

  private RouterOsRoutes() {}

  /** A route as written. */
  private record Written(
      Prefix to,
      Optional<IpAddress> via,
      Optional<InterfaceName> device,
      OptionalInt metric,
      String table,
      Place place) {
    Route route() {
      return new Route(to, via, device, metric);
    }
  }

  /** Reads them all. */
  static void read(RouterOsFile all, NodeDraft draft) {
    var written = new ArrayList<Written>();
    for (var menu : List.of("/ip/route", "/ipv6/route")) {
      for (var item : all.of(menu)) {
        if (item.command().equals("add") && !item.isDisabled()) {
          written(item, menu.startsWith("/ipv6"), draft).ifPresent(written::add);
        }
      }
    }
    var ruled = new HashSet<String>();
    all.entries("/routing/rule").stream()
        .filter(rule -> rule.get("dst-address").isEmpty() && rule.get("min-prefix").isEmpty())
        .filter(rule -> rule.get("src-address").isEmpty())
        .forEach(rule -> rule.get("table").ifPresent(ruled::add));
    var bySource = rules(all, draft);
    var taken = new HashSet<Written>();
    for (var tunnel : draft.tunnels()) {
      table(tunnel, written, ruled, taken, draft);
    }
    for (var route : written) {
      if (!taken.contains(route)) {
        if (route.table().equals("main")) {
          draft.route(route.route(), route.place());
        } else if (bySource.contains(route.table())) {
          draft.route(route.table(), route.route(), route.place());
        } else {
          draft.notes().warning("F54", route.place(), "import.other-table", route.to().toString());
        }
      }
    }
  }

  /** The rules about where packets come from, in their order; which tables they lead to. */
  private static Set<String> rules(RouterOsFile all, NodeDraft draft) {
    var tables = new HashSet<String>();
    int place = 1;
    for (var item : all.of("/routing/rule")) {
      var from = item.get("src-address");
      if (from.isEmpty() || !item.command().equals("add") || item.isDisabled()) {
        continue;
      }
      String table = item.get("table", "main");
      var words = new ArrayList<>(List.of("pref", String.valueOf(place++), "table", table));
      words.addAll(List.of("from", from.get()));
      item.get("dst-address").ifPresent(to -> words.addAll(List.of("to", to)));
      item.get("min-prefix")
          .ifPresent(length -> words.addAll(List.of("suppress_prefixlength", length)));
      String action = item.get("action", "lookup");
      if (action.equals("drop") || action.equals("unreachable")) {
        words.add("blackhole");
      }
      var rule =
          action.startsWith("lookup") || words.contains("blackhole")
              ? IpCommand.rule(words, false)
              : Optional.<Rule>empty();
      rule.ifPresentOrElse(
          draft::rule,
          () -> draft.doubt(Stage.ROUTING, PacketMatch.ANY, item.place(), "/routing/rule"));
      tables.add(table);
    }
    all.entries("/routing/rule").stream()
        .filter(item -> item.get("src-address").isEmpty() && decides(item))
        .forEach(item ->
            draft.doubt(
                Stage.ROUTING,
                item.get("dst-address")
                    .flatMap(Prefix::tryParse)
                    .map(to -> PacketMatch.ANY.to(List.of(to)))
                    .orElse(PacketMatch.ANY),
                item.place(),
                "/routing/rule"));
    return tables;
  }

  /**
   * Whether a rule without a source leads elsewhere than the main table and a tunnel's own do: it
   * discards, looks in no other table, or is for what comes by one interface.
   */
  private static boolean decides(Item rule) {
    String action = rule.get("action", "lookup");
    boolean narrow = rule.get("dst-address").or(() -> rule.get("interface")).isPresent();
    return !action.startsWith("lookup")
        || !rule.get("table", "main").equals("main")
            && (narrow
                || action.equals("lookup-only-in-table")
                || rule.get("routing-mark").isPresent());
  }

  private static Optional<Written> written(Item item, boolean ipv6, NodeDraft draft) {
    String all = ipv6 ? "::/0" : "0.0.0.0/0";
    var to = FileValues.prefix(item.get("dst-address", all), item.place(), draft.notes());
    boolean discards =
        item.flags().stream().anyMatch(IpCommand::discards)
            || IpCommand.discards(item.get("type", ""))
            || item.get("blackhole", "no").equals("yes");
    String gateway = discards ? IpCommand.NOWHERE.text() : item.get("gateway", "");
    int percent = gateway.indexOf('%');
    var via = IpAddress.tryParse(percent < 0 ? gateway : gateway.substring(0, percent));
    var device =
        via.isPresent() && percent < 0
            ? Optional.<InterfaceName>empty()
            : InterfaceName.tryParse(gateway.substring(percent + 1));
    var distance = item.get("distance").map(text -> FileValues.number(text, 255));
    var metric =
        distance.isPresent() && distance.get().isPresent()
            ? OptionalInt.of((int) distance.get().getAsLong())
            : OptionalInt.empty();
    if (via.isEmpty() && device.isEmpty()) {
      to.ifPresent(prefix ->
          draft.doubt(
              Stage.ROUTING,
              PacketMatch.ANY.to(List.of(prefix)),
              item.place(),
              item.menu() + " " + prefix));
    }
    return to.filter(prefix -> via.isPresent() || device.isPresent())
        .map(prefix ->
            new Written(
                prefix, via, device, metric, item.get("routing-table", "main"), item.place()));
  }

  private static void table(
      TunnelDraft tunnel,
      List<Written> written,
      Set<String> ruled,
      Set<Written> taken,
      NodeDraft draft) {
    tunnel.table(new RouteTable.Auto(), tunnel.place());
    var wanted = Routes.of(tunnel.finish());
    var mine = new ArrayList<Written>();
    var byTable = new LinkedHashMap<String, Set<Prefix>>();
    for (var route : written) {
      boolean into = route.device().filter(tunnel.name()::equals).isPresent();
      if (into && route.via().isEmpty() && route.metric().isEmpty()) {
        mine.add(route);
        byTable.computeIfAbsent(route.table(), t -> new HashSet<>()).add(route.to());
      }
    }
    var plain = byTable.getOrDefault("main", Set.of());
    var marked = EnumSet.noneOf(Family.class);
    for (var route : mine) {
      if (ruled.contains(route.table()) && route.to().isDefault()) {
        marked.add(route.to().family());
      }
    }
    boolean sameFamilies =
        marked.containsAll(wanted.marked()) && wanted.marked().containsAll(marked);
    if (plain.containsAll(wanted.installed()) && sameFamilies) {
      var own = new HashSet<>(wanted.installed());
      mine.stream()
          .filter(route ->
              route.table().equals("main")
                  ? own.remove(route.to())
                  : ruled.contains(route.table()) && route.to().isDefault())
          .forEach(taken::add);
      return;
    }
    var all = new HashSet<>(tunnel.allowedIps());
    var numbered = numbered(byTable, all);
    if (numbered.isPresent()) {
      tunnel.table(numbered.get(), tunnel.place());
      mine.stream().filter(route -> !route.table().equals("main")).forEach(taken::add);
      return;
    }
    tunnel.table(new RouteTable.Off(), tunnel.place());
    for (var prefix : wanted.installed()) {
      if (plain.stream().noneMatch(route -> route.contains(prefix))) {
        draft
            .notes()
            .error(
                "F55",
                tunnel.place(),
                "routeros.unrouted",
                prefix.toString(),
                tunnel.name().text());
      }
    }
  }

  /** The table of ours that holds every allowed prefix, if there is one. */
  private static Optional<RouteTable> numbered(Map<String, Set<Prefix>> byTable, Set<Prefix> all) {
    for (var entry : byTable.entrySet()) {
      String name = entry.getKey();
      boolean ours = name.matches(RouterOsScript.OURS + "[0-9]{1,10}");
      if (ours && !all.isEmpty() && entry.getValue().containsAll(all)) {
        long number = Long.parseLong(name.substring(RouterOsScript.OURS.length()));
        if (number >= 1 && number <= 0xffffffffL) {
          return Optional.of(new RouteTable.Number(number));
        }
      }
    }
    return Optional.empty();
  }
}
