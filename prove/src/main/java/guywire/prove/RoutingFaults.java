package guywire.prove;

import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.format.input.HookEffect;
import guywire.network.Attachment;
import guywire.network.Doubt;
import guywire.network.Forwarding;
import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.network.Part.Setting;
import guywire.network.Platform;
import guywire.network.RouteTable;
import guywire.network.Routes;
import guywire.network.Site;
import guywire.network.Transport;
import guywire.network.TunnelInterface;
import guywire.network.VirtualRouter;
import guywire.network.text.Severity;
import guywire.network.text.Text;
import guywire.prove.HostFacts.Trait;
import guywire.prove.Inspection.InspectedLink;
import guywire.prove.Inspection.InspectedTunnel;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Faults of routing and forwarding: F40, F41, F43 to F45, F52 to F54 and F56. */
final class RoutingFaults {

  /** Platforms that make no routes unless told so, of which their readers speak (F55). */
  private static final Set<Platform> OWN_SWITCH =
      EnumSet.of(Platform.OPENWRT, Platform.NETWORKD, Platform.NETWORKMANAGER, Platform.ROUTEROS);

  private RoutingFaults() {}

  /** F43. */
  static void forwarding(Inspection in, FaultReport report) {
    var told = new HashSet<Name>();
    for (var link : in.links()) {
      var relay = link.far();
      if (relay.isEmpty() || link.back().isEmpty() || told.contains(relay.get().node().name())) {
        continue;
      }
      Optional<Prefix> through = Optional.empty();
      for (var prefix : link.peer().allowedIps()) {
        if (through.isEmpty() && link.sends(prefix) && passesOn(in, relay.get(), link, prefix)) {
          through = Optional.of(prefix);
        }
      }
      if (through.isPresent()) {
        var node = relay.get().node();
        boolean ipv4 = through.get().family() == Family.IPV4;
        var said = ipv4 ? node.forwardIpv4() : node.forwardIpv6();
        boolean router = in.site(node).flatMap(Site::routerNode).equals(Optional.of(node.name()));
        if (said == Forwarding.ON || (router && said == Forwarding.UNSTATED)) {
          continue;
        }
        told.add(node.name());
        String key = ipv4 ? "net.ipv4.ip_forward" : "net.ipv6.conf.all.forwarding";
        report.add(
            said == Forwarding.OFF ? Severity.ERROR : Severity.WARNING,
            said == Forwarding.OFF ? "F43" : "F43.unstated",
            node,
            in.subject().place(node),
            relay.get().name(),
            link.near().name(),
            through.get().toString(),
            key);
        report.proposing(new FileEdit.Forward(node.name(), ipv4));
      }
    }
  }

  /** Whether a node is expected to pass on what a peer sends to a prefix. */
  private static boolean passesOn(
      Inspection in, InspectedTunnel relay, InspectedLink link, Prefix prefix) {
    if (prefix.isHost() && (relay.has(prefix.address()) || isOwn(relay, prefix))) {
      return false;
    }
    boolean lan =
        in.site(relay.node()).stream()
            .flatMap(site -> in.knownLans(site).stream())
            .anyMatch(own -> own.overlaps(prefix) && !prefix.isDefault());
    if (prefix.isDefault() || lan) {
      return true;
    }
    var near = link.near().tunnel().publicKey();
    return relay.cryptokeys().owners().entrySet().stream()
        .anyMatch(entry ->
            entry.getKey().overlaps(prefix)
                && !near.equals(Optional.of(entry.getValue().publicKey())));
  }

  /** A tunnel that an agent chooses has no address: the node has it on its usual one. */
  private static boolean isOwn(InspectedTunnel relay, Prefix prefix) {
    return relay.tunnel().table().isSpare()
        && relay.node().interfaces().stream()
            .flatMap(tunnel -> tunnel.addresses().stream())
            .anyMatch(own -> own.address().equals(prefix.address()));
  }

  /** F44. */
  static void forwardingTurnedOff(Inspection in, FaultReport report) {
    for (var node : in.nodes()) {
      for (var effect : in.effects(node)) {
        if (effect instanceof HookEffect.Forwards forwards && !forwards.on()) {
          report.warning(
              "F44",
              node,
              in.hook(node, effect.source().hook()),
              effect.source().when().key(),
              node.name().text());
        }
      }
    }
  }

