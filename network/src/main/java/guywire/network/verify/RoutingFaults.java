package guywire.network.verify;

import guywire.network.config.FilterRule.Verdict;
import guywire.network.config.Firewall;
import guywire.network.config.Forwarding;
import guywire.network.config.InterfaceName;
import guywire.network.config.NatRule;
import guywire.network.config.NodeConfig;
import guywire.network.config.PacketMatch;
import guywire.network.config.RouteTable;
import guywire.network.config.Routes;
import guywire.network.config.Site;
import guywire.network.config.Spot;
import guywire.network.format.HookEffect;
import guywire.network.format.HookEffect.Change;
import guywire.network.text.Place;
import guywire.network.verify.HostFacts.Trait;
import guywire.network.verify.Inspection.Link;
import guywire.network.verify.Inspection.Tunnel;
import guywire.network.verify.Stop.Why;
import guywire.protocol.IpAddress.Family;
import guywire.protocol.Prefix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Faults of routing, forwarding, filters and address translation: F40, F43 to F56. */
final class RoutingFaults {

  private RoutingFaults() {}

  /** F43. */
  static void forwarding(Inspection in, Report report) {
    var told = new HashSet<NodeConfig>();
    for (var link : in.links()) {
      var relay = link.far();
      if (relay.isEmpty() || link.back().isEmpty() || told.contains(relay.get().node())) {
        continue;
      }
      var through =
          link.peer().allowedIps().stream()
              .filter(prefix -> passesOn(in, relay.get(), link, prefix))
              .findFirst();
      if (through.isPresent()) {
        var node = relay.get().node();
        boolean ipv4 = through.get().family() == Family.IPV4;
        var said = ipv4 ? node.forwardIpv4() : node.forwardIpv6();
        boolean router = in.site(node).flatMap(Site::routerNode).equals(Optional.of(node.name()));
        if (said == Forwarding.ON || (router && said == Forwarding.UNSTATED)) {
          continue;
        }
        told.add(node);
        String key = ipv4 ? "net.ipv4.ip_forward" : "net.ipv6.conf.all.forwarding";
        report.add(
            said == Forwarding.OFF
                ? guywire.network.text.Severity.ERROR
                : guywire.network.text.Severity.WARNING,
            said == Forwarding.OFF ? "F43" : "F43.unstated",
            node,
            in.subject().place(node),
            relay.get().name(),
            link.near().name(),
            through.get().toString(),
            key);
      }
    }
  }

  /** Whether a node is expected to pass on what a peer sends to a prefix. */
  private static boolean passesOn(Inspection in, Tunnel relay, Link link, Prefix prefix) {
    if (prefix.isHost() && relay.has(prefix.address())) {
      return false;
    }
    boolean lan =
        in.site(relay.node()).stream()
            .flatMap(site -> site.lans().stream())
            .anyMatch(own -> own.prefix().overlaps(prefix) && !prefix.isDefault());
    if (prefix.isDefault() || lan) {
      return true;
    }
    var near = link.near().tunnel().publicKey();
    return relay.cryptokeys().owners().entrySet().stream()
        .anyMatch(entry ->
            entry.getKey().overlaps(prefix)
                && !near.equals(Optional.of(entry.getValue().publicKey())));
  }

  /** F44. */
  static void forwardingTurnedOff(Inspection in, Report report) {
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
  static void returnRoutes(Inspection in, Report report) {
    var told = new HashSet<NodeConfig>();
    for (var link : in.links()) {
      var gateway = link.far();
      if (gateway.isEmpty() || link.back().isEmpty() || told.contains(gateway.get().node())) {
        continue;
      }
      var node = gateway.get().node();
      var site = in.site(node).filter(s -> !s.routerNode().equals(Optional.of(node.name())));
      for (var lan : site.map(Site::lans).orElse(List.of())) {
        boolean expected =
            link.peer().allowedIps().stream()
                .anyMatch(p -> p.contains(lan.prefix()) || lan.prefix().contains(p));
        if (expected && dies(in, link, lan)) {
          told.add(node);
          report.error(
              "F45",
              node,
              in.subject().place(node),
              lan.prefix().toString(),
              gateway.get().name(),
              lan.router().toString(),
              link.back().get().allowedIps().isEmpty()
                  ? "-"
                  : link.back().get().allowedIps().getFirst().toString());
        }
      }
    }
  }

  /** Whether an answer from a LAN is lost though the question arrived. */
  private static boolean dies(Inspection in, Link link, Site.Lan lan) {
    var gateway = link.far().orElseThrow();
    var target = lan.prefix().last().plus(-2);
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
      var packet = new Packet(source, target, guywire.network.config.Transport.ICMP, 0, 0);
      var answer =
          in.reachability().afterTunnel(gateway.node().name(), gateway.tunnel().name(), packet);
      boolean back =
          answer.back().stream()
              .flatMap(way -> way.hops().stream())
              .anyMatch(hop -> hop.machine().equals(gateway.name()));
      if (answer.arrives()) {
        return !back;
      }
    }
    return false;
  }

