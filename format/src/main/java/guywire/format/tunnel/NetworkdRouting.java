package guywire.format.tunnel;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.format.shell.IpCommand;
import guywire.format.syntax.FileValues;
import guywire.format.syntax.IniFile.Entry;
import guywire.format.syntax.IniFile.Section;
import guywire.format.syntax.Notes;
import guywire.network.Doubt.Stage;
import guywire.network.InterfaceName;
import guywire.network.PacketMatch;
import guywire.network.Route;
import guywire.network.RouteTable;
import guywire.network.Routes;
import guywire.network.RoutingPolicy;
import guywire.network.RoutingPolicy.Rule;
import guywire.network.text.Place;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What networkd's files say about the routes of one tunnel. Allowed IPs are routed only if a table
 * is named, or by routes written one by one; it is those that are held against what wg-quick would
 * have done, and where they are the same the table is {@link RouteTable.Auto}.
 */
final class NetworkdRouting {

  static final long MAIN = 254;

  /** A route into the tunnel as written. */
  private record Written(
      Prefix to,
      Optional<IpAddress> via,
      OptionalInt metric,
      long table,
      Place place,
      boolean discards) {}

  /** A rule that sends unmarked packets to a table. */
  private record Marked(Family family, long mark, long table) {}

  /** A rule, and whether it is one of the two that wg-quick makes for a tunnel that takes all. */
  private record Ruled(Rule rule, boolean usual) {}

  private static final Map<String, String> RULE_WORDS =
      Map.of(
          "From",
          "from",
          "To",
          "to",
          "Table",
          "table",
          "Priority",
          "priority",
          "FirewallMark",
          "fwmark",
          "IncomingInterface",
          "iif",
          "SuppressPrefixLength",
          "suppress_prefixlength");

  /** Words of a route by which it leads elsewhere than its gateway says. */
  private static final Set<String> OTHERWISE =
      Set.of("MultiPathRoute", "NextHop", "Source", "PreferredSource");

  private final List<Written> routes = new ArrayList<>();
  private final List<Marked> marked = new ArrayList<>();
  private final List<Ruled> rules = new ArrayList<>();
  private final Map<Integer, OptionalLong> peerTables = new HashMap<>();
  private final Map<Integer, OptionalInt> peerMetrics = new HashMap<>();
  private OptionalLong table = OptionalLong.empty();
  private OptionalInt metric = OptionalInt.empty();

  void table(Entry entry, Notes notes) {
    table = NetworkdImporter.table(entry, notes);
  }

  void peerTable(int peer, Entry entry, Notes notes) {
    peerTables.put(peer, NetworkdImporter.table(entry, notes));
  }

  void metric(Entry entry) {
    metric = metricOf(entry);
  }

  void peerMetric(int peer, Entry entry) {
    peerMetrics.put(peer, metricOf(entry));
  }

  private static OptionalInt metricOf(Entry entry) {
    var number = FileValues.number(entry.value(), Integer.MAX_VALUE);
    return number.isPresent() ? OptionalInt.of((int) number.getAsLong()) : OptionalInt.empty();
  }

  void route(Section section, NodeDraft draft) {
    var notes = draft.notes();
    var destination = section.last("Destination");
    var gateway = NetworkdHost.gateway(section);
    Optional<Prefix> to =
        destination.isPresent()
            ? FileValues.prefix(destination.get().value(), destination.get().place(), notes)
            : gateway.map(via -> new Prefix(via.family().any(), 0));
    var into = section.last("Table").map(entry -> NetworkdImporter.table(entry, notes));
    String type = section.last("Type").map(Entry::value).orElse("unicast");
    boolean discards = IpCommand.discards(type);
    boolean plain =
        (discards || type.equals("unicast"))
            && (section.last("Gateway").isEmpty() || gateway.isPresent())
            && into.map(OptionalLong::isPresent).orElse(true)
            && section.entries().stream()
                .noneMatch(entry -> OTHERWISE.contains(entry.key()) && !entry.value().isEmpty());
    if (!plain) {
      var match = to.map(prefix -> PacketMatch.ANY.to(List.of(prefix))).orElse(PacketMatch.ANY);
      draft.doubt(Stage.ROUTING, match, section.place(), "[Route]");
      return;
    }
    to.ifPresent(prefix ->
        routes.add(
            new Written(
                prefix,
                gateway,
                section.last("Metric").map(NetworkdRouting::metricOf).orElse(OptionalInt.empty()),
                into.orElse(OptionalLong.of(MAIN)).orElse(MAIN),
                section.place(),
                discards)));
  }

