package guywire.format.tunnel;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.format.firewall.NftReader;
import guywire.format.firewall.OpenWrtFirewallReader;
import guywire.format.input.Imported;
import guywire.format.input.Importer;
import guywire.format.input.SourceFile;
import guywire.format.shell.IpCommand;
import guywire.format.syntax.FileValues;
import guywire.format.syntax.Notes;
import guywire.format.syntax.Spelling;
import guywire.format.syntax.UciFile;
import guywire.format.syntax.UciFile.Section;
import guywire.format.syntax.UciFile.Value;
import guywire.format.tunnel.TunnelDraft.PeerDraft;
import guywire.network.Doubt.Stage;
import guywire.network.Forwarding;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.PacketMatch;
import guywire.network.Platform;
import guywire.network.Route;
import guywire.network.RouteTable;
import guywire.network.RoutingPolicy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Reads OpenWrt's network and firewall configuration. */
public final class OpenWrtImporter implements Importer {

  private static final Spelling INTERFACE_OPTIONS =
      new Spelling(
          Set.of(
              "proto",
              "private_key",
              "listen_port",
              "addresses",
              "mtu",
              "fwmark",
              "nohostroute",
              "tunlink",
              "ip4table",
              "ip6table",
              "dns",
              "dns_search",
              "auto",
              "disabled",
              "delegate",
              "defaultroute",
              "metric",
              "peerdns",
              "peers"),
          Map.of(
              "address",
              "addresses",
              "ipaddr",
              "addresses",
              "ip6addr",
              "addresses",
              "port",
              "listen_port"));

  private static final Spelling PEER_OPTIONS =
      new Spelling(
          Set.of(
              "description",
              "public_key",
              "preshared_key",
              "private_key",
              "allowed_ips",
              "route_allowed_ips",
              "endpoint_host",
              "endpoint_port",
              "persistent_keepalive",
              "disabled"),
          Map.of(
              "endpoint",
              "endpoint_host",
              "endpoint_address",
              "endpoint_host",
              "port",
              "endpoint_port",
              "keepalive",
              "persistent_keepalive",
              "psk",
              "preshared_key",
              "key",
              "public_key"));

  /** What netifd's words for a rule are called by {@code ip rule}; others are the same. */
  private static final Map<String, String> RULE_WORDS =
      Map.of("src", "from", "dest", "to", "mark", "fwmark", "lookup", "table");

  /** What UCI's usual interfaces are called here. */
  private static final Map<String, String> SIDES =
      Map.of("lan", "br-lan", "wan", "wan", "wan6", "wan");

  @Override
  public List<Imported> read(Name node, List<SourceFile> files) {
    var draft = new NodeDraft(node, Platform.OPENWRT, files);
    var uci = new UciFile(draft.notes());
    for (var file : files) {
      if (file.lastName().endsWith(".nft")) {
        new NftReader(draft.firewall()).read(file);
      } else if (!file.lastName().endsWith(".sh")) {
        uci.read(file);
      }
    }
    var peers = new HashMap<String, List<Section>>();
    for (var section : uci.sections("network")) {
      if (section.type().startsWith("wireguard_")) {
        peers.computeIfAbsent(section.type(), type -> new ArrayList<>()).add(section);
      }
    }
    for (var section : uci.sections("network")) {
      if (section.type().equals("interface") && section.text("proto", "").equals("wireguard")) {
        tunnel(
            section,
            peers.getOrDefault("wireguard_" + section.name(), List.of()),
            byHand(uci, section.name()),
            draft);
      }
    }
    var devices = devices(uci);
    for (var section : uci.sections("network")) {
      switch (section.type()) {
        case "route", "route6" -> route(section, draft, devices);
        case "rule", "rule6" -> rule(section, draft, devices);
        case "interface" -> addresses(section, draft);
        default -> {}
      }
    }
    draft.forwardIpv4(Forwarding.ON, draft.whole());
    draft.forwardIpv6(Forwarding.ON, draft.whole());
    if (uci.has("firewall")) {
      new OpenWrtFirewallReader(uci, draft.firewall(), draft.whole(), devices, draft.ports())
          .read();
    } else {
      draft.notes().info("F50", draft.whole(), "openwrt.no-firewall");
    }
    uci.others()
        .forEach(one -> draft.doubt(Stage.ANYWHERE, PacketMatch.ANY, one.place(), one.text()));
    names(uci, draft);
    return List.of(draft.finish());
  }