  /** F46. */
  static void wideMasquerade(Inspection in, Report report) {
    for (var node : in.nodes()) {
      for (var effect : in.effects(node)) {
        if (effect instanceof HookEffect.Rewrites rewrites
            && HookModel.isUp(effect)
            && rewrites.rule() instanceof NatRule.Masquerade masquerade) {
          masquerade(in, report, node, effect, masquerade.match());
        }
      }
    }
  }

  private static void masquerade(
      Inspection in, Report report, NodeConfig node, HookEffect effect, PacketMatch match) {
    var place = in.hook(node, effect.source().hook());
    var out = match.out().filter(o -> !o.negated()).map(o -> o.name());
    boolean intoTunnel =
        out.isPresent() && node.interfaces().stream().anyMatch(t -> t.name().equals(out.get()));
    if (intoTunnel) {
      report.warning("F46.tunnel", node, place, out.get().text());
    } else if (match.in().isEmpty() && match.from().isEmpty()) {
      String overlay =
          node.interfaces().getFirst().addresses().isEmpty()
              ? "10.0.0.0/24"
              : node.interfaces().getFirst().addresses().getFirst().prefix().toString();
      report.warning("F46", node, place, out.map(InterfaceName::text).orElse("*"), overlay);
    }
  }

  /** F47. */
  static void missingMasquerade(Inspection in, Report report) {
    for (var link : in.links()) {
      var all = link.peer().allowedIps().stream().filter(Prefix::isDefault).findFirst();
      if (all.isEmpty() || link.far().isEmpty() || link.back().isEmpty()) {
        continue;
      }
      var target = all.get().family() == Family.IPV4 ? Spot.Outside.IPV4 : Spot.Outside.IPV6;
      var answer = RelayFaults.through(in, link, target);
      boolean lost =
          answer.filter(Answer::arrives).isPresent()
              && answer.flatMap(Answer::back).filter(w -> !w.arrived()).isPresent()
              && answer.get().stop().orElseThrow().why() == Why.NOT_ON_INTERNET;
      if (lost) {
        var far = link.far().get();
        report.error(
            "F47",
            far.node(),
            in.subject().place(far.node()),
            link.near().name(),
            far.name(),
            Prefix.host(answer.get().there().packet().source()).toString());
      }
    }
  }

  /** F48. */
  static void interfaceNames(Inspection in, Report report) {
    for (var node : in.nodes()) {
      var known = in.facts(node).interfaces();
      var named = new LinkedHashMap<String, Integer>();
      for (var effect : in.effects(node)) {
        var match =
            switch (effect) {
              case HookEffect.Filters filters -> Optional.of(filters.rule().match());
              case HookEffect.Rewrites rewrites -> Optional.of(rewrites.rule().match());
              default -> Optional.<PacketMatch>empty();
            };
        match
            .flatMap(PacketMatch::in)
            .ifPresent(m -> named.putIfAbsent(m.name().text(), effect.source().hook()));
        match
            .flatMap(PacketMatch::out)
            .ifPresent(m -> named.putIfAbsent(m.name().text(), effect.source().hook()));
      }
      for (var entry : named.entrySet()) {
        boolean tunnel =
            node.interfaces().stream().anyMatch(t -> t.name().text().equals(entry.getKey()));
        if (tunnel || known.contains(entry.getKey()) || entry.getKey().equals("lo")) {
          continue;
        }
        var place = in.hook(node, entry.getValue());
        if (known.isEmpty()) {
          report.info("F48.unknown", node, place, entry.getKey(), node.name().text());
        } else {
          report.error(
              "F48", node, place, entry.getKey(), node.name().text(), String.join(", ", known));
        }
      }
    }
  }

