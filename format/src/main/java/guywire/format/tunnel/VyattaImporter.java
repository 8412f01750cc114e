package guywire.format.tunnel;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.format.input.Imported;
import guywire.format.input.Importer;
import guywire.format.input.SourceFile;
import guywire.format.syntax.FileValues;
import guywire.format.syntax.Notes;
import guywire.format.tunnel.VyattaFile.Leaf;
import guywire.network.Doubt.Stage;
import guywire.network.Forwarding;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.NatRule;
import guywire.network.PacketMatch;
import guywire.network.PacketMatch.InterfaceMatch;
import guywire.network.Platform;
import guywire.network.Route;
import guywire.network.RouteTable;
import guywire.network.text.Place;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Reads VyOS and EdgeOS: interfaces, peers, static routes and masquerading. VyOS makes no routes to
 * allowed IPs; EdgeOS, whose peers are named by their keys, does unless told otherwise. Their
 * firewalls are not understood: answers that they could change say so.
 *
 * <p>From the documents of VyOS 1.3 to 1.5, and of the WireGuard package for EdgeOS.
 */
public final class VyattaImporter implements Importer {

  private static final InterfaceName NOWHERE = new InterfaceName("lo");

  private static final Set<String> OTHER_SETTINGS =
      Set.of(
          "description",
          "per-client-thread",
          "max-dns-retry",
          "mirror",
          "adjust-mss",
          "traffic-policy");

  /** Protocols that bring routes which stand in no file. */
  private static final Set<String> DYNAMIC =
      Set.of("ospf", "ospfv3", "bgp", "rip", "ripng", "isis", "babel", "failover", "eigrp");

  /** Words of a rule of NAT by which it is for other packets than its addresses say. */
  private static final Set<String> NARROWING =
      Set.of("exclude", "source", "destination", "protocol", "packet-type", "outbound-interface");

  @Override
  public List<Imported> read(Name node, List<SourceFile> files) {
    var draft = new NodeDraft(node, Platform.LINUX, files);
    var leaves = files.stream().flatMap(file -> VyattaFile.leaves(file).stream()).toList();
    draft.forwardIpv4(forwards(leaves, "ip"), draft.whole());
    draft.forwardIpv6(forwards(leaves, "ipv6"), draft.whole());
    Map<String, List<Leaf>> tunnels = new LinkedHashMap<>();
    for (var leaf : leaves) {
      if (leaf.begins("interfaces", "wireguard", "*")) {
        tunnels.computeIfAbsent(leaf.word(2), name -> new ArrayList<>()).add(leaf.after(3));
      }
    }
    tunnels.forEach((name, own) -> tunnel(name, own, draft));
    leaves.forEach(leaf -> route(leaf, draft));
    nat(leaves, draft);
    firewall(leaves, draft);
    for (var tunnel : draft.tunnels()) {
      draft.sayUnrouted(tunnel);
    }
    if (!draft.tunnels().isEmpty()) {
      draft.notes().info("A01", draft.whole(), "import.assumed.vyatta");
    }
    return List.of(draft.finish());
  }

  private static Forwarding forwards(List<Leaf> leaves, String family) {
    return leaves.stream().anyMatch(leaf -> leaf.begins("system", family, "disable-forwarding"))
        ? Forwarding.OFF
        : Forwarding.ON;
  }

  private static void tunnel(String name, List<Leaf> leaves, NodeDraft draft) {
    var place = leaves.getFirst().place();
    var parsed = InterfaceName.tryParse(name);
    if (parsed.isEmpty()) {
      draft.notes().error("F67", place, "value.interface", FileValues.shown(name));
      return;
    }
    if (leaves.stream().anyMatch(leaf -> leaf.begins("disable"))) {
      draft.notes().info("F65", place, "import.disabled", name);
      return;
    }
    var tunnel = draft.tunnel(parsed.get(), place);
    Map<String, List<Leaf>> peers = new LinkedHashMap<>();
    boolean routes = false;
    for (var leaf : leaves) {
      String value = leaf.word(1);
      switch (leaf.word(0)) {
        case "address" -> tunnel.address(value, leaf.place());
        case "port", "listen-port" -> tunnel.listenPort(value, leaf.place());
        case "mtu" -> tunnel.mtu(value, leaf.place());
        case "fwmark" -> tunnel.mark(value, leaf.place());
        case "private-key" -> privateKey(value, leaf.place(), tunnel, draft.notes());
        case "route-allowed-ips" -> routes = !value.equals("false");
        case "peer" -> peers.computeIfAbsent(value, key -> new ArrayList<>()).add(leaf.after(2));
        case "vrf", "redirect", "policy" ->
            draft.doubt(Stage.ANYWHERE, PacketMatch.ANY, leaf.place(), leaf.word(0) + " " + value);
        case "ip", "ipv6" -> {
          if (leaf.begins("*", "disable-forwarding") || leaf.begins("*", "source-validation")) {
            draft.doubt(
                Stage.FORWARD, PacketMatch.ANY, leaf.place(), leaf.word(0) + " " + leaf.word(1));
          }
        }
        case "" -> {}
        default -> {
          if (!OTHER_SETTINGS.contains(leaf.word(0)) && !leaf.begins("firewall")) {
            draft
                .notes()
                .info("F66", leaf.place(), "import.unknown", FileValues.shown(leaf.word(0)));
          }
        }
      }
    }
    boolean edge = peers.keySet().stream().anyMatch(VyattaImporter::isKey);
    boolean told = leaves.stream().anyMatch(leaf -> leaf.begins("route-allowed-ips"));
    tunnel.table(routes || edge && !told ? new RouteTable.Auto() : new RouteTable.Off(), place);
    peers.forEach((peer, own) -> peer(peer, own, tunnel, draft.notes()));
  }