  /** The names that the router's own dnsmasq keeps beside those of its DHCP clients. */
  private static void names(UciFile uci, NodeDraft draft) {
    var names = new StaticNames();
    for (var section : uci.sections("dhcp")) {
      if (section.type().equals("domain")) {
        names.add(section.text("name", ""), section.text("ip", ""));
      }
    }
    if (!names.isEmpty()) {
      names.serve(draft);
    }
  }

  /**
   * The Linux device of each interface of UCI, where it is said. Those to the LAN and the internet
   * are br-lan and wan whatever they are called on this router: by these names the prover knows a
   * router's two sides, and they mean the router's own zones when it is written again.
   */
  private static Map<String, String> devices(UciFile uci) {
    var devices = new HashMap<String, String>();
    devices.putAll(SIDES);
    for (var section : uci.sections("network")) {
      if (section.type().equals("interface")
          && !section.name().isEmpty()
          && !SIDES.containsKey(section.name())) {
        String proto = section.text("proto", "");
        String device = section.text("device", section.text("ifname", ""));
        if (proto.equals("wireguard")) {
          devices.put(section.name(), section.name());
        } else if (proto.startsWith("ppp")) {
          devices.put(section.name(), proto + "-" + section.name());
        } else if (!device.isEmpty()) {
          devices.put(section.name(), device);
        }
      }
    }
    return devices;
  }

  /** What a tunnel has a route to by a section of its own. */
  private static Set<Prefix> byHand(UciFile uci, String tunnel) {
    return uci.sections("network").stream()
        .filter(section -> section.type().equals("route") || section.type().equals("route6"))
        .filter(section -> section.text("interface", "").equals(tunnel))
        .flatMap(section -> Prefix.tryParse(section.text("target", "")).stream())
        .collect(Collectors.toSet());
  }

  /** A rule: each word of netifd is one of {@code ip rule}. */
  private static void rule(Section section, NodeDraft draft, Map<String, String> devices) {
    var words = new ArrayList<String>();
    for (var option : section.options().keySet()) {
      String text = section.text(option, "");
      switch (option) {
        case "invert" -> {
          if (section.isOn("invert", false)) {
            words.addFirst("not");
          }
        }
        case "action" -> words.add(text);
        case "in" -> words.addAll(List.of("iif", devices.getOrDefault(text, text)));
        case "disabled" -> {
          if (section.isOn("disabled", false)) {
            return;
          }
        }
        default -> words.addAll(List.of(RULE_WORDS.getOrDefault(option, option), text));
      }
    }
    IpCommand.rule(words, section.type().equals("rule6"))
        .ifPresentOrElse(
            draft::rule,
            () ->
                draft.doubt(
                    Stage.ROUTING, PacketMatch.ANY, section.place(), "config " + section.type()));
  }