  /** F45: the answers of a LAN's machines don't find back to a gateway that is not their router. */
  static void returnRoutes(Inspection in, FaultReport report) {
    var told = new HashSet<Name>();
    for (var link : in.links()) {
      var gateway = link.far();
      if (gateway.isEmpty()
          || link.back().isEmpty()
          || in.site(gateway.get().node()).isEmpty()
          || told.contains(gateway.get().node().name())) {
        continue;
      }
      var node = gateway.get().node();
      var site = in.site(node).filter(s -> !s.routerNode().equals(Optional.of(node.name())));
      for (var lan : site.map(Site::lans).orElse(List.of())) {
        var known = in.reachability().shownLans().shown(site.orElseThrow().name(), lan.prefix());
        boolean expected =
            link.peer().allowedIps().stream().anyMatch(p -> p.contains(known) || known.contains(p));
        if (expected && dies(in, link, known)) {
          told.add(node.name());
          report.error(
              "F45",
              node,
              in.subject().place(node),
              lan.prefix().toString(),
              gateway.get().name(),
              lan.router().toString(),
              link.back().get().allowedIps().isEmpty()
                  ? "-"
                  : link.back().get().allowedIps().getFirst().toString(),
              in.attachment(node).orElse(null) instanceof Attachment.InSite place
                      && !place.addresses().isEmpty()
                  ? place.addresses().getFirst().toString()
                  : gateway.get().name());
          var back = link.back().get().allowedIps().stream().findFirst();
          report.proposing(
              finding -> findingBack(in, node, site.orElseThrow(), finding.mend(), back));
        }
      }
    }
  }

  /** A route back on the router of a LAN, or answers that need none. */
  private static List<Mend> findingBack(
      Inspection in, NodeConfig node, Site site, Text either, Optional<Prefix> back) {
    var masquerade = new FileEdit.Masquerade(node.name());
    var hidden = Mend.like("F45.masquerade", either, masquerade);
    if (back.isEmpty()
        || !(in.attachment(node).orElse(null) instanceof Attachment.InSite place)
        || place.addresses().isEmpty()) {
      return List.of(hidden);
    }
    var route =
        new FileEdit.RouteBack(site.name(), back.get(), place.addresses().getFirst(), node.name());
    return List.of(
        Mend.either(either, route, masquerade), Mend.like("F45.route", either, route), hidden);
  }

  /** Whether an answer from a LAN is lost though the question arrived. */
  private static boolean dies(Inspection in, InspectedLink link, Prefix lan) {
    var gateway = link.far().orElseThrow();
    var target = lan.last().plus(-2);
    for (var sources : link.back().orElseThrow().allowedIps()) {
      if (sources.family() != target.family()) {
        continue;
      }
      var source =
          in.tunnels().stream()
              .flatMap(tunnel -> tunnel.tunnel().addresses().stream())
              .map(own -> own.address())
              .filter(sources::contains)
              .filter(address -> !gateway.has(address))
              .findFirst()
              .orElse(sources.isHost() ? sources.address() : sources.address().plus(1));
      var packet = new Packet(source, target, Transport.ICMP, 0, 0);
      var answer =
          in.reachability().afterTunnel(gateway.node().name(), gateway.tunnel().name(), packet);
      boolean back =
          answer.back().stream()
              .flatMap(way -> way.hops().stream())
              .anyMatch(hop -> hop.machine().equals(gateway.name()) || standsFor(in, hop, gateway));
      if (answer.arrives()) {
        return !back;
      }
    }
    return false;
  }

  /** Whether a machine shares the address that leads the LAN's answers to a gateway. */
  private static boolean standsFor(Inspection in, Hop hop, InspectedTunnel gateway) {
    var shared = gateway.node().virtualRouter().map(VirtualRouter::addresses);
    return shared.isPresent()
        && in.nodes().stream()
            .filter(node -> node.name().text().equals(hop.machine()))
            .anyMatch(node -> node.virtualRouter().map(VirtualRouter::addresses).equals(shared));
  }

  /** F52. */
  static void foreignRules(Inspection in, FaultReport report) {
    for (var tunnel : in.tunnels()) {
      boolean marked = !Routes.marked(tunnel.tunnel(), tunnel.cryptokeys()).isEmpty();
      if (marked && in.facts(tunnel.node()).has(Trait.NETWORKD)) {
        report.warning("F52", tunnel.node(), AddressFaults.allTraffic(in, tunnel), tunnel.name());
      }
    }
  }