  /** EdgeOS, and VyOS before 1.3, name a file or an entry of the key store. */
  private static void privateKey(String value, Place place, TunnelDraft tunnel, Notes notes) {
    if (isKey(value)) {
      tunnel.privateKey(value, place);
    } else {
      notes.warning("F02", place, "vyatta.key-file", FileValues.shown(value));
    }
  }

  private static boolean isKey(String text) {
    return text.matches("[A-Za-z0-9+/]{43}=");
  }

  private static void peer(String name, List<Leaf> leaves, TunnelDraft tunnel, Notes notes) {
    var place = leaves.getFirst().place();
    if (leaves.stream().anyMatch(leaf -> leaf.begins("disable"))) {
      notes.info("F65", place, "import.disabled", isKey(name) ? tunnel.name().text() : name);
      return;
    }
    var peer = tunnel.peer(place);
    if (isKey(name)) {
      peer.publicKey(name, place);
    } else {
      peer.name(name);
    }
    Optional<Leaf> host = Optional.empty();
    String port = "51820";
    for (var leaf : leaves) {
      String value = leaf.word(1);
      switch (leaf.word(0)) {
        case "public-key", "pubkey" -> peer.publicKey(value, leaf.place());
        case "preshared-key" -> {
          if (isKey(value)) {
            peer.presharedKey(value, leaf.place());
          } else {
            notes.warning("F04", leaf.place(), "vyatta.key-file", FileValues.shown(value));
          }
        }
        case "allowed-ips" -> {
          for (var prefix : value.split(",")) {
            peer.allowedIp(prefix.strip(), leaf.place());
          }
        }
        case "endpoint" -> peer.endpoint(value, leaf.place());
        case "address", "host-name" -> host = Optional.of(leaf);
        case "port" -> port = value;
        case "persistent-keepalive" -> peer.keepalive(value, leaf.place());
        case "description" -> {
          if (isKey(name)) {
            peer.name(value);
          }
        }
        case "" -> {}
        default ->
            notes.info("F66", leaf.place(), "import.unknown", FileValues.shown(leaf.word(0)));
      }
    }
    if (host.isPresent()) {
      peer.endpoint(host.get().word(1), port, host.get().place());
    }
  }

  /** Static routes, as VyOS 1.4 and those before write them. */
  private static void route(Leaf leaf, NodeDraft draft) {
    if (leaf.begins("policy", "route") || leaf.begins("policy", "route6")) {
      draft.doubt(Stage.ROUTING, PacketMatch.ANY, leaf.place(), "policy " + leaf.word(1));
    }
    if (leaf.begins("protocols") && DYNAMIC.contains(leaf.word(1))) {
      draft.doubt(Stage.ROUTING, PacketMatch.ANY, leaf.place(), "protocols " + leaf.word(1));
    }
    if (!leaf.begins("protocols", "static")) {
      return;
    }
    String kind = leaf.word(2);
    var to = Prefix.tryParse(leaf.word(3));
    if (!kind.matches("(interface-)?route6?") || to.isEmpty()) {
      return;
    }
    Optional<IpAddress> via = Optional.empty();
    Optional<InterfaceName> device = Optional.empty();
    switch (leaf.word(4)) {
      case "next-hop" -> via = IpAddress.tryParse(leaf.word(5));
      case "next-hop-interface", "interface" -> device = InterfaceName.tryParse(leaf.word(5));
      case "blackhole", "reject" -> device = Optional.of(NOWHERE);
      default -> {}
    }
    boolean first = leaf.words().size() <= 6;
    if (first && (via.isPresent() || device.isPresent())) {
      draft.route(new Route(to.get(), via, device, OptionalInt.empty()), leaf.place());
    } else if (!leaf.words().getLast().isEmpty()
        && !leaf.begins("*", "*", "*", "*", "description")) {
      // A distance, a table, one that is switched off.
      draft.doubt(
          Stage.ROUTING,
          PacketMatch.ANY.to(List.of(to.get())),
          leaf.place(),
          kind + " " + to.get());
    }
  }