  private static void tunnel(
      Section section, List<Section> peers, Set<Prefix> byHand, NodeDraft draft) {
    var notes = draft.notes();
    var name = InterfaceName.tryParse(section.name());
    if (name.isEmpty()) {
      notes.error("F67", section.place(), "value.interface", FileValues.shown(section.name()));
      return;
    }
    if (!section.isOn("auto", true)) {
      // Whether somebody brings it up is not in the file.
      draft.doubt(Stage.ANYWHERE, PacketMatch.ANY, section.place(), "option auto '0'");
    }
    if (section.isOn("disabled", false)) {
      notes.warning("F65", section.place(), "openwrt.disabled", section.name());
      return;
    }
    var tunnel = draft.tunnel(name.get(), section.place());
    section
        .option("private_key")
        .filter(value -> !value.text().isEmpty() && !value.text().equals("generate"))
        .ifPresentOrElse(
            value -> tunnel.privateKey(value.text(), value.place()),
            () -> notes.info("F66", section.place(), "import.key-file"));
    section.option("listen_port").ifPresent(v -> tunnel.listenPort(v.text(), v.place()));
    section.option("mtu").ifPresent(v -> tunnel.mtu(v.text(), v.place()));
    section.option("fwmark").ifPresent(v -> tunnel.mark(v.text(), v.place()));
    items(section.list("addresses")).forEach(v -> tunnel.address(v.text(), v.place()));
    items(section.list("dns")).forEach(v -> tunnel.server(v.text(), v.place()));
    items(section.list("dns_search")).forEach(v -> tunnel.domain(v.text(), v.place()));
    unknown(section, INTERFACE_OPTIONS, notes);
    var routed = new ArrayList<PeerDraft>();
    var unrouted = new ArrayList<PeerDraft>();
    for (var peer : peers) {
      if (peer.isOn("disabled", false)) {
        notes.info("F65", peer.place(), "openwrt.disabled", peer.text("description", peer.name()));
      } else {
        peer(peer, tunnel, notes)
            .ifPresent(
                added -> (peer.isOn("route_allowed_ips", false) ? routed : unrouted).add(added));
      }
    }
    table(section, tunnel, routed, unrouted, byHand, draft);
  }

  private static Optional<PeerDraft> peer(Section section, TunnelDraft tunnel, Notes notes) {
    unknown(section, PEER_OPTIONS, notes);
    if (section.option("public_key").isEmpty()) {
      notes.error("F66", section.place(), "value.no-public-key");
      return Optional.empty();
    }
    var peer = tunnel.peer(section.place());
    section.option("description").ifPresent(value -> peer.name(value.text()));
    section.option("public_key").ifPresent(v -> peer.publicKey(v.text(), v.place()));
    section
        .option("preshared_key")
        .filter(v -> !v.text().isEmpty())
        .ifPresent(v -> peer.presharedKey(v.text(), v.place()));
    section
        .option("private_key")
        .filter(v -> !v.text().isEmpty())
        .ifPresent(v -> notes.warning("F08", v.place(), "openwrt.peer-key"));
    for (var value : section.list("allowed_ips")) {
      var words = value.text().trim().split("[,\\s]+");
      if (words.length > 1) {
        notes.warning("F55", value.place(), "openwrt.comma", words[0]);
      }
      for (var word : words) {
        peer.allowedIp(word, value.place());
      }
    }
    section
        .option("endpoint_host")
        .filter(v -> !v.text().isEmpty())
        .ifPresent(v -> {
          peer.endpoint(v.text(), section.text("endpoint_port", "51820"), v.place());
          boolean name = peer.endpoint().filter(e -> e.address().isEmpty()).isPresent();
          if (name) {
            notes.info("F33", v.place(), "openwrt.name-once", FileValues.shown(v.text()));
          }
        });
    section.option("persistent_keepalive").ifPresent(v -> peer.keepalive(v.text(), v.place()));
    return Optional.of(peer);
  }

  private static void table(
      Section section,
      TunnelDraft tunnel,
      List<PeerDraft> routed,
      List<PeerDraft> unrouted,
      Set<Prefix> byHand,
      NodeDraft draft) {
    var notes = draft.notes();
    var number = section.option("ip4table").or(() -> section.option("ip6table"));
    if (unrouted.isEmpty() || routed.isEmpty()) {
      tunnel.table(
          routed.isEmpty() && !unrouted.isEmpty() ? new RouteTable.Off() : new RouteTable.Auto(),
          section.place());
    } else {
      tunnel.table(new RouteTable.Off(), section.place());
      for (var peer : routed) {
        for (var prefix : peer.allowed()) {
          draft.route(
              new Route(prefix, Optional.empty(), Optional.of(tunnel.name()), OptionalInt.empty()),
              peer.heading());
        }
      }
    }
    for (var peer : unrouted) {
      peer.allowed().stream()
          .filter(prefix -> !byHand.contains(prefix))
          .filter(
              prefix -> tunnel.addresses().stream().noneMatch(own -> own.prefix().contains(prefix)))
          .findFirst()
          .ifPresent(
              prefix -> notes.error("F55", peer.heading(), "openwrt.unrouted", prefix.toString()));
    }
    number
        .filter(value -> !routed.isEmpty() && unrouted.isEmpty())
        .map(value -> FileValues.number(value.text(), 0xffffffffL))
        .filter(value -> value.isPresent() && value.getAsLong() > 0)
        .ifPresent(
            value -> tunnel.table(new RouteTable.Number(value.getAsLong()), number.get().place()));
  }

