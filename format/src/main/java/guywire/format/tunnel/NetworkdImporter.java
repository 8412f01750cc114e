package guywire.format.tunnel;

import guywire.format.input.Imported;
import guywire.format.input.Importer;
import guywire.format.input.SourceFile;
import guywire.format.syntax.FileValues;
import guywire.format.syntax.IniFile;
import guywire.format.syntax.IniFile.Entry;
import guywire.format.syntax.IniFile.Section;
import guywire.format.syntax.Notes;
import guywire.format.syntax.Spelling;
import guywire.format.tunnel.NetworkdMatch.Fit;
import guywire.network.Doubt.Stage;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.PacketMatch;
import guywire.network.Platform;
import guywire.network.RouteTable;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Reads systemd-networkd's {@code .netdev} and {@code .network} files, and beside them sysctl
 * settings, nftables scripts and dnsmasq's configuration.
 */
public final class NetworkdImporter implements Importer {

  private static final Spelling SETTINGS =
      new Spelling(
          Set.of("PrivateKey", "PrivateKeyFile", "ListenPort", "FirewallMark", "RouteTable"),
          Map.of());

  private static final Spelling PEER =
      new Spelling(
          Set.of(
              "PublicKey",
              "PresharedKey",
              "AllowedIPs",
              "Endpoint",
              "PersistentKeepalive",
              "RouteTable"),
          Map.of("Keepalive", "PersistentKeepalive"));

  private static final Spelling NETWORK =
      new Spelling(Set.of("Address", "DNS", "Domains"), Map.of());

  /** A file beside another, which adds to it. */
  private static final Pattern DROP_IN =
      Pattern.compile("(?:.*[/\\\\])?([^/\\\\]+\\.(?:netdev|network))\\.d[/\\\\][^/\\\\]+\\.conf");

  /** The file of what holds for all interfaces. */
  private static final String GLOBAL = "networkd.conf";

  private static final Set<String> TUNNEL_SECTIONS = Set.of("NetDev", "Match");

  @Override
  public List<Imported> read(Name node, List<SourceFile> files) {
    var draft = new NodeDraft(node, Platform.NETWORKD, files);
    var routing = new LinkedHashMap<InterfaceName, NetworkdRouting>();
    var devices = new TreeMap<String, IniFile>();
    var networks = new TreeMap<String, IniFile>();
    var host = new LinuxHostReader(draft);
    for (var file : files) {
      // What stands in a drop-in counts as if it stood at the end of the file itself.
      var dropIn = DROP_IN.matcher(file.path());
      String name = dropIn.matches() ? dropIn.group(1) : file.lastName();
      boolean isDevice = name.endsWith(".netdev");
      if (isDevice || name.endsWith(".network")) {
        var read = IniFile.read(file, IniFile.Dialect.SYSTEMD, draft.notes());
        (isDevice ? devices : networks)
            .merge(
                name, read, (one, other) -> dropIn.matches() ? one.with(other) : other.with(one));
      } else if (name.equals(GLOBAL)) {
        IniFile.read(file, IniFile.Dialect.SYSTEMD, draft.notes()).named("Network").stream()
            .flatMap(section -> section.entries().stream())
            .filter(entry -> entry.key().endsWith("Forwarding"))
            .forEach(entry -> NetworkdHost.forwarding(entry, draft));
      } else {
        host.read(file);
      }
    }
    devices.values().forEach(device -> netdev(device, draft, routing));
    networks(networks.values(), draft, routing);
    for (var tunnel : draft.tunnels()) {
      Optional.ofNullable(routing.get(tunnel.name()))
          .ifPresent(found -> found.settle(draft, tunnel));
    }
    return List.of(draft.finish());
  }

