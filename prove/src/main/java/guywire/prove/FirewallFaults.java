package guywire.prove;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.format.input.HookEffect;
import guywire.format.input.HookEffect.Change;
import guywire.network.FilterRule.Verdict;
import guywire.network.Firewall;
import guywire.network.Forwarding;
import guywire.network.Hook;
import guywire.network.InterfaceName;
import guywire.network.NatRule;
import guywire.network.NodeConfig;
import guywire.network.PacketMatch;
import guywire.network.PacketMatch.InterfaceMatch;
import guywire.network.Site;
import guywire.network.Spot;
import guywire.network.text.Place;
import guywire.network.text.Text;
import guywire.prove.HostFacts.Trait;
import guywire.prove.Stop.Why;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Faults of firewalls and address translation: F46 to F51. */
final class FirewallFaults {

  /** Nobody types a rule of more prefixes than this. */
  private static final int MOST_SOURCES = 100;

  private FirewallFaults() {}

  /** F46. */
  static void wideMasquerade(Inspection in, FaultReport report) {
    for (var node : in.nodes()) {
      var found =
          in.effects(node).stream()
              .filter(HookModel::isUp)
              .filter(effect -> masquerade(effect).isPresent())
              .toList();
      if (!found.isEmpty()) {
        var sources = sources(in, node);
        found.forEach(effect ->
            masquerade(in, report, node, effect, masquerade(effect).orElseThrow(), sources));
      }
    }
  }

  /** A masquerading rule, if an effect is one. */
  private static Optional<NatRule.Masquerade> masquerade(HookEffect effect) {
    return effect instanceof HookEffect.Rewrites rewrites
            && rewrites.rule() instanceof NatRule.Masquerade rule
        ? Optional.of(rule)
        : Optional.empty();
  }

  private static void masquerade(
      Inspection in,
      FaultReport report,
      NodeConfig node,
      HookEffect effect,
      NatRule.Masquerade rule,
      List<Prefix> sources) {
    var match = rule.match();
    var place = in.hook(node, effect.source().hook());
    var out = match.out().filter(o -> !o.negated()).map(o -> o.name());
    boolean intoTunnel =
        out.isPresent() && node.interfaces().stream().anyMatch(t -> t.name().equals(out.get()));
    // A rule that is not there once the host is set up does no harm.
    boolean there = node.nat().contains(rule);
    if (intoTunnel && there) {
      report.warning("F46.tunnel", node, place, out.get().text());
      report.proposing(finding -> shown(in, node, rule, finding.mend()));
    } else if (there && match.in().isEmpty() && isOfAll(match.from())) {
      String device = out.map(InterfaceName::text).orElse("eth0");
      String prefixes = sources.isEmpty() ? "PREFIX" : joined(sources);
      report.warning("F46", node, place, device, prefixes);
      if (!sources.isEmpty()) {
        report.proposing(
            new FileEdit.Narrow(node.name(), rule, new NatRule.Masquerade(match.from(sources))));
      }
    }
  }

  /** Whether sources are all that iptables has, or not said. */
  private static boolean isOfAll(List<Prefix> from) {
    return from.isEmpty() || from.equals(List.of(Prefix.ALL_IPV4));
  }

  /** The LANs of a host with their own addresses at its peers, and no rule that hides them. */
  private static List<Mend> shown(
      Inspection in, NodeConfig node, NatRule.Masquerade rule, Text mend) {
    var edits = new ArrayList<FileEdit>();
    edits.add(new FileEdit.DropNat(node.name(), rule));
    for (var lan : in.site(node).map(Site::lans).orElse(List.of())) {
      for (var link : in.links()) {
        boolean lacks =
            link.far().filter(far -> far.node() == node).isPresent()
                && link.peer().allowedIps().stream().noneMatch(p -> p.contains(lan.prefix()));
        if (lacks) {
          edits.add(
              new FileEdit.AllowMore(
                  link.near().node().name(), link.peerName(), link.peer(), lan.prefix()));
        }
      }
    }
    return List.of(
        Mend.of(mend, edits.toArray(FileEdit[]::new)),
        Mend.like("F46.alone", mend, new FileEdit.DropNat(node.name(), rule)));
  }

  private static String joined(List<Prefix> prefixes) {
    return String.join(",", prefixes.stream().map(Prefix::toString).toList());
  }