  private static void route(Section section, NodeDraft draft, Map<String, String> devices) {
    var target = section.option("target");
    if (target.isEmpty() || section.isOn("disabled", false)) {
      return;
    }
    String type = section.text("type", "unicast");
    String text = target.get().text();
    String mask = section.text("netmask", "");
    String length = mask.isEmpty() ? "" : maskLength(mask);
    var to =
        FileValues.prefix(
            text.indexOf('/') < 0 && !length.isEmpty() ? text + "/" + length : text,
            target.get().place(),
            draft.notes());
    var via = section.option("gateway").flatMap(v -> IpAddress.tryParse(v.text()));
    var device =
        IpCommand.discards(type)
            ? Optional.of(IpCommand.NOWHERE)
            : section
                .option("interface")
                .map(v -> devices.getOrDefault(v.text(), v.text()))
                // A next hop in the LAN says enough.
                .filter(name -> via.isEmpty() || !name.equals("br-lan"))
                .flatMap(InterfaceName::tryParse);
    var metric =
        section.option("metric").map(v -> FileValues.number(v.text(), Integer.MAX_VALUE)).stream()
            .flatMapToInt(
                n -> n.isPresent() ? IntStream.of((int) n.getAsLong()) : IntStream.empty())
            .findFirst();
    boolean other = !type.equals("unicast") && !IpCommand.discards(type);
    if (to.isPresent() && (other || via.isEmpty() && device.isEmpty())) {
      draft.doubt(
          Stage.ROUTING,
          PacketMatch.ANY.to(List.of(to.get())),
          section.place(),
          "config " + section.type() + " " + type);
    } else if (to.isPresent()) {
      var route = new Route(to.get(), via, device, metric);
      String table = RoutingPolicy.table(section.text("table", RoutingPolicy.MAIN));
      if (table.equals(RoutingPolicy.MAIN)) {
        draft.route(route, section.place());
      } else {
        draft.route(table, route, section.place());
      }
    }
  }

  /** The addresses of an interface that is no tunnel. */
  private static void addresses(Section section, NodeDraft draft) {
    if (!section.text("proto", "").equals("static") || section.isOn("disabled", false)) {
      return;
    }
    String length = maskLength(section.text("netmask", ""));
    for (var value : items(section.list("ipaddr"))) {
      String text = value.text();
      InterfaceAddress.tryParse(
              text.indexOf('/') < 0 && !length.isEmpty() ? text + "/" + length : text)
          .ifPresent(own ->
              draft.elsewhere(own.prefix(), value.place(), "config interface " + section.name()));
    }
  }

  private static String maskLength(String mask) {
    var address = IpAddress.tryParse(mask);
    if (address.isEmpty() || !address.get().isIpv4()) {
      return "";
    }
    int length = Long.bitCount(address.get().low());
    return Prefix.around(address.get(), length).address().equals(address.get())
        ? String.valueOf(length)
        : "";
  }

  /** The items of a list; an older form is one option with items separated by spaces. */
  private static List<Value> items(List<Value> values) {
    var items = new ArrayList<Value>();
    for (var value : values) {
      for (var word : value.text().trim().split("\\s+")) {
        if (!word.isEmpty()) {
          items.add(new Value(word, value.place()));
        }
      }
    }
    return items;
  }

  private static void unknown(Section section, Spelling spelling, Notes notes) {
    var given = section.options().keySet();
    section
        .options()
        .forEach((option, values) -> {
          if (!spelling.known().contains(option)) {
            spelling.tell(option, given, values.getFirst().place(), notes);
          }
        });
  }
}