  /** F49. */
  static void ruleOrder(Inspection in, Report report) {
    for (var node : in.nodes()) {
      var facts = in.facts(node);
      for (var effect : in.effects(node)) {
        if (effect instanceof HookEffect.Filters filters
            && filters.change() == Change.APPEND
            && (facts.has(Trait.UFW) || facts.has(Trait.FIREWALLD))) {
          report.warning(
              "F49",
              node,
              in.hook(node, effect.source().hook()),
              filters.chain().name(),
              facts.has(Trait.UFW) ? "ufw" : "firewalld");
        }
      }
    }
  }

  /** F50: what others' rules drop, and rules that let through one direction only. */
  static void otherFirewalls(Inspection in, Report report) {
    for (var node : in.nodes()) {
      for (var tunnel : node.interfaces()) {
        var accepts = accepts(in, node, tunnel.name());
        boolean one = accepts.containsKey("in") != accepts.containsKey("out");
        var place =
            accepts.isEmpty()
                ? in.subject().place(node)
                : in.hook(node, accepts.values().iterator().next());
        var facts = in.facts(node);
        boolean drops = facts.has(Trait.DOCKER) || facts.has(Trait.UFW);
        String who = facts.has(Trait.DOCKER) ? "Docker" : "ufw";
        boolean forwards = node.forwardIpv4() == Forwarding.ON;
        if (drops && forwards && accepts.isEmpty() && isSilent(node)) {
          report.error("F50", node, place, who, tunnel.name().text());
        } else if (one && !(drops && facts.has(Trait.UFW))) {
          boolean in0 = accepts.containsKey("in");
          report.warning(
              "F50.one-way",
              node,
              place,
              tunnel.name().text(),
              in0 ? "-i" : "-o",
              in0 ? "-o" : "-i");
        }
      }
    }
  }

  /** Whether no rule of the node speaks of its tunnels. */
  private static boolean isSilent(NodeConfig node) {
    var firewall = node.firewall();
    return !firewall.equals(Firewall.OPEN)
        && firewall.forward().stream()
            .noneMatch(rule -> rule.match().in().isPresent() || rule.match().out().isPresent());
  }

  private static Map<String, Integer> accepts(
      Inspection in, NodeConfig node, InterfaceName tunnel) {
    var found = new LinkedHashMap<String, Integer>();
    for (var effect : in.effects(node)) {
      if (effect instanceof HookEffect.Filters filters
          && HookModel.isUp(effect)
          && filters.chain() != HookEffect.Chain.INPUT
          && filters.rule().verdict() == Verdict.ACCEPT) {
        var match = filters.rule().match();
        boolean incoming = match.in().map(m -> m.name().equals(tunnel)).orElse(false);
        boolean outgoing = match.out().map(m -> m.name().equals(tunnel)).orElse(false);
        boolean everything = match.in().isEmpty() && match.out().isEmpty();
        if (incoming || everything) {
          found.putIfAbsent("in", effect.source().hook());
        }
        if (outgoing || everything) {
          found.putIfAbsent("out", effect.source().hook());
        }
      }
    }
    return found;
  }

  /** F51. */
  static void unevenHooks(Inspection in, Report report) {
    for (var node : in.nodes()) {
      var balance = new LinkedHashMap<String, Integer>();
      var places = new HashMap<String, Place>();
      for (var effect : in.effects(node)) {
        var change = change(effect);
        if (change.isEmpty()) {
          continue;
        }
        String rule = rule(effect.source().command());
        boolean up = HookModel.isUp(effect);
        if (up != (change.get() == Change.DELETE)) {
          balance.merge(rule, up ? 1 : -1, Integer::sum);
          places.putIfAbsent(rule, in.hook(node, effect.source().hook()));
        }
      }
      balance.forEach((rule, count) -> {
        var place = places.getOrDefault(rule, in.subject().place(node));
        if (count > 0) {
          report.warning("F51", node, place, rule);
        } else if (count < 0) {
          report.warning("F51.only-down", node, place, rule);
        }
      });
    }
  }