  void rule(Section section, NodeDraft draft) {
    var mark = section.last("FirewallMark").map(Entry::value).map(NetworkdRouting::number);
    var to = section.last("Table").map(Entry::value).map(NetworkdRouting::number);
    boolean inverted = isYes(section, "InvertRule");
    boolean plain =
        section.last("From").isEmpty()
            && section.last("To").isEmpty()
            && section.last("IncomingInterface").isEmpty();
    boolean suppresses =
        plain && mark.isEmpty() && section.last("SuppressPrefixLength").isPresent();
    if (mark.isPresent() && to.isPresent() && inverted && plain) {
      families(section).forEach(family -> marked.add(new Marked(family, mark.get(), to.get())));
    }
    boolean usual = suppresses || plain && inverted && mark.isPresent();
    rules(section, draft).forEach(rule -> rules.add(new Ruled(rule, usual)));
  }

  /** The families that a rule is for: that of its addresses, or IPv4, where it does not say. */
  private static List<Family> families(Section section) {
    boolean six =
        section.entries().stream()
            .filter(entry -> entry.key().equals("From") || entry.key().equals("To"))
            .anyMatch(entry -> entry.value().contains(":"));
    return switch (section.last("Family").map(Entry::value).orElse(six ? "ipv6" : "ipv4")) {
      case "both" -> List.of(Family.IPV4, Family.IPV6);
      case "ipv6" -> List.of(Family.IPV6);
      default -> List.of(Family.IPV4);
    };
  }

  /** The rules that a section stands for; what is not understood makes answers depend on it. */
  static List<Rule> rules(Section section, NodeDraft draft) {
    var read = new ArrayList<Rule>();
    for (var family : families(section)) {
      IpCommand.rule(words(section), family == Family.IPV6)
          .ifPresentOrElse(
              read::add,
              () ->
                  draft.doubt(
                      Stage.ROUTING, PacketMatch.ANY, section.place(), "[RoutingPolicyRule]"));
    }
    return read;
  }

  private static boolean isYes(Section section, String key) {
    return section
        .last(key)
        .filter(entry -> Set.of("yes", "true", "1", "on").contains(entry.value()))
        .isPresent();
  }

  /** The rule in the words of {@code ip rule}, which has one for each of networkd's. */
  private static List<String> words(Section section) {
    var words = new ArrayList<String>();
    for (var entry : section.entries()) {
      switch (entry.key()) {
        case "InvertRule" -> {
          if (isYes(section, "InvertRule")) {
            words.addFirst("not");
          }
        }
        case "Family" -> {}
        case "Type" -> words.add(entry.value().equals("table") ? "unicast" : entry.value());
        default ->
            words.addAll(List.of(RULE_WORDS.getOrDefault(entry.key(), entry.key()), entry.value()));
      }
    }
    return words;
  }

