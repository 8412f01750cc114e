package guywire.format.tunnel;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.format.firewall.RouterOsFirewallReader;
import guywire.format.input.Imported;
import guywire.format.input.Importer;
import guywire.format.input.SourceFile;
import guywire.format.shell.IpCommand;
import guywire.format.syntax.FileValues;
import guywire.format.syntax.RouterOsEntries;
import guywire.format.syntax.RouterOsFile;
import guywire.format.syntax.RouterOsFile.Item;
import guywire.format.syntax.RouterOsScript;
import guywire.network.Doubt.Stage;
import guywire.network.Forwarding;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.PacketMatch;
import guywire.network.Platform;
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
import java.util.regex.Pattern;

/**
 * Reads RouterOS 7 scripts and exports. Routes are those written: RouterOS makes none from allowed
 * addresses. Where they are what wg-quick would make, the table is {@link RouteTable.Auto}.
 */
public final class RouterOsImporter implements Importer {

  private static final Pattern DURATION =
      Pattern.compile("(?:(\\d{1,4})h)?(?:(\\d{1,4})m)?(?:(\\d{1,5})s)?");

  /** Menus whose entries decide where packets go. */
  private static final List<String> CHANGED =
      List.of(
          "/interface/wireguard/peers",
          "/interface/list",
          "/interface/list/member",
          "/ip/address",
          "/ipv6/address",
          "/ip/route",
          "/ipv6/route",
          "/routing/rule",
          "/ip/firewall/filter",
          "/ipv6/firewall/filter",
          "/ip/firewall/raw",
          "/ipv6/firewall/raw",
          "/ip/firewall/nat",
          "/ipv6/firewall/nat",
          "/ip/firewall/mangle",
          "/ipv6/firewall/mangle",
          "/ip/firewall/address-list",
          "/ipv6/firewall/address-list");

  /** Beginnings of menus whose entries bring routes that stand in no file, or ask other tables. */
  private static final List<String> OTHER_ROUTES =
      List.of("/routing/ospf", "/routing/bgp", "/routing/rip", "/routing/isis", "/ip/vrf");

  /** The port RouterOS takes when none is set. */
  private static final String DEFAULT_PORT = "13231";

  @Override
  public List<Imported> read(Name node, List<SourceFile> files) {
    var draft = new NodeDraft(node, Platform.ROUTEROS, files);
    var items = new ArrayList<Item>();
    files.forEach(file -> items.addAll(RouterOsFile.read(file, draft.notes()).items()));
    var all = RouterOsEntries.after(items);
    var off = switchedOff(all);
    all.of("/interface/wireguard").forEach(item -> tunnel(item, off, draft));
    all.of("/interface/wireguard/peers").forEach(item -> peer(item, off, draft));
    for (var menu : List.of("/ip/address", "/ipv6/address")) {
      all.of(menu).forEach(item -> address(item, draft));
    }
    routes(all, draft);
    names(all, draft);
    draft.forwardIpv4(forwarding(all, "/ip/settings", "ip-forward"), draft.whole());
    draft.forwardIpv6(forwarding(all, "/ipv6/settings", "forward"), draft.whole());
    changes(all, draft);
    beyond(all, draft);
    new RouterOsFirewallReader(all, draft.firewall(), draft.ports()).read();
    return List.of(draft.finish());
  }

  /** Whether the router forwards a family: unless it is told not to. */
  private static Forwarding forwarding(RouterOsFile all, String menu, String setting) {
    return all.of(menu).stream()
        .flatMap(item -> item.get(setting).stream())
        .reduce((one, other) -> other)
        .map(value -> value.equals("no") ? Forwarding.OFF : Forwarding.ON)
        .orElse(Forwarding.ON);
  }

  /** The tunnels that are disabled in the end, by what is added, set, disabled and enabled. */
  private static Set<String> switchedOff(RouterOsFile all) {
    var off = new HashSet<String>();
    for (var menu : List.of("/interface/wireguard", "/interface")) {
      for (var item : all.of(menu)) {
        String name = item.get("name").or(item::target).orElse("");
        boolean ends = item.command().equals("disable") || item.isDisabled();
        if (ends) {
          off.add(name);
        } else if (item.command().equals("enable") || item.get("disabled").isPresent()) {
          off.remove(name);
        }
      }
    }
    return off;
  }