  private static Optional<Change> change(HookEffect effect) {
    return switch (effect) {
      case HookEffect.Filters filters -> Optional.of(filters.change());
      case HookEffect.Rewrites rewrites -> Optional.of(rewrites.change());
      case HookEffect.Clamps clamps -> Optional.of(clamps.change());
      default -> Optional.empty();
    };
  }

  /** A command without what differs between adding a rule and taking it away. */
  private static String rule(String command) {
    return command
        .replaceAll(" -(?:[AID]|-append|-insert|-delete) (\\S+)(?: [0-9]+(?= ))?", " $1")
        .replaceFirst("^ufw (?:--force )?delete ", "ufw ")
        .replaceFirst("^ufw route delete ", "ufw route ");
  }

  /** F52. */
  static void foreignRules(Inspection in, Report report) {
    for (var tunnel : in.tunnels()) {
      boolean marked = !Routes.of(tunnel.tunnel(), tunnel.cryptokeys()).marked().isEmpty();
      if (marked && in.facts(tunnel.node()).has(Trait.NETWORKD)) {
        report.warning("F52", tunnel.node(), AddressFaults.allTraffic(in, tunnel), tunnel.name());
      }
    }
  }

  /** F53. */
  static void reversePath(Inspection in, Report report) {
    for (var node : in.nodes()) {
      boolean strict = in.facts(node).has(Trait.STRICT_REVERSE_PATH);
      var place = in.subject().place(node);
      for (var effect : in.effects(node)) {
        if (effect instanceof HookEffect.Setting setting
            && setting.key().matches("net\\.ipv4\\.conf\\..*\\.rp_filter")
            && HookModel.isUp(effect)) {
          strict = setting.value().equals("1");
          place = in.hook(node, effect.source().hook());
        }
      }
      boolean manyWays =
          node.interfaces().size() > 1
              || node.interfaces().stream().anyMatch(t -> !Routes.of(t).marked().isEmpty());
      if (strict && manyWays) {
        report.error("F53", node, place, node.name().text());
      }
    }
  }

  /** F54. */
  static void tables(Inspection in, Report report) {
    for (var tunnel : in.tunnels()) {
      var config = tunnel.tunnel();
      boolean off = config.table() instanceof RouteTable.Off;
      boolean routed =
          tunnel.node().routes().stream()
              .anyMatch(r -> r.device().map(config.name()::equals).orElse(r.via().isPresent()));
      boolean connected =
          config.addresses().stream()
              .anyMatch(own ->
                  tunnel.cryptokeys().owners().keySet().stream().allMatch(own.prefix()::contains));
      boolean unknown =
          in.effects(tunnel.node()).stream().anyMatch(HookEffect.NotUnderstood.class::isInstance);
      if (off && !routed && !connected && !unknown && !tunnel.cryptokeys().owners().isEmpty()) {
        var place = in.place(tunnel, guywire.network.config.Part.Setting.TABLE);
        report.error("F54", tunnel.node(), place, config.name().text());
      }
    }
    for (var node : in.nodes()) {
      if (node.interfaces().size() > 1) {
        collisions(in, node, report);
      }
    }
  }

  private static void collisions(Inspection in, NodeConfig node, Report report) {
    var routed = new HashMap<Prefix, InterfaceName>();
    for (var tunnel : node.interfaces()) {
      if (tunnel.table() instanceof RouteTable.Auto) {
        for (var prefix : Routes.of(tunnel).installed()) {
          var before = routed.putIfAbsent(prefix, tunnel.name());
          if (before != null) {
            report.error(
                "F54.twice",
                node,
                in.subject().place(node, new guywire.network.config.Part.Tunnel(tunnel.name())),
                prefix.toString(),
                before.text(),
                tunnel.name().text());
          }
        }
      }
    }
  }

  /** F56. */
  static void twoFullTunnels(Inspection in, Report report) {
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
  static void sourceCheck(Inspection in, Report report) {
    for (var node : in.nodes()) {
      if (in.facts(node).has(Trait.SOURCE_CHECK)
          && node.forwardIpv4() == Forwarding.ON
          && node.nat().isEmpty()
          && in.site(node).isPresent()) {
        report.error("F40", node, in.subject().place(node), node.name().text());
      }
    }
  }
}
