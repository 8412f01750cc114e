package guywire.format.tunnel;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.format.firewall.RouterOsFirewallReader;
import guywire.format.input.Imported;
import guywire.format.input.Importer;
import guywire.format.input.SourceFile;
import guywire.format.syntax.FileValues;
import guywire.format.syntax.RouterOsEntries;
import guywire.format.syntax.RouterOsFile;
import guywire.format.syntax.RouterOsFile.Item;
import guywire.network.Doubt.Stage;
import guywire.network.Forwarding;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.PacketMatch;
import guywire.network.Platform;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads RouterOS 7 scripts and exports. Routes are those written: RouterOS makes none from allowed
 * addresses.
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

  /** Menus whose entries are run when their time comes, or are what those run. */
  private static final Set<String> RUN =
      Set.of("/system/scheduler", "/system/script", "/tool/netwatch");

  /** What a script says that changes where packets go. */
  private static final Pattern CHANGES =
      Pattern.compile("(?<![\\w-])(?:ip|ipv6|interface|routing|import|execute)(?![\\w-])");

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
    RouterOsRoutes.read(all, draft);
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
      } else if (added && RUN.contains(item.menu()) && runsOther(item)) {
        draft.doubt(Stage.ANYWHERE, PacketMatch.ANY, item.place(), item.menu());
      } else if (item.menu().equals("/ip/settings") && item.get("rp-filter", "").equals("strict")) {
        draft.doubt(
            Stage.ROUTING, PacketMatch.ANY, item.place(), item.menu() + " rp-filter=strict");
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

  /** Whether an entry's script has commands that may change where packets go. */
  private static boolean runsOther(Item item) {
    return Stream.of("on-event", "source", "up-script", "down-script", "test-script")
        .flatMap(property -> item.get(property).stream())
        .anyMatch(script -> CHANGES.matcher(script).find());
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
