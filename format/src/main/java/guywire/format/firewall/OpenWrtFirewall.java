package guywire.format.firewall;

import guywire.address.Prefix;
import guywire.address.Prefixes;
import guywire.format.syntax.Notes;
import guywire.format.syntax.UciScript;
import guywire.network.FilterRule;
import guywire.network.FilterRule.Verdict;
import guywire.network.InterfaceName;
import guywire.network.NatRule;
import guywire.network.NodeConfig;
import guywire.network.PacketMatch;
import guywire.network.PacketMatch.Connections;
import guywire.network.PacketMatch.InterfaceMatch;
import guywire.network.PortRange;
import guywire.network.TunnelInterface;
import guywire.network.text.Place;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A node's firewall in the words of fw4: a zone for each tunnel, beside the router's own zones lan
 * and wan.
 *
 * <p>fw4 accepts established connections before any rule, so such rules are not written. "Any
 * interface but the tunnel" is lan and wan, as two rules. A rule for every zone would come before
 * all rules for one zone, wherever it stands, so its zones are named one by one.
 */
public final class OpenWrtFirewall {

  /** The zones that every OpenWrt router begins with, by the devices usually in them. */
  static final Map<String, String> USUAL_ZONES =
      Map.of("br-lan", "lan", "lan", "lan", "wan", "wan", "eth0", "wan", "pppoe-wan", "wan");

  /** Where a packet meets a rule. */
  private enum Stage {
    INPUT,
    FORWARD,
    OUTPUT
  }

  private final NodeConfig node;
  private final Notes notes;
  private final List<InterfaceName> tunnels;
  private int count;

  /** The firewall of a node; what fw4 can't say is added to the notes. */
  public OpenWrtFirewall(NodeConfig node, Notes notes) {
    this.node = node;
    this.notes = notes;
    this.tunnels = node.interfaces().stream().map(TunnelInterface::name).toList();
  }

  /** Adds all of it to a script. */
  public void addTo(UciScript script) {
    var firewall = node.firewall();
    for (var tunnel : node.interfaces()) {
      zone(script, tunnel);
    }
    if (firewall.forwardDefault() == Verdict.ACCEPT) {
      forwardings(script);
    }
    if (firewall.inputDefault() != Verdict.ACCEPT || firewall.forwardDefault() != Verdict.ACCEPT) {
      notes.info("F50", Place.PLANNED, "openwrt.default");
    }
    rules(script, firewall.input(), Stage.INPUT);
    rules(script, firewall.forward(), Stage.FORWARD);
    rules(script, firewall.output(), Stage.OUTPUT);
    for (var rule : node.nat()) {
      switch (rule) {
        case NatRule.Masquerade(var match) -> source(script, match, "MASQUERADE", Optional.empty());
        case NatRule.Source(var match, var to) ->
            source(script, match, "SNAT", Optional.of(to.toString()));
        case NatRule.Destination destination -> destination(script, destination);
        case NatRule.Map ignored -> notes.info("F16", Place.PLANNED, "openwrt.netmap");
      }
    }
  }

  private void zone(UciScript script, TunnelInterface tunnel) {
    var firewall = node.firewall();
    String path = "firewall.guywire_zone_" + tunnel.name();
    script.section(path, "zone").option(path, "name", tunnel.name());
    script.item(path, "network", tunnel.name());
    script.option(path, "input", firewall.inputDefault());
    script.option(path, "output", Verdict.ACCEPT);
    script.option(path, "forward", firewall.forwardDefault());
    script.option(path, "masq", 0).option(path, "mtu_fix", firewall.clampMss() ? 1 : 0);
    tunnel
        .listenPort()
        .ifPresent(port -> {
          String rule = "firewall.guywire_port_" + tunnel.name();
          script.section(rule, "rule").option(rule, "name", "WireGuard " + tunnel.name());
          script.option(rule, "src", "wan").option(rule, "proto", "udp");
          script.option(rule, "dest_port", port).option(rule, "target", Verdict.ACCEPT);
        });
  }

  private void forwardings(UciScript script) {
    for (var tunnel : tunnels) {
      forwarding(script, tunnel.text(), "lan");
      forwarding(script, "lan", tunnel.text());
      forwarding(script, tunnel.text(), "wan");
      tunnels.stream()
          .filter(other -> !other.equals(tunnel))
          .forEach(other -> forwarding(script, tunnel.text(), other.text()));
    }
  }

  private void forwarding(UciScript script, String from, String to) {
    String path = "firewall.guywire_forwarding" + ++count;
    script.section(path, "forwarding").option(path, "src", from).option(path, "dest", to);
  }

  private void rules(UciScript script, List<FilterRule> rules, Stage stage) {
    for (var rule : rules) {
      var connections = rule.match().connections();
      if (connections == Connections.ESTABLISHED && rule.verdict() == Verdict.ACCEPT) {
        continue;
      }
      if (connections != Connections.ANY && connections != Connections.NEW) {
        notes.warning("F66", Place.PLANNED, "openwrt.state", rule.comment());
        continue;
      }
      for (var from : stage == Stage.OUTPUT ? List.of("") : zones(rule.match().in(), true)) {
        for (var to : destinations(rule.match(), stage)) {
          rule(script, rule, from, to);
        }
      }
    }
    boolean repliesFirst =
        rules.isEmpty()
            || (rules.getFirst().match().connections() == Connections.ESTABLISHED
                && rules.getFirst().verdict() == Verdict.ACCEPT);
    if (!repliesFirst) {
      notes.info("F50", Place.PLANNED, "openwrt.established");
    }
  }