  /** Commands that change entries of which can't be told which they are, and lines of a script. */
  private static void changes(RouterOsFile all, NodeDraft draft) {
    for (var menu : CHANGED) {
      for (var item : all.of(menu)) {
        boolean open = item.get("copy-from").or(() -> item.get("place-before")).isPresent();
        if (!item.command().equals("add") || open) {
          unread(draft, item, menu + " " + item.command());
        }
      }
    }
    for (var item : all.of(RouterOsFile.LANGUAGE)) {
      unread(draft, item, item.command());
    }
  }

  private static void unread(NodeDraft draft, Item item, String what) {
    draft.notes().info("F66", item.place(), "import.unknown", FileValues.shown(what));
    draft.doubt(Stage.ANYWHERE, PacketMatch.ANY, item.place(), what);
  }

  /** What a router has beside routes and rules that decides where packets go. */
  private static void beyond(RouterOsFile all, NodeDraft draft) {
    for (var item : all.items()) {
      boolean added = item.command().equals("add") && !item.isDisabled();
      boolean routes = OTHER_ROUTES.stream().anyMatch(item.menu()::startsWith);
      if (added && routes) {
        draft.doubt(Stage.ROUTING, PacketMatch.ANY, item.place(), item.menu());
      } else if (added
          && item.menu().equals("/ip/ipsec/policy")
          && !item.get("template", "no").equals("yes")) {
        draft.doubt(Stage.ROUTING, sides(item), item.place(), item.menu());
      } else if (item.menu().equals("/ip/firewall/connection/tracking")
          && item.get("enabled", "").equals("no")) {
        draft.doubt(Stage.ANYWHERE, PacketMatch.ANY, item.place(), item.menu() + " enabled=no");
      } else if (item.menu().equals("/ipv6/settings")
          && item.get("disable-ipv6", "").equals("yes")) {
        draft.doubt(
            Stage.ANYWHERE,
            PacketMatch.ANY.from(List.of(Prefix.ALL_IPV6)),
            item.place(),
            item.menu() + " disable-ipv6");
      }
    }
  }

  /** The packets between what an entry calls its source and its destination. */
  private static PacketMatch sides(Item item) {
    var match = PacketMatch.ANY;
    var from = item.get("src-address").flatMap(Prefix::tryParse);
    var to = item.get("dst-address").flatMap(Prefix::tryParse);
    match = from.isPresent() ? match.from(List.of(from.get())) : match;
    return to.isPresent() ? match.to(List.of(to.get())) : match;
  }

  private static void tunnel(Item item, Set<String> off, NodeDraft draft) {
    boolean isChange = item.command().equals("set");
    var name =
        InterfaceName.tryParse(
            item.get("name").or(() -> isChange ? item.target() : Optional.empty()).orElse(""));
    boolean known = isChange && name.isPresent() && !off.contains(name.get().text());
    if (!known && !item.command().equals("add")
        || item.isDisabled()
        || name.filter(own -> off.contains(own.text())).isPresent()) {
      return;
    }
    if (name.isEmpty()) {
      draft
          .notes()
          .error("F67", item.place(), "value.interface", FileValues.shown(item.get("name", "")));
      return;
    }
    var tunnel = draft.tunnel(name.get(), item.place());
    item.get("private-key")
        .ifPresentOrElse(
            key -> tunnel.privateKey(key, item.place("private-key")),
            () -> {
              if (!isChange) {
                draft.notes().info("F66", item.place(), "import.key-file");
              }
            });
    item.get("listen-port").ifPresent(port -> tunnel.listenPort(port, item.place("listen-port")));
    item.get("mtu")
        .filter(mtu -> !mtu.equals("auto"))
        .ifPresent(mtu -> tunnel.mtu(mtu, item.place("mtu")));
  }