  /**
   * The addresses that come out of a node's tunnels: their own prefixes and those of their peers,
   * or else each single address; and the LANs whose router it is. They stand in one rule, separated
   * by commas, as iptables takes them. Nothing if they are more than anybody types.
   */
  private static List<Prefix> sources(Inspection in, NodeConfig node) {
    var lans =
        in.site(node)
            .filter(site -> site.routerNode().equals(Optional.of(node.name())))
            .map(site -> site.lans().stream().map(Site.Lan::prefix).toList())
            .orElse(List.of());
    var own = node.interfaces().stream().flatMap(tunnel -> tunnel.addresses().stream()).toList();
    var all =
        Stream.of(
                own.stream().map(address -> address.prefix()),
                node.interfaces().stream()
                    .flatMap(tunnel -> tunnel.peers().stream())
                    .flatMap(peer -> peer.allowedIps().stream()),
                lans.stream())
            .flatMap(one -> one)
            .filter(prefix -> prefix.family() == Family.IPV4 && !prefix.isDefault())
            .distinct()
            .toList();
    var hosts = own.stream().map(a -> Prefix.host(a.address())).collect(Collectors.toSet());
    var around = new PrefixMap<Prefix>();
    all.stream().filter(prefix -> !prefix.isHost()).forEach(prefix -> around.put(prefix, prefix));
    var kept =
        all.stream()
            .filter(prefix -> !hosts.contains(prefix))
            .filter(
                prefix -> around.around(prefix).stream().allMatch(w -> w.value().equals(prefix)))
            .toList();
    return kept.size() > MOST_SOURCES ? List.of() : kept;
  }