  private static void netdev(
      IniFile file, NodeDraft draft, Map<InterfaceName, NetworkdRouting> routing) {
    var kind = file.named("NetDev").stream().flatMap(s -> s.last("Kind").stream()).findFirst();
    var name = file.named("NetDev").stream().flatMap(s -> s.last("Name").stream()).findFirst();
    if (kind.isEmpty() || name.isEmpty() || !kind.get().value().equals("wireguard")) {
      return;
    }
    var parsed = InterfaceName.tryParse(name.get().value());
    if (parsed.isEmpty()) {
      draft
          .notes()
          .error(
              "F67", name.get().place(), "value.interface", FileValues.shown(name.get().value()));
      return;
    }
    var tunnel = draft.tunnel(parsed.get(), name.get().place());
    var routes = routing.computeIfAbsent(parsed.get(), n -> new NetworkdRouting());
    for (var section : file.sections()) {
      switch (section.name()) {
        case "NetDev" -> {
          section.last("MTUBytes").ifPresent(e -> tunnel.mtu(e.value(), e.place()));
        }
        case "WireGuard" -> wireguard(section, tunnel, routes, draft.notes());
        case "WireGuardPeer" -> peer(section, tunnel, routes, draft.notes());
        default -> unknownSection(section, draft.notes());
      }
    }
  }

  private static void wireguard(
      Section section, TunnelDraft tunnel, NetworkdRouting routes, Notes notes) {
    for (var entry : section.entries()) {
      switch (entry.key()) {
        case "PrivateKey" -> tunnel.privateKey(entry.value(), entry.place());
        case "PrivateKeyFile" -> notes.info("F66", entry.place(), "import.key-file");
        case "ListenPort" -> {
          if (!entry.value().equals("auto")) {
            tunnel.listenPort(entry.value(), entry.place());
          }
        }
        case "FirewallMark" -> tunnel.mark(entry.value(), entry.place());
        case "RouteTable" -> routes.table(entry, notes);
        case "RouteMetric" -> routes.metric(entry);
        default -> SETTINGS.tell(entry.key(), section.keys(), entry.place(), notes);
      }
    }
  }

  private static void peer(
      Section section, TunnelDraft tunnel, NetworkdRouting routes, Notes notes) {
    var peer = tunnel.peer(section.place());
    section.remark().ifPresent(peer::name);
    for (var entry : section.entries()) {
      switch (entry.key()) {
        case "PublicKey" -> peer.publicKey(entry.value(), entry.place());
        case "PublicKeyFile" -> {
          notes.info("F66", entry.place(), "import.key-file");
          peer.drop();
        }
        case "PresharedKey" -> peer.presharedKey(entry.value(), entry.place());
        case "PresharedKeyFile" -> notes.info("F66", entry.place(), "import.key-file");
        case "AllowedIPs" -> {
          // An empty value forgets what came before, as everywhere in systemd.
          if (entry.value().isEmpty()) {
            peer.forgetAllowed();
          }
          for (var word : entry.value().split("[,\\s]+")) {
            if (!word.isEmpty()) {
              peer.allowedIp(word, entry.place());
            }
          }
        }
        case "Endpoint" -> peer.endpoint(entry.value(), entry.place());
        case "PersistentKeepalive" -> peer.keepalive(entry.value(), entry.place());
        case "RouteTable" -> routes.peerTable(tunnel.peers().size() - 1, entry, notes);
        case "RouteMetric" -> routes.peerMetric(tunnel.peers().size() - 1, entry);
        default -> PEER.tell(entry.key(), section.keys(), entry.place(), notes);
      }
    }
  }

  /** Each tunnel is set up by the first file, in the order of their names, that is for it. */
  private static void networks(
      Collection<IniFile> files, NodeDraft draft, Map<InterfaceName, NetworkdRouting> routing) {
    var taken = new HashSet<InterfaceName>();
    for (var file : files) {
      var match = NetworkdMatch.of(file);
      boolean any = false;
      for (var tunnel : draft.tunnels()) {
        var fit = match.fits(tunnel.name());
        if (fit == Fit.NO) {
          continue;
        }
        any = true;
        if (!taken.add(tunnel.name())) {
          match
              .place()
              .ifPresent(place ->
                  draft.notes().warning("F66", place, "import.twice", tunnel.name().text()));
          continue;
        }
        if (fit == Fit.PERHAPS) {
          match
              .place()
              .ifPresent(place -> draft.doubt(Stage.ANYWHERE, PacketMatch.ANY, place, "[Match]"));
        }
        network(file, tunnel, draft, routing);
      }
      if (match.isEmpty()) {
        file.sections().stream()
            .findFirst()
            .ifPresent(first -> draft.notes().warning("F66", first.place(), "networkd.no-match"));
      } else if (!any) {
        NetworkdHost.other(file, match.name(), draft);
      }
    }
  }

