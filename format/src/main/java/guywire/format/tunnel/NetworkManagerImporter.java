package guywire.format.tunnel;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.format.input.Imported;
import guywire.format.input.Importer;
import guywire.format.input.SourceFile;
import guywire.format.shell.IpCommand;
import guywire.format.syntax.FileValues;
import guywire.format.syntax.IniFile;
import guywire.format.syntax.IniFile.Entry;
import guywire.format.syntax.IniFile.Section;
import guywire.format.syntax.Notes;
import guywire.format.syntax.Spelling;
import guywire.network.Doubt.Stage;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.PacketMatch;
import guywire.network.Platform;
import guywire.network.Route;
import guywire.network.RouteTable;
import guywire.network.Routes;
import guywire.network.TunnelInterface;
import guywire.protocol.PublicKey;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Reads NetworkManager's keyfiles of type wireguard, one tunnel a file. */
public final class NetworkManagerImporter implements Importer {

  /** Options of a route that do not change where packets go. */
  private static final Spelling SETTINGS =
      new Spelling(Set.of("private-key", "listen-port", "fwmark", "peer-routes"), Map.of());

  private static final Spelling PEER_SETTINGS =
      new Spelling(
          Set.of("preshared-key", "endpoint", "persistent-keepalive", "allowed-ips"),
          Map.of("keepalive", "persistent-keepalive"));

  private static final Set<String> PLAIN_OPTIONS =
      Set.of(
          "table",
          "mtu",
          "window",
          "cwnd",
          "initcwnd",
          "initrwnd",
          "src",
          "tos",
          "type",
          "onlink",
          "advmss");

  private static final String PEER = "wireguard-peer.";

  @Override
  public List<Imported> read(Name node, List<SourceFile> files) {
    var draft = new NodeDraft(node, Platform.NETWORKMANAGER, files);
    var host = new LinuxHostReader(draft);
    for (var file : files) {
      if (file.content().contains("[connection]")) {
        keyfile(IniFile.read(file, IniFile.Dialect.GLIB, draft.notes()), draft, file);
      } else {
        host.read(file);
      }
    }
    return List.of(draft.finish());
  }

  private static void keyfile(IniFile file, NodeDraft draft, SourceFile source) {
    var notes = draft.notes();
    var connection = file.named("connection").stream().findFirst();
    var type = connection.flatMap(section -> section.last("type"));
    if (type.isEmpty() || !type.get().value().equals("wireguard")) {
      return;
    }
    var written =
        connection
            .flatMap(section -> section.last("interface-name").or(() -> section.last("id")))
            .map(Entry::value)
            .orElse(source.lastName());
    var name = InterfaceName.tryParse(written);
    if (name.isEmpty()) {
      notes.error("F67", type.get().place(), "value.interface", FileValues.shown(written));
      return;
    }
    var tunnel = draft.tunnel(name.get(), connection.get().place());
    var peers = new HashSet<String>();
    boolean routed = true;
    for (var section : file.sections()) {
      if (section.name().equals("wireguard")) {
        routed = wireguard(section, tunnel, notes);
      } else if (section.name().startsWith(PEER)) {
        if (!peers.add(section.name())) {
          notes.error("F06", section.place(), "import.peer-twice");
        }
        peer(section, tunnel, notes);
      } else if (!Set.of("connection", "ipv4", "ipv6", "proxy").contains(section.name())) {
        notes.info(
            "F66", section.place(), "import.unknown", FileValues.shown("[" + section.name() + "]"));
      }
    }
    for (var section : file.named("connection")) {
      for (var entry : section.entries()) {
        boolean waits =
            entry.key().equals("autoconnect") && Set.of("false", "0").contains(entry.value());
        if (waits) {
          // Whether somebody brings it up is not in the file.
          draft.doubt(Stage.ANYWHERE, PacketMatch.ANY, entry.place(), "autoconnect=false");
        }
        boolean zone = entry.key().equals("zone") && !entry.value().equals("trusted");
        if (zone || Set.of("master", "controller").contains(entry.key())) {
          draft.doubt(
              zone ? Stage.INPUT : Stage.ANYWHERE,
              PacketMatch.ANY,
              entry.place(),
              entry.key() + "=" + FileValues.shown(entry.value()));
          if (zone) {
            draft.doubt(
                Stage.FORWARD,
                PacketMatch.ANY,
                entry.place(),
                "zone=" + FileValues.shown(entry.value()));
          }
        }
      }
    }
    for (var family : Family.values()) {
      String wanted = family == Family.IPV4 ? "ipv4" : "ipv6";
      file.named(wanted).forEach(section -> ip(section, family, draft, tunnel));
    }
    settle(file, draft, tunnel, routed);
  }