  /** F47. */
  static void missingMasquerade(Inspection in, FaultReport report) {
    for (var link : in.links()) {
      if (link.far().isEmpty() || link.back().isEmpty()) {
        continue;
      }
      var all = ofAll(link.peer().allowedIps());
      if (all.isEmpty()) {
        continue;
      }
      var target = all.get().family() == Family.IPV4 ? Spot.Outside.IPV4 : Spot.Outside.IPV6;
      if (!isExit(in, link, target)) {
        continue;
      }
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
            Prefix.host(answer.get().there().packet().source()).toString(),
            in.facts(far.node()).interfaces().stream().findFirst().orElse("INTERFACE"));
        report.proposing(new FileEdit.Masquerade(far.node().name()));
      }
    }
  }

  private static Optional<Prefix> ofAll(List<Prefix> prefixes) {
    for (var prefix : prefixes) {
      if (prefix.isDefault()) {
        return Optional.of(prefix);
      }
    }
    return Optional.empty();
  }

  /** Whether what the near end sends to the internet goes to this peer, and to no other. */
  private static boolean isExit(Inspection in, Inspection.InspectedLink link, IpAddress target) {
    var near = link.near();
    boolean owner =
        in.owners(near)
            .longest(target)
            .filter(entry -> entry.value().publicKey().equals(link.peer().publicKey()))
            .isPresent();
    return owner
        && in.reachability().answersBy(near.node().name(), near.tunnel(), Prefix.host(target));
  }

  private static void name(InterfaceMatch match, int hook, Map<String, Integer> named) {
    match.names().forEach(name -> named.putIfAbsent(name.text(), hook));
  }

  /** F48. */
  static void interfaceNames(Inspection in, FaultReport report) {
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
        match.flatMap(PacketMatch::in).ifPresent(m -> name(m, effect.source().hook(), named));
        match.flatMap(PacketMatch::out).ifPresent(m -> name(m, effect.source().hook(), named));
      }
      for (var entry : named.entrySet()) {
        boolean tunnel =
            node.interfaces().stream().anyMatch(t -> t.name().text().equals(entry.getKey()));
        var match = InterfaceMatch.of(new InterfaceName(entry.getKey()));
        boolean there =
            known.stream().anyMatch(match::covers)
                || entry.getKey().endsWith("+")
                    && (known.isEmpty()
                        || node.interfaces().stream().anyMatch(t -> match.covers(t.name().text())));
        if (tunnel || there || entry.getKey().equals("lo")) {
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
  static void ruleOrder(Inspection in, FaultReport report) {
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
  static void otherFirewalls(Inspection in, FaultReport report) {
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
          String key = facts.has(Trait.DOCKER) ? "F50" : "F50.ufw";
          report.error(key, node, place, who, tunnel.name().text());
          report.proposing(finding ->
              List.of(
                  Mend.of(finding.mend(), passing(node, tunnel.name(), facts))
                      .passing(node.name(), tunnel.name())));
        } else if (one && !letsAnswersPass(in, node, accepts.values().iterator().next())) {
          boolean in0 = accepts.containsKey("in");
          report.warning(
              "F50.one-way",
              node,
              place,
              tunnel.name().text(),
              in0 ? "-i" : "-o",
              in0 ? "-o" : "-i");
          report.proposing(finding ->
              Stream.of("-A", "-I")
                  .map(how -> otherWay(node, tunnel.name(), how, in0, finding.mend()))
                  .toList());
        }
      }
    }
  }

  /** The commands that let through what a tunnel takes and brings. */
  private static FileEdit passing(NodeConfig node, InterfaceName tunnel, HostFacts facts) {
    var commands =
        facts.has(Trait.DOCKER)
            ? List.of(
                "iptables -I DOCKER-USER -i " + tunnel + " -j ACCEPT",
                "iptables -I DOCKER-USER -o " + tunnel + " -j ACCEPT")
            : List.of("ufw route allow in on " + tunnel, "ufw route allow out on " + tunnel);
    return new FileEdit.RunUp(node.name(), tunnel, commands);
  }

  /** A rule for the direction that has none, behind all others or ahead of them. */
  private static Mend otherWay(
      NodeConfig node, InterfaceName tunnel, String how, boolean in, Text mend) {
    String rule = "iptables " + how + " FORWARD " + (in ? "-o " : "-i ") + tunnel + " -j ACCEPT";
    var edit = new FileEdit.RunUp(node.name(), tunnel, List.of(rule));
    var proposed = how.equals("-A") ? Mend.of(mend, edit) : Mend.like("F50.ahead", mend, edit);
    return proposed.passing(node.name(), tunnel);
  }

  /**
   * Whether a filter passes on what comes out of a tunnel and what goes into it, as far as it is
   * decided by rules that ask for nothing but the interface.
   */
  static boolean letsThrough(NodeConfig node, InterfaceName tunnel) {
    return letsThrough(node, tunnel, true) && letsThrough(node, tunnel, false);
  }

  private static boolean letsThrough(NodeConfig node, InterfaceName tunnel, boolean in) {
    for (var rule : node.firewall().forward()) {
      var match = rule.match();
      var side = in ? match.in() : match.out();
      boolean here = side.map(s -> s.covers(tunnel.text()) != s.negated()).orElse(true);
      var bare =
          in
              ? new PacketMatch(
                  Optional.empty(),
                  match.out(),
                  match.from(),
                  match.to(),
                  match.transport(),
                  match.ports(),
                  match.connections())
              : new PacketMatch(
                  match.in(),
                  Optional.empty(),
                  match.from(),
                  match.to(),
                  match.transport(),
                  match.ports(),
                  match.connections());
      if (here && isWide(bare)) {
        return rule.verdict() == Verdict.ACCEPT;
      }
    }
    return node.firewall().forwardDefault() == Verdict.ACCEPT;
  }

  /** Whether a match is for every packet of IPv4. */
  private static boolean isWide(PacketMatch match) {
    boolean all =
        Stream.concat(match.from().stream(), match.to().stream()).allMatch(Prefix.ALL_IPV4::equals);
    return all
        && match.in().isEmpty()
        && match.out().isEmpty()
        && match.transport().isEmpty()
        && match.ports().isEmpty()
        && match.connections() == PacketMatch.Connections.ANY;
  }

  /** Whether answers pass whatever the rules say: ufw lets them, before its own rules. */
  private static boolean letsAnswersPass(Inspection in, NodeConfig node, int hook) {
    return in.facts(node).has(Trait.UFW)
        || in.effects(node).stream()
            .filter(effect -> effect.source().hook() == hook)
            .anyMatch(effect -> effect.source().command().matches("(sudo )?(/\\S*/)?ufw .*"));
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
    var unreached = HookRuleFaults.unreached(in, node);
    for (var effect : in.effects(node)) {
      if (effect instanceof HookEffect.Filters filters
          && HookModel.isUp(effect)
          && !unreached.contains(filters)
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
  static void unevenHooks(Inspection in, FaultReport report) {
    for (var node : in.nodes()) {
      var balance = new LinkedHashMap<String, Integer>();
      var places = new HashMap<String, Place>();
      var commands = new HashMap<String, String>();
      for (var effect : in.effects(node)) {
        var change = change(effect);
        if (change.isEmpty() || effect.source().when() == Hook.When.SCRIPT) {
          continue;
        }
        String rule = rule(effect.source().command());
        boolean up = HookModel.isUp(effect);
        if (up != (change.get() == Change.DELETE)) {
          balance.merge(rule, up ? 1 : -1, Integer::sum);
          commands.putIfAbsent(rule, effect.source().command());
          places.putIfAbsent(rule, in.hook(node, effect.source().hook()));
        }
      }
      balance.forEach((rule, count) -> {
        var place = places.getOrDefault(rule, in.subject().place(node));
        if (count > 0) {
          String added = commands.getOrDefault(rule, "");
          report.warning(
              added.matches("(sudo )?(/\\S*/)?nft .*") ? "F51.nft" : "F51",
              node,
              place,
              rule,
              undoing(added));
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

  /** The command that takes away what a command adds. */
  private static String undoing(String command) {
    return command
        .replaceAll(" -(?:[AI]|-append|-insert) (\\S+)(?: [0-9]+(?= ))?", " -D $1")
        .replaceFirst(
            "ufw route (?:insert [0-9]+ )?(?=allow|deny|reject|limit)", "ufw route delete ")
        .replaceFirst("ufw (?:insert [0-9]+ )?(?=allow|deny|reject|limit)", "ufw delete ");
  }

  /** A command without what differs between adding a rule and taking it away. */
  private static String rule(String command) {
    return command
        .replaceAll(" -(?:[AID]|-append|-insert|-delete) (\\S+)(?: [0-9]+(?= ))?", " $1")
        .replaceFirst("^ufw (?:--force )?delete ", "ufw ")
        .replaceFirst("^ufw route delete ", "ufw route ")
        .replaceFirst("^ufw (route )?insert [0-9]+ ", "ufw $1");
  }
}