  private static void network(
      IniFile file,
      TunnelDraft tunnel,
      NodeDraft draft,
      Map<InterfaceName, NetworkdRouting> routing) {
    var routes = routing.computeIfAbsent(tunnel.name(), n -> new NetworkdRouting());
    for (var section : file.sections()) {
      switch (section.name()) {
        case "Network" -> settings(section, draft, tunnel);
        case "Address" -> NetworkdHost.address(section, tunnel, draft);
        case "Route" -> routes.route(section, draft);
        case "RoutingPolicyRule" -> routes.rule(section, draft);
        case "Link" -> {
          section.last("MTUBytes").ifPresent(e -> tunnel.mtu(e.value(), e.place()));
          section.entries().stream()
              .filter(NetworkdHost::decides)
              .forEach(entry -> NetworkdHost.doubt(entry, draft));
        }
        default -> unknownSection(section, draft.notes());
      }
    }
  }

  private static void settings(Section section, NodeDraft draft, TunnelDraft tunnel) {
    for (var entry : section.entries()) {
      String value = entry.value();
      switch (entry.key()) {
        case "Address" -> tunnel.address(value, entry.place());
        case "DNS" -> words(value).forEach(word -> tunnel.server(word, entry.place()));
        case "Domains" ->
            words(value).stream()
                .filter(word -> !word.startsWith("~"))
                .forEach(word -> tunnel.domain(word, entry.place()));
        case "IPForward", "IPv4Forwarding", "IPv6Forwarding" ->
            NetworkdHost.forwarding(entry, draft);
        case "IPMasquerade" ->
            NetworkdHost.masquerade(
                entry,
                tunnel.addresses().stream().map(own -> own.prefix()).toList(),
                Optional.of(tunnel.name()),
                draft);
        case "DNSDefaultRoute",
            "Description",
            "LinkLocalAddressing",
            "ConfigureWithoutCarrier" -> {}
        default -> {
          if (NetworkdHost.decides(entry)) {
            NetworkdHost.doubt(entry, draft);
          } else {
            NETWORK.tell(entry.key(), section.keys(), entry.place(), draft.notes());
          }
        }
      }
    }
  }

  private static List<String> words(String value) {
    return java.util.Arrays.stream(value.split("\\s+")).filter(word -> !word.isEmpty()).toList();
  }

  private static void unknownSection(Section section, Notes notes) {
    if (!TUNNEL_SECTIONS.contains(section.name())) {
      notes.info(
          "F66", section.place(), "import.unknown", FileValues.shown("[" + section.name() + "]"));
    }
  }

  /** The number of a table, by systemd's names for the fixed ones; empty for off. */
  static OptionalLong table(Entry entry, Notes notes) {
    return switch (entry.value()) {
      case "off", "no", "false", "0" -> OptionalLong.empty();
      case "main", "yes", "true" -> OptionalLong.of(NetworkdRouting.MAIN);
      case "default" -> OptionalLong.of(253);
      case "local" -> OptionalLong.of(255);
      default -> {
        var number = FileValues.number(entry.value(), 0xffffffffL);
        if (number.isEmpty()) {
          notes.error("F66", entry.place(), "import.table", FileValues.shown(entry.value()));
        }
        yield number;
      }
    };
  }

  /** The table of this number, or none. */
  static RouteTable asTable(OptionalLong number) {
    return number.isEmpty() || number.getAsLong() == 0
        ? new RouteTable.Off()
        : new RouteTable.Number(number.getAsLong());
  }
}