  /** Reads the tunnel's own section; whether allowed IPs are routed. */
  private static boolean wireguard(Section section, TunnelDraft tunnel, Notes notes) {
    boolean routed = true;
    for (var entry : section.entries()) {
      switch (entry.key()) {
        case "private-key" -> tunnel.privateKey(entry.value(), entry.place());
        case "private-key-flags" -> {
          if (!entry.value().equals("0")) {
            notes.info("F66", entry.place(), "import.key-file");
          }
        }
        case "listen-port" -> tunnel.listenPort(entry.value(), entry.place());
        case "fwmark" -> tunnel.mark(entry.value(), entry.place());
        case "mtu" -> tunnel.mtu(entry.value(), entry.place());
        case "peer-routes" -> routed = isTrue(entry.value());
        case "ip4-auto-default-route", "ip6-auto-default-route" -> {}
        default -> SETTINGS.tell(entry.key(), section.keys(), entry.place(), notes);
      }
    }
    return routed;
  }

  private static void peer(Section section, TunnelDraft tunnel, Notes notes) {
    String key = section.name().substring(PEER.length());
    var peer = tunnel.peer(section.place());
    peer.publicKey(key, section.place());
    section.remark().ifPresent(peer::name);
    for (var entry : section.entries()) {
      switch (entry.key()) {
        case "endpoint" -> peer.endpoint(entry.value(), entry.place());
        case "preshared-key" -> peer.presharedKey(entry.value(), entry.place());
        case "preshared-key-flags" -> {
          if (!entry.value().equals("0")) {
            notes.info("F66", entry.place(), "import.key-file");
          }
        }
        case "persistent-keepalive" -> peer.keepalive(entry.value(), entry.place());
        case "allowed-ips" ->
            items(entry.value()).forEach(word -> peer.allowedIp(word, entry.place()));
        default -> PEER_SETTINGS.tell(entry.key(), section.keys(), entry.place(), notes);
      }
    }
    boolean shared = section.last("preshared-key").isPresent();
    if (shared && section.last("preshared-key-flags").isEmpty()) {
      notes.warning("F04", section.place(), "import.nm-psk-flags");
    }
    if (PublicKey.parse(key).isEmpty()) {
      peer.drop();
    }
  }

  private static void ip(Section section, Family family, NodeDraft draft, TunnelDraft tunnel) {
    for (var entry : section.entries()) {
      String key = entry.key();
      if (key.matches("address(es)?[0-9]*")) {
        items(entry.value()).forEach(word -> address(word, entry, tunnel));
      } else if (key.equals("dns")) {
        items(entry.value()).forEach(word -> tunnel.server(word, entry.place()));
      } else if (key.equals("dns-search")) {
        items(entry.value()).stream()
            .filter(word -> !word.startsWith("~"))
            .forEach(word -> tunnel.domain(word, entry.place()));
      } else if (key.matches("route[0-9]+")) {
        route(section, entry, draft, tunnel);
      } else if (key.matches("route[0-9]+_options")) {
        routeOptions(section, entry, draft.notes());
      } else if (key.matches("routing-rule[0-9]+")) {
        rule(entry, family, draft);
      } else if (decides(section, entry, family, tunnel)) {
        draft.doubt(
            Stage.ANYWHERE,
            PacketMatch.ANY.from(List.of(new Prefix(family.any(), 0))),
            entry.place(),
            key + "=" + FileValues.shown(entry.value()));
      } else if (!Set.of("method", "route-table", "never-default", "dns-priority", "addr-gen-mode")
          .contains(key)) {
        draft.notes().info("F66", entry.place(), "import.unknown", FileValues.shown(key));
      }
    }
    boolean disabled = section.last("method").filter(e -> e.value().equals("disabled")).isPresent();
    boolean addressed =
        tunnel.addresses().stream().anyMatch(own -> own.address().family() == family);
    if (!disabled && !addressed && section.last("method").isPresent()) {
      String method = section.last("method").get().value().toLowerCase(Locale.ROOT);
      if (method.equals("manual")) {
        draft.notes().error("F19", section.place(), "import.nm-no-address");
        tunnel.refuse();
      }
    }
  }

  /** Whether a setting decides where packets go, and is not followed. */
  private static boolean decides(Section section, Entry entry, Family family, TunnelDraft tunnel) {
    String value = entry.value().strip();
    return switch (entry.key()) {
      // The tunnel's own prefix goes into that table too.
      case "route-table" -> !isMain(value) && !isAsked(section, value);
      case "method" ->
          !value.equals("manual")
              && section.entries().stream()
                  .anyMatch(other -> other.key().matches("address(es)?[0-9]*"));
      case "forwarding" -> !value.equals("auto") && !value.equals("-1");
      case "never-default" ->
          isTrue(value)
              && tunnel.allowedIps().stream()
                  .anyMatch(prefix -> prefix.isDefault() && prefix.family() == family);
      default -> false;
    };
  }

  /** An address may be followed by a gateway, which a tunnel has no use for. */
  private static void address(String word, Entry entry, TunnelDraft tunnel) {
    int comma = word.indexOf(',');
    tunnel.address(comma < 0 ? word : word.substring(0, comma), entry.place());
  }

