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
import guywire.network.Forwarding;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.NatRule;
import guywire.network.PacketMatch;
import guywire.network.PacketMatch.InterfaceMatch;
import guywire.network.Platform;
import guywire.network.RouteTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

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

  private static final Set<String> TUNNEL_SECTIONS = Set.of("NetDev", "Match");

  @Override
  public List<Imported> read(Name node, List<SourceFile> files) {
    var draft = new NodeDraft(node, Platform.NETWORKD, files);
    var routing = new LinkedHashMap<InterfaceName, NetworkdRouting>();
    var networks = new ArrayList<IniFile>();
    var host = new LinuxHostReader(draft);
    for (var file : files) {
      String name = file.lastName();
      if (name.endsWith(".netdev")) {
        netdev(IniFile.read(file, IniFile.Dialect.SYSTEMD, draft.notes()), draft, routing);
      } else if (name.endsWith(".network")) {
        networks.add(IniFile.read(file, IniFile.Dialect.SYSTEMD, draft.notes()));
      } else {
        host.read(file);
      }
    }
    networks.forEach(network -> network(network, draft, routing));
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
        case "RouteMetric" -> {}
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
          for (var word : entry.value().split("[,\\s]+")) {
            if (!word.isEmpty()) {
              peer.allowedIp(word, entry.place());
            }
          }
        }
        case "Endpoint" -> peer.endpoint(entry.value(), entry.place());
        case "PersistentKeepalive" -> peer.keepalive(entry.value(), entry.place());
        case "RouteTable" -> routes.peerTable(tunnel.peers().size() - 1, entry, notes);
        case "RouteMetric" -> {}
        default -> PEER.tell(entry.key(), section.keys(), entry.place(), notes);
      }
    }
  }

  private static void network(
      IniFile file, NodeDraft draft, Map<InterfaceName, NetworkdRouting> routing) {
    var match = file.named("Match").stream().flatMap(s -> s.last("Name").stream()).findFirst();
    if (match.isEmpty()) {
      return;
    }
    for (var tunnel : draft.tunnels()) {
      if (matches(match.get().value(), tunnel.name().text())) {
        var routes = routing.computeIfAbsent(tunnel.name(), n -> new NetworkdRouting());
        for (var section : file.sections()) {
          switch (section.name()) {
            case "Network" -> settings(section, draft, tunnel);
            case "Address" ->
                section.last("Address").ifPresent(e -> tunnel.address(e.value(), e.place()));
            case "Route" -> routes.route(section, draft.notes());
            case "RoutingPolicyRule" -> routes.rule(section, draft);
            case "Link" ->
                section.last("MTUBytes").ifPresent(e -> tunnel.mtu(e.value(), e.place()));
            default -> unknownSection(section, draft.notes());
          }
        }
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
        case "IPForward", "IPv4Forwarding", "IPv6Forwarding" -> forwarding(entry, draft);
        case "IPMasquerade" -> masquerade(entry, draft, tunnel);
        case "DNSDefaultRoute",
            "Description",
            "LinkLocalAddressing",
            "ConfigureWithoutCarrier" -> {}
        default -> NETWORK.tell(entry.key(), section.keys(), entry.place(), draft.notes());
      }
    }
  }

  private static void forwarding(Entry entry, NodeDraft draft) {
    boolean yes = yes(entry.value());
    boolean isNew = !entry.key().equals("IPForward");
    if (entry.key().equals("IPv4Forwarding") || (!isNew && (yes || entry.value().equals("ipv4")))) {
      draft.forwardIpv4(yes || !isNew ? Forwarding.ON : Forwarding.OFF, entry.place());
    }
    if (entry.key().equals("IPv6Forwarding") || (!isNew && (yes || entry.value().equals("ipv6")))) {
      draft.forwardIpv6(yes || !isNew ? Forwarding.ON : Forwarding.OFF, entry.place());
    }
  }

  /** What comes from the tunnel's own prefix leaves with the host's address. */
  private static void masquerade(Entry entry, NodeDraft draft, TunnelDraft tunnel) {
    boolean ipv4 = yes(entry.value()) || Set.of("ipv4", "both").contains(entry.value());
    boolean ipv6 = Set.of("ipv6", "both").contains(entry.value());
    var from =
        tunnel.addresses().stream()
            .filter(own -> own.address().isIpv4() ? ipv4 : ipv6)
            .map(own -> own.prefix())
            .toList();
    if (!from.isEmpty()) {
      draft
          .firewall()
          .nat(
              new NatRule.Masquerade(
                  PacketMatch.ANY.from(from).goingOut(InterfaceMatch.not(tunnel.name()))),
              entry.place());
    }
    if (ipv4) {
      draft.forwardIpv4(Forwarding.ON, entry.place());
    }
    if (ipv6) {
      draft.forwardIpv6(Forwarding.ON, entry.place());
    }
  }

  private static boolean yes(String value) {
    return Set.of("yes", "true", "1", "on").contains(value);
  }

  private static List<String> words(String value) {
    return Arrays.stream(value.split("\\s+")).filter(word -> !word.isEmpty()).toList();
  }

  /** Names and shell patterns, separated by spaces. */
  private static boolean matches(String patterns, String name) {
    return words(patterns).stream()
        .anyMatch(pattern ->
            pattern.equals(name)
                || (pattern.endsWith("*")
                    && name.startsWith(pattern.substring(0, pattern.length() - 1))));
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