  /**
   * A rule with a source alone is for what comes in, one with a destination alone for what is sent.
   */
  private List<String> destinations(PacketMatch match, Stage stage) {
    return switch (stage) {
      case INPUT -> List.of("");
      case FORWARD -> zones(match.out(), false);
      case OUTPUT -> zones(match.out(), true);
    };
  }

  private void rule(UciScript script, FilterRule rule, String from, String to) {
    String path = "firewall.guywire_rule" + ++count;
    script.section(path, "rule");
    if (!rule.comment().isEmpty()) {
      script.option(path, "name", rule.comment());
    }
    if (!from.isEmpty()) {
      script.option(path, "src", from);
    }
    if (!to.isEmpty()) {
      script.option(path, "dest", to);
    }
    carried(script, path, rule.match());
    rule.match().from().forEach(prefix -> script.item(path, "src_ip", prefix));
    rule.match().to().forEach(prefix -> script.item(path, "dest_ip", prefix));
    script.option(path, "target", rule.verdict());
  }

  private static void carried(UciScript script, String path, PacketMatch match) {
    script.option(path, "proto", match.transport().map(t -> t.word()).orElse("all"));
    if (!match.ports().isEmpty()) {
      script.option(path, "dest_port", String.join(" ", texts(match.ports())));
    }
  }

  /**
   * The zones of an interface. If none is named, a star, or every zone by name where a star would
   * put the rule before all rules for one zone.
   */
  private List<String> zones(Optional<InterfaceMatch> match, boolean byName) {
    if (match.isEmpty()) {
      return byName
          ? Stream.concat(tunnels.stream().map(InterfaceName::text), Stream.of("lan", "wan"))
              .toList()
          : List.of("*");
    }
    String name = match.get().name().text();
    boolean known = tunnels.contains(match.get().name());
    if (!match.get().negated()) {
      if (!known && !USUAL_ZONES.containsKey(name)) {
        notes.error("F48", Place.PLANNED, "openwrt.zone", name);
      }
      return List.of(known ? name : USUAL_ZONES.getOrDefault(name, name));
    }
    if (!known) {
      notes.error("F48", Place.PLANNED, "openwrt.zone", name);
    }
    return Stream.concat(
            Stream.of("lan", "wan"),
            tunnels.stream().map(InterfaceName::text).filter(other -> !other.equals(name)))
        .toList();
  }

  private void source(UciScript script, PacketMatch match, String target, Optional<String> to) {
    for (var from : optional(sources(match))) {
      for (var dest : optional(match.to())) {
        for (var ports : match.ports().isEmpty() ? List.of("") : texts(match.ports())) {
          // Zones last: rules that differ in them only belong together.
          for (var zone : zones(match.out(), false)) {
            String path = "firewall.guywire_nat" + ++count;
            script.section(path, "nat").option(path, "src", zone);
            script.option(path, "proto", match.transport().map(t -> t.word()).orElse("all"));
            from.ifPresent(prefix -> script.option(path, "src_ip", prefix));
            dest.ifPresent(prefix -> script.option(path, "dest_ip", prefix));
            if (!ports.isEmpty()) {
              script.option(path, "dest_port", ports);
            }
            to.ifPresent(address -> script.option(path, "snat_ip", address));
            script.option(path, "target", target);
          }
        }
      }
    }
  }

  /**
   * The sources of a NAT rule. fw4 can't ask there where a packet came in; what comes out of a
   * tunnel has a source among its allowed IPs, so those say the same.
   */
  private List<Prefix> sources(PacketMatch match) {
    if (match.in().isEmpty()) {
      return match.from();
    }
    var in = match.in().get();
    var tunnel = node.interfaces().stream().filter(t -> t.name().equals(in.name())).findFirst();
    if (in.negated() || tunnel.isEmpty()) {
      notes.warning("F66", Place.PLANNED, "openwrt.nat-in", in.name().text());
      return match.from();
    }
    notes.info("F46", Place.PLANNED, "openwrt.nat-sources", in.name().text());
    if (!match.from().isEmpty()) {
      return match.from();
    }
    var allowed = tunnel.get().peers().stream().flatMap(p -> p.allowedIps().stream()).toList();
    return allowed.stream().anyMatch(Prefix::isDefault)
        ? List.of()
        : Prefixes.withoutCovered(allowed);
  }

  private void destination(UciScript script, NatRule.Destination rule) {
    var match = rule.match();
    for (var dip : optional(match.to())) {
      for (var from : optional(match.from())) {
        for (var zone : zones(match.in(), true)) {
          String path = "firewall.guywire_redirect" + ++count;
          script.section(path, "redirect").option(path, "src", zone);
          script.option(path, "proto", match.transport().map(t -> t.word()).orElse("all"));
          if (!match.ports().isEmpty()) {
            script.option(path, "src_dport", String.join(" ", texts(match.ports())));
          }
          from.ifPresent(prefix -> script.option(path, "src_ip", prefix));
          dip.ifPresent(prefix -> script.option(path, "src_dip", prefix));
          script.option(path, "dest_ip", rule.to());
          rule.port().ifPresent(port -> script.option(path, "dest_port", port));
          script.option(path, "target", "DNAT");
        }
      }
    }
  }

  private static <T> List<Optional<T>> optional(List<T> values) {
    return values.isEmpty()
        ? List.of(Optional.empty())
        : values.stream().map(Optional::of).toList();
  }

  private static List<String> texts(List<PortRange> ports) {
    return PortRange.merged(ports).stream().map(PortRange::toString).toList();
  }
}