  /** What a route has beside its words; that in another table is met only by rules. */
  private static void routeOptions(Section section, Entry entry, Notes notes) {
    for (var word : entry.value().split(",")) {
      int equals = word.indexOf('=');
      String name = (equals < 0 ? word : word.substring(0, equals)).strip();
      String value = equals < 0 ? "" : word.substring(equals + 1).strip();
      if (name.equals("table")) {
        if (isMain(value) || isAsked(section, value)) {
          continue;
        }
        notes.warning("F54", entry.place(), "import.nm-table", FileValues.shown(value));
      } else if (!PLAIN_OPTIONS.contains(name)) {
        notes.info("F66", entry.place(), "import.unknown", FileValues.shown(name));
      }
    }
  }

  /** Whether a rule of the same profile leads to a table. */
  private static boolean isAsked(Section section, String table) {
    return section.entries().stream()
        .filter(entry -> entry.key().matches("routing-rule[0-9]+"))
        .anyMatch(entry -> entry.value().matches(".*\\b(table|lookup) " + table + "\\b.*"));
  }

  /** A rule in the words of {@code ip rule}. */
  private static void rule(Entry entry, Family family, NodeDraft draft) {
    var words = List.of(entry.value().strip().split("[\\s,]+"));
    IpCommand.rule(words, family == Family.IPV6)
        .ifPresentOrElse(
            draft::rule,
            () -> draft.doubt(Stage.ROUTING, PacketMatch.ANY, entry.place(), entry.value()));
  }

  private static boolean isMain(String table) {
    return Set.of("", "0", "254").contains(table);
  }

  /** What the options of a route say for one of them. */
  private static Optional<String> option(Section section, Entry route, String name) {
    return section.last(route.key() + "_options").stream()
        .flatMap(options -> Arrays.stream(options.value().split(",")))
        .map(String::strip)
        .filter(word -> word.startsWith(name + "="))
        .map(word -> word.substring(name.length() + 1))
        .findFirst();
  }

  /** The table of a route. */
  private static String table(Section section, Entry route) {
    var own = option(section, route, "table");
    var all = section.last("route-table").map(entry -> entry.value().strip());
    return own.or(() -> all).orElse("");
  }

  private static void route(Section section, Entry entry, NodeDraft draft, TunnelDraft tunnel) {
    var words = entry.value().split(",", -1);
    var to = FileValues.prefix(words[0].strip(), entry.place(), draft.notes());
    var via =
        words.length < 2
            ? Optional.<IpAddress>empty()
            : IpAddress.tryParse(words[1].strip()).filter(address -> !address.isUnspecified());
    var metric =
        words.length < 3
            ? OptionalInt.empty()
            : FileValues.number(words[2].strip(), Integer.MAX_VALUE).stream()
                .mapToInt(number -> (int) number)
                .findFirst();
    String table = table(section, entry);
    boolean discards = option(section, entry, "type").filter(IpCommand::discards).isPresent();
    var kind = option(section, entry, "type").filter(type -> !type.equals("unicast"));
    if (kind.isPresent() && !discards && to.isPresent()) {
      draft.doubt(
          Stage.ROUTING,
          PacketMatch.ANY.to(List.of(to.get())),
          entry.place(),
          entry.key() + " type=" + FileValues.shown(kind.get()));
      return;
    }
    var device = discards ? IpCommand.NOWHERE : tunnel.name();
    to.map(prefix -> new Route(prefix, via, Optional.of(device), metric))
        .ifPresent(route -> {
          if (isMain(table)) {
            draft.route(route, entry.place());
          } else {
            draft.route(table, route, entry.place());
          }
        });
  }

  private static void settle(IniFile file, NodeDraft draft, TunnelDraft tunnel, boolean routed) {
    var tables =
        file.sections().stream()
            .filter(section -> section.name().equals("ipv4") || section.name().equals("ipv6"))
            .flatMap(section -> section.last("route-table").stream())
            .toList();
    if (!routed) {
      tunnel.table(new RouteTable.Off(), tunnel.place());
      var written = draft.routes().stream().map(Route::to).toList();
      if (!written.containsAll(Routes.of(withAuto(tunnel)).installed())) {
        draft.notes().warning("F54", tunnel.place(), "import.unrouted.nm", tunnel.name().text());
      }
    } else if (!tables.isEmpty()) {
      var number = NetworkdImporter.table(tables.getFirst(), draft.notes());
      if (number.isPresent() && number.getAsLong() != NetworkdRouting.MAIN) {
        tunnel.table(NetworkdImporter.asTable(number), tables.getFirst().place());
      }
    }
  }

  private static TunnelInterface withAuto(TunnelDraft tunnel) {
    var now = tunnel.finish();
    return new TunnelInterface(
        now.name(),
        now.privateKey(),
        now.publicKey(),
        now.addresses(),
        now.listenPort(),
        now.firewallMark(),
        now.mtu(),
        new RouteTable.Auto(),
        now.dns(),
        now.peers());
  }

  private static List<String> items(String value) {
    return Arrays.stream(value.split(";")).map(String::strip).filter(w -> !w.isEmpty()).toList();
  }

  private static boolean isTrue(String value) {
    return Set.of("true", "yes", "1").contains(value);
  }
}