  private static long number(String text) {
    try {
      return text.isEmpty() ? 0 : Long.decode(text);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** Decides the tunnel's table, once everything is read. */
  void settle(NodeDraft draft, TunnelDraft tunnel) {
    var tables = new HashSet<OptionalLong>();
    for (int i = 0; i < tunnel.peers().size(); i++) {
      tables.add(peerTables.getOrDefault(i, table));
    }
    if (tables.isEmpty()) {
      tables.add(table);
    }
    boolean weighed =
        metric.isPresent() || peerMetrics.values().stream().anyMatch(OptionalInt::isPresent);
    if (tables.size() > 1 || weighed && tables.iterator().next().isPresent()) {
      mixed(draft, tunnel);
      return;
    }
    var only = tables.iterator().next();
    boolean full = tunnel.allowedIps().stream().anyMatch(Prefix::isDefault);
    if (only.isPresent() && only.getAsLong() == MAIN && !full) {
      tunnel.table(new RouteTable.Auto(), tunnel.place());
      rest(draft, tunnel.name(), routes);
    } else if (only.isPresent()) {
      tunnel.table(NetworkdImporter.asTable(only), tunnel.place());
      rest(draft, tunnel.name(), routes);
    } else {
      oneByOne(draft, tunnel);
    }
  }

  private void oneByOne(NodeDraft draft, TunnelDraft tunnel) {
    tunnel.table(new RouteTable.Auto(), tunnel.place());
    var wanted = Routes.of(tunnel.finish());
    var plain = new HashSet<Prefix>();
    var tabled = new HashSet<Prefix>();
    for (var route : routes) {
      if (route.discards()) {
        continue;
      }
      if (route.via().isEmpty() && route.table() == MAIN) {
        plain.add(route.to());
      } else if (route.via().isEmpty() && isMarked(route, tunnel)) {
        tabled.add(route.to());
      }
    }
    var marked = EnumSet.noneOf(Family.class);
    tabled.forEach(prefix -> marked.add(prefix.family()));
    if (plain.containsAll(wanted.installed()) && marked.equals(asSet(wanted.marked()))) {
      if (!marked.isEmpty() && tunnel.mark() == Routes.USUAL_MARK) {
        tunnel.mark(0);
      }
      rules.removeIf(Ruled::usual);
      var own = new HashSet<>(wanted.installed());
      rest(
          draft,
          tunnel.name(),
          routes.stream()
              .filter(
                  route -> route.discards() || !(own.remove(route.to()) || isMarked(route, tunnel)))
              .toList());
      return;
    }
    tunnel.table(new RouteTable.Off(), tunnel.place());
    for (var prefix : wanted.installed()) {
      if (!plain.contains(prefix) && plain.stream().noneMatch(route -> route.contains(prefix))) {
        draft.notes().error("F55", tunnel.place(), "import.unrouted.networkd", prefix.toString());
      }
    }
    for (var family : wanted.marked()) {
      if (!marked.contains(family) && !isRuled(family)) {
        String all = new Prefix(family.any(), 0).toString();
        draft.notes().error("F55", tunnel.place(), "import.unrouted.networkd", all);
      }
    }
    rest(draft, tunnel.name(), routes);
  }

  /** Whether a rule leads to a default route, if only what comes from somewhere. */
  private boolean isRuled(Family family) {
    return routes.stream()
        .filter(route -> route.to().isDefault() && route.to().family() == family)
        .anyMatch(route ->
            route.table() != MAIN
                && rules.stream()
                    .map(rule -> rule.rule().table())
                    .anyMatch(Optional.of(String.valueOf(route.table()))::equals));
  }

  /** Whether a rule on the tunnel's own mark leads to the table of this route. */
  private boolean isMarked(Written route, TunnelDraft tunnel) {
    long mark = tunnel.mark() == 0 ? Routes.USUAL_MARK : tunnel.mark();
    return marked.stream()
        .anyMatch(rule ->
            rule.family() == route.to().family()
                && rule.mark() == mark
                && rule.table() == route.table()
                && route.to().isDefault());
  }

  private static Set<Family> asSet(Set<Family> families) {
    return families.isEmpty() ? EnumSet.noneOf(Family.class) : EnumSet.copyOf(families);
  }

  /** Some peers are routed, others not: each prefix that is becomes a route of its own. */
  private void mixed(NodeDraft draft, TunnelDraft tunnel) {
    tunnel.table(new RouteTable.Off(), tunnel.place());
    for (int i = 0; i < tunnel.peers().size(); i++) {
      var into = peerTables.getOrDefault(i, table);
      var weight = peerMetrics.getOrDefault(i, metric);
      var peer = tunnel.peers().get(i);
      for (var prefix : peer.allowed()) {
        if (into.isEmpty()) {
          draft.notes().error("F55", peer.heading(), "import.unrouted.networkd", prefix.toString());
        } else if (into.getAsLong() == MAIN) {
          draft.route(route(prefix, Optional.empty(), tunnel.name(), weight), peer.heading());
        } else {
          draft.route(
              String.valueOf(into.getAsLong()),
              route(prefix, Optional.empty(), tunnel.name(), weight),
              peer.heading());
          draft.notes().warning("F54", peer.heading(), "import.other-table", prefix.toString());
        }
      }
    }
    rest(draft, tunnel.name(), routes);
  }

  private void rest(NodeDraft draft, InterfaceName tunnel, List<Written> left) {
    rules.forEach(rule -> draft.rule(rule.rule()));
    for (var route : left) {
      var device = route.discards() ? IpCommand.NOWHERE : tunnel;
      var made = route(route.to(), route.via(), device, route.metric());
      if (route.table() == MAIN) {
        draft.route(made, route.place());
      } else {
        String table = String.valueOf(route.table());
        draft.route(table, made, route.place());
        boolean asked =
            rules.stream()
                .anyMatch(
                    rule -> rule.rule().table().equals(Optional.of(RoutingPolicy.table(table))));
        if (!asked) {
          draft.notes().warning("F54", route.place(), "import.other-table", route.to().toString());
        }
      }
    }
  }

  private static Route route(
      Prefix to, Optional<IpAddress> via, InterfaceName device, OptionalInt metric) {
    return new Route(to, via, Optional.of(device), metric);
  }
}