  /** Rules of source NAT that masquerade; others are not understood. */
  private static void nat(List<Leaf> leaves, NodeDraft draft) {
    Map<String, List<Leaf>> rules = new LinkedHashMap<>();
    for (var leaf : leaves) {
      if (leaf.begins("nat", "source", "rule", "*") || leaf.begins("service", "nat", "rule", "*")) {
        rules.computeIfAbsent(leaf.word(3), number -> new ArrayList<>()).add(leaf.after(4));
      } else if (leaf.begins("nat")) {
        draft.doubt(Stage.ROUTING, PacketMatch.ANY, leaf.place(), "nat " + leaf.word(1));
      }
    }
    for (var rule : rules.values()) {
      boolean masquerades =
          rule.stream()
              .anyMatch(leaf ->
                  leaf.begins("translation", "address", "masquerade")
                      || leaf.begins("type", "masquerade"));
      if (rule.stream().anyMatch(leaf -> leaf.begins("disable"))) {
        continue;
      }
      var match = PacketMatch.ANY;
      for (var leaf : rule) {
        var device = InterfaceName.tryParse(leaf.words().getLast());
        var prefix = Prefix.tryParse(leaf.word(2));
        if (leaf.begins("outbound-interface") && device.isPresent()) {
          match = match.goingOut(InterfaceMatch.of(device.get()));
        } else if (leaf.begins("source", "address") && prefix.isPresent()) {
          match = match.from(List.of(prefix.get()));
        } else if (leaf.begins("destination", "address") && prefix.isPresent()) {
          match = match.to(List.of(prefix.get()));
        } else if (NARROWING.contains(leaf.word(0))) {
          masquerades = false;
        }
      }
      if (masquerades) {
        draft.firewall().nat(new NatRule.Masquerade(match), rule.getFirst().place());
      } else {
        draft.doubt(Stage.ROUTING, match, rule.getFirst().place(), "nat rule");
      }
    }
  }

  /** Firewalls: for what comes in or leaves by one interface, or for all. */
  private static void firewall(List<Leaf> leaves, NodeDraft draft) {
    for (var leaf : leaves) {
      var words = leaf.words();
      int at = words.indexOf("firewall");
      if (at > 0 && leaf.begins("interfaces") && words.size() > at + 2) {
        InterfaceName.tryParse(words.get(at - 1))
            .map(InterfaceMatch::of)
            .ifPresent(device -> attached(words.get(at + 1), device, leaf, draft));
      } else if (leaf.begins("firewall", "*", "prerouting") || leaf.begins("firewall", "modify")) {
        draft.doubt(Stage.ANYWHERE, PacketMatch.ANY, leaf.place(), "firewall " + leaf.word(2));
      } else if (leaf.begins("firewall", "*", "*", "filter")) {
        String chain = leaf.word(2);
        draft.doubt(
            chain.equals("input")
                ? Stage.INPUT
                : chain.equals("output") ? Stage.OUTPUT : Stage.FORWARD,
            PacketMatch.ANY,
            leaf.place(),
            "firewall " + leaf.word(1) + " " + chain);
      } else if (leaf.begins("firewall", "zone") || leaf.begins("zone-policy")) {
        draft.doubt(Stage.FORWARD, PacketMatch.ANY, leaf.place(), "firewall zone");
        draft.doubt(Stage.INPUT, PacketMatch.ANY, leaf.place(), "firewall zone");
      }
    }
  }

  private static void attached(String side, InterfaceMatch device, Leaf leaf, NodeDraft draft) {
    String command = "firewall " + side + " " + device.name();
    switch (side) {
      case "in" ->
          draft.doubt(Stage.FORWARD, PacketMatch.ANY.comingIn(device), leaf.place(), command);
      case "out" ->
          draft.doubt(Stage.FORWARD, PacketMatch.ANY.goingOut(device), leaf.place(), command);
      case "local" ->
          draft.doubt(Stage.INPUT, PacketMatch.ANY.comingIn(device), leaf.place(), command);
      default -> {}
    }
  }
}