  /**
   * F54: wg-quick is told to make no routes, and nothing else makes them. Other platforms have a
   * switch of their own, and F55.
   */
  static void tables(Inspection in, FaultReport report) {
    for (var tunnel : in.tunnels()) {
      var config = tunnel.tunnel();
      var node = tunnel.node();
      boolean off = config.table() instanceof RouteTable.Off;
      boolean unknown =
          in.effects(node).stream()
              .anyMatch(effect ->
                  effect instanceof HookEffect.NotUnderstood
                      || effect instanceof HookEffect.Unclear unclear
                          && unclear.stage() == Doubt.Stage.ROUTING);
      boolean others =
          in.facts(node).has(Trait.ROUTING_DAEMON)
              || in.subject().network().policies().stream()
                  .anyMatch(policy -> policy.node().equals(node.name()));
      boolean said =
          in.subject().read().stream()
              .anyMatch(finding ->
                  finding.code().equals("F55")
                      && finding.node().equals(Optional.of(node.name().text())));
      if (!off || said || unknown || others || OWN_SWITCH.contains(node.platform())) {
        continue;
      }
      var unrouted =
          tunnel.cryptokeys().owners().keySet().stream()
              .filter(prefix -> !isRouted(node, config, prefix))
              .toList();
      if (!unrouted.isEmpty()) {
        boolean nothing = unrouted.size() == tunnel.cryptokeys().owners().size();
        report.add(
            nothing ? Severity.ERROR : Severity.WARNING,
            nothing ? "F54" : "F54.some",
            node,
            in.place(tunnel, Setting.TABLE),
            config.name().text(),
            String.join(", ", unrouted.stream().map(Prefix::toString).toList()));
        report.proposing(finding -> routed(node.name(), config, unrouted, nothing, finding.mend()));
      }
    }
  }

  /** Routes from wg-quick, or one by one; only these where others are there by hand. */
  private static List<Mend> routed(
      Name node, TunnelInterface tunnel, List<Prefix> unrouted, boolean nothing, Text either) {
    var byHand =
        unrouted.stream()
            .map(prefix -> (FileEdit) new FileEdit.AddRoute(node, tunnel.name(), prefix))
            .toList();
    if (!nothing) {
      return List.of(new Mend(either, List.of(byHand), Optional.empty()));
    }
    var auto = List.<FileEdit>of(new FileEdit.SetTable(node, tunnel.name(), new RouteTable.Auto()));
    var text = Text.of(FaultReport.class, "F54.auto.mend", either.arguments().toArray());
    var hand = Text.of(FaultReport.class, "F54.some.mend", either.arguments().toArray());
    return List.of(
        new Mend(either, List.of(auto, byHand), Optional.empty()),
        new Mend(text, List.of(auto), Optional.empty()),
        new Mend(hand, List.of(byHand), Optional.empty()));
  }

  /** Whether a connected route, or one that the host has beside, leads a prefix into a tunnel. */
  private static boolean isRouted(NodeConfig node, TunnelInterface tunnel, Prefix prefix) {
    return tunnel.addresses().stream().anyMatch(own -> own.prefix().contains(prefix))
        || node.routes().stream()
            .filter(r -> r.device().map(tunnel.name()::equals).orElse(r.via().isPresent()))
            .anyMatch(r -> r.to().contains(prefix));
  }

  /** F56. */
  static void twoFullTunnels(Inspection in, FaultReport report) {
    for (var node : in.nodes()) {
      var full = new ArrayList<String>();
      if (node.interfaces().size() > 1) {
        for (var tunnel : node.interfaces()) {
          if (Routes.of(tunnel).marked().contains(Family.IPV4)) {
            full.add(tunnel.name().text());
          }
        }
      }
      if (full.size() > 1) {
        report.warning(
            "F56", node, in.subject().place(node), String.join(", ", full), node.name().text());
      }
    }
  }

  /** F40. */
  static void sourceCheck(Inspection in, FaultReport report) {
    for (var node : in.nodes()) {
      if (in.facts(node).has(Trait.SOURCE_CHECK)
          && node.forwardIpv4() == Forwarding.ON
          && node.nat().isEmpty()
          && in.site(node).isPresent()) {
        report.error("F40", node, in.subject().place(node), node.name().text());
      }
    }
  }

  /**
   * F41: with several ways to the internet, datagrams may leave by another than they came in by.
   */
  static void severalUplinks(Inspection in, FaultReport report) {
    for (var tunnel : in.tunnels()) {
      var node = tunnel.node();
      boolean ruled =
          tunnel.tunnel().firewallMark() != 0
              || node.hooks().stream()
                  .anyMatch(hook -> hook.command().matches("(?s).*\\bip (-[46] )?rule\\b.*"));
      if (in.facts(node).has(Trait.SEVERAL_UPLINKS) && !ruled) {
        report.warning(
            "F41", node, in.place(tunnel), node.name().text(), tunnel.tunnel().name().text());
      }
    }
  }
}