  private static void peer(Item item, Set<String> off, NodeDraft draft) {
    var name = InterfaceName.tryParse(item.get("interface", ""));
    var tunnel = name.flatMap(draft::tunnel);
    boolean isOff = off.contains(item.get("interface", ""));
    if (!item.command().equals("add") || item.isDisabled() || isOff) {
      return;
    }
    if (tunnel.isEmpty()) {
      draft
          .notes()
          .error(
              "F66",
              item.place(),
              "routeros.no-tunnel",
              FileValues.shown(item.get("interface", "")));
      return;
    }
    var place = item.place();
    var peer = tunnel.get().peer(place);
    item.get("name").or(() -> item.get("comment")).ifPresent(peer::name);
    item.get("public-key").ifPresent(key -> peer.publicKey(key, item.place("public-key")));
    item.get("preshared-key")
        .filter(key -> !key.isEmpty() && !key.equals("none"))
        .ifPresent(key -> peer.presharedKey(key, item.place("preshared-key")));
    for (var prefix : item.get("allowed-address", "").split(",")) {
      if (!prefix.isBlank()) {
        peer.allowedIp(prefix.strip(), item.place("allowed-address"));
      }
    }
    item.get("endpoint-address")
        .filter(host -> !host.isEmpty())
        .ifPresent(host ->
            peer.endpoint(
                host, item.get("endpoint-port", DEFAULT_PORT), item.place("endpoint-address")));
    item.get("persistent-keepalive")
        .ifPresent(time -> peer.keepalive(seconds(time), item.place("persistent-keepalive")));
    boolean responder = item.get("responder", item.get("is-responder", "no")).equals("yes");
    if (responder && peer.endpoint().isPresent()) {
      draft.notes().info("F25", place, "routeros.responder");
    }
  }

  /** {@code 25s}, {@code 1m30s}, {@code 00:00:25} or a number. */
  private static String seconds(String time) {
    var matcher = DURATION.matcher(time);
    if (!time.isEmpty() && matcher.matches()) {
      return String.valueOf(
          part(matcher.group(1)) * 3600 + part(matcher.group(2)) * 60 + part(matcher.group(3)));
    }
    if (time.matches("\\d{2}:\\d{2}:\\d{2}")) {
      return String.valueOf(
          part(time.substring(0, 2)) * 3600
              + part(time.substring(3, 5)) * 60
              + part(time.substring(6)));
    }
    return time;
  }

  private static int part(@org.jspecify.annotations.Nullable String digits) {
    return digits == null ? 0 : Integer.parseInt(digits);
  }

  private static void address(Item item, NodeDraft draft) {
    var tunnel = InterfaceName.tryParse(item.get("interface", "")).flatMap(draft::tunnel);
    boolean there = item.command().equals("add") && !item.isDisabled();
    var own = item.get("address").flatMap(InterfaceAddress::tryParse).map(one -> one.prefix());
    if (tunnel.isEmpty() && there && own.isPresent()) {
      draft.elsewhere(own.get(), item.place(), item.menu() + " " + item.get("interface", ""));
    }
    if (tunnel.isPresent() && there) {
      item.get("address")
          .ifPresent(address -> tunnel.get().address(address, item.place("address")));
      var network = item.get("network").flatMap(IpAddress::tryParse);
      if (network.isPresent() && !own.map(prefix -> prefix.contains(network.get())).orElse(true)) {
        // The other end of a link, which is connected in place of the address's own prefix.
        draft.doubt(
            Stage.ROUTING,
            PacketMatch.ANY,
            item.place(),
            item.menu() + " network=" + network.get());
      }
    }
  }

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

  private static void routes(RouterOsFile all, NodeDraft draft) {
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

  /** The router's static names, if it answers others at all. */
  private static void names(RouterOsFile all, NodeDraft draft) {
    var settings = all.of("/ip/dns");
    boolean answers =
        settings.stream().anyMatch(item -> item.get("allow-remote-requests", "").equals("yes"));
    var names = new StaticNames();
    for (var item : all.entries("/ip/dns/static")) {
      names.add(item.get("name", ""), item.get("address", ""));
    }
    if (answers) {
      names.serve(draft);
    }
  }
}
