package guywire.format;

import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.address.Prefixes;
import guywire.network.FilterRule;
import guywire.network.FilterRule.Verdict;
import guywire.network.Firewall;
import guywire.network.Forwarding;
import guywire.network.Name;
import guywire.network.NatRule;
import guywire.network.NodeConfig;
import guywire.network.PacketMatch;
import guywire.network.PacketMatch.Connections;
import guywire.network.Platform;
import guywire.network.PortRange;
import guywire.network.RouteTable;
import guywire.network.Routes;
import guywire.network.TunnelInterface;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A node in the form in which two that mean the same are equal: rules cut into one family, NAT
 * rules into one source, a closing rule for everything turned into the default, the usual mark
 * unsaid.
 */
public final class Canonical {

  private Canonical() {}

  /** The canonical form, without what a platform leaves out and says so. */
  public static NodeConfig of(NodeConfig node, UnaryOperator<NodeConfig> leavingOut) {
    var left = leavingOut.apply(node);
    return new NodeConfig(
        new Name("node"),
        Platform.LINUX,
        left.interfaces().stream().map(Canonical::tunnel).toList(),
        left.routes(),
        forwarding(left.forwardIpv4()),
        forwarding(left.forwardIpv6()),
        firewall(left.firewall()),
        left.nat().stream().flatMap(rule -> nat(rule).stream()).toList(),
        left.nameServer(),
        List.of());
  }

  private static Forwarding forwarding(Forwarding forwarding) {
    return forwarding == Forwarding.OFF ? Forwarding.UNSTATED : forwarding;
  }

  private static TunnelInterface tunnel(TunnelInterface tunnel) {
    boolean usual =
        tunnel.firewallMark() == Routes.USUAL_MARK && tunnel.table() instanceof RouteTable.Auto;
    return new TunnelInterface(
        tunnel.name(),
        tunnel.privateKey(),
        tunnel.publicKey(),
        tunnel.addresses(),
        tunnel.listenPort(),
        usual ? 0 : tunnel.firewallMark(),
        tunnel.mtu(),
        tunnel.table(),
        tunnel.dns(),
        tunnel.peers());
  }

  private static Firewall firewall(Firewall firewall) {
    var input = new ArrayList<FilterRule>();
    var inputDefault = rules(firewall.input(), firewall.inputDefault(), input);
    var forward = new ArrayList<FilterRule>();
    var forwardDefault = rules(firewall.forward(), firewall.forwardDefault(), forward);
    var output = new ArrayList<FilterRule>();
    var last = rules(firewall.output(), Verdict.ACCEPT, output);
    if (last != Verdict.ACCEPT) {
      output.add(new FilterRule(PacketMatch.ANY, last, ""));
    }
    return new Firewall(input, inputDefault, forward, forwardDefault, output, firewall.clampMss());
  }

  private static Verdict rules(List<FilterRule> rules, Verdict byDefault, List<FilterRule> into) {
    var verdict = byDefault;
    for (var rule : rules) {
      if (rule.match().equals(PacketMatch.ANY)) {
        verdict = rule.verdict();
        break;
      }
      for (var match : families(rule.match())) {
        into.add(new FilterRule(match, rule.verdict(), rule.comment()));
      }
    }
    sortFamilies(into);
    while (!into.isEmpty()
        && (into.getLast().verdict() == verdict
            || (verdict == Verdict.ACCEPT
                && into.getLast().match().connections() == Connections.ESTABLISHED))) {
      into.removeLast();
    }
    return verdict;
  }

  /** Rules of different families may change places: no packet is of both. */
  private static void sortFamilies(List<FilterRule> rules) {
    int start = 0;
    for (int i = 0; i <= rules.size(); i++) {
      if (i == rules.size() || family(rules.get(i)).isEmpty()) {
        rules.subList(start, i).sort(java.util.Comparator.comparing(r -> family(r).orElseThrow()));
        start = i + 1;
      }
    }
  }

  private static Optional<Family> family(FilterRule rule) {
    return java.util.stream.Stream.concat(rule.match().from().stream(), rule.match().to().stream())
        .map(Prefix::family)
        .findFirst();
  }

  private static List<PacketMatch> families(PacketMatch match) {
    var ported = match;
    if (!match.ports().isEmpty()) {
      ported = match.carrying(match.transport().orElseThrow(), PortRange.merged(match.ports()));
    }
    if (match.from().isEmpty() && match.to().isEmpty()) {
      return List.of(ported);
    }
    var cut = new ArrayList<PacketMatch>();
    for (var family : Family.values()) {
      var from = of(family, match.from());
      var to = of(family, match.to());
      if ((match.from().isEmpty() || !from.isEmpty()) && (match.to().isEmpty() || !to.isEmpty())) {
        cut.add(ported.from(from).to(to));
      }
    }
    return cut;
  }

  private static List<Prefix> of(Family family, List<Prefix> prefixes) {
    return Prefixes.withoutCovered(
        prefixes.stream().filter(prefix -> prefix.family() == family).toList());
  }

  private static List<NatRule> nat(NatRule rule) {
    var cut = new ArrayList<NatRule>();
    for (var match : families(rule.match())) {
      for (var from : single(match.from())) {
        var one = match.from(from.map(List::of).orElse(List.of()));
        switch (rule) {
          case NatRule.Masquerade ignored -> cut.add(new NatRule.Masquerade(one));
          case NatRule.Source source -> cut.add(new NatRule.Source(one, source.to()));
          case NatRule.Destination dnat ->
              cut.add(new NatRule.Destination(one, dnat.to(), dnat.port()));
          case NatRule.Map map -> cut.add(new NatRule.Map(one, map.real(), map.shown()));
        }
      }
    }
    return cut;
  }

  private static List<Optional<Prefix>> single(List<Prefix> prefixes) {
    return prefixes.isEmpty()
        ? List.of(Optional.empty())
        : prefixes.stream().map(Optional::of).toList();
  }
}
