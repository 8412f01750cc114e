package guywire.format.firewall;

import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.format.firewall.OpenWrtZones.Zone;
import guywire.format.syntax.FileValues;
import guywire.format.syntax.UciFile;
import guywire.format.syntax.UciFile.Section;
import guywire.format.syntax.UciFile.Value;
import guywire.network.Doubt.Stage;
import guywire.network.FilterRule;
import guywire.network.FilterRule.Verdict;
import guywire.network.InterfaceName;
import guywire.network.NatRule;
import guywire.network.PacketMatch;
import guywire.network.PacketMatch.Connections;
import guywire.network.PacketMatch.InterfaceMatch;
import guywire.network.text.Place;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads fw4's zones, forwardings, rules and translations as far as a tunnel is concerned.
 *
 * <p>A rule stands for one pair of zones. Rules alike but for their zones that follow each other
 * and together name lan, wan and every tunnel (but one) are one rule for any interface (but that).
 */
public final class OpenWrtFirewallReader {

  /** What a stateful firewall begins with: replies pass. */
  private static final FilterRule ESTABLISHED =
      new FilterRule(PacketMatch.ANY.of(Connections.ESTABLISHED), Verdict.ACCEPT, "");

  /** Options of a zone by which not all of its packets, or others too, are treated as its own. */
  private static final Set<String> NARROWING = Set.of("subnet", "extra_src", "extra_dest", "extra");

  private static final Set<String> VERDICTS = Set.of("ACCEPT", "REJECT", "DROP");

  /** A rule between two zones becomes one for each pair of their interfaces. */
  private static final int MOST_MEMBERS = 40;

  private final UciFile uci;
  private final FirewallDraft draft;
  private final Place whole;
  private final List<TunnelPort> ports;
  private final OpenWrtZones zones;
  private final OpenWrtMatches matches;

  /**
   * One that reads a router's configuration.
   *
   * @param uci the configuration
   * @param draft gets what is read
   * @param whole where rules stand that fw4 has without a line for them
   * @param devices the device of each network that has one
   * @param ports the router's tunnels
   */
  public OpenWrtFirewallReader(
      UciFile uci,
      FirewallDraft draft,
      Place whole,
      Map<String, String> devices,
      List<TunnelPort> ports) {
    this.uci = uci;
    this.draft = draft;
    this.whole = whole;
    this.ports = List.copyOf(ports);
    this.zones = new OpenWrtZones(uci, devices, ports);
    this.matches = new OpenWrtMatches(draft.notes());
  }

  /** Reads all of its firewall. */
  public void read() {
    for (var section : uci.sections("firewall")) {
      if (section.type().equals("zone") && section.isOn("enabled", true)) {
        zone(section);
      }
    }
    for (var port : ports) {
      if (zones.of(port.tunnel()).isEmpty()) {
        draft.notes().error("F50", port.place(), "openwrt.no-zone", port.tunnel().text());
      }
      opened(port);
    }
    filter(false);
    filter(true);
    output();
    new OpenWrtTranslations(uci, draft, zones).read();
    uci.sections("firewall").stream()
        .filter(section -> section.type().equals("include") && section.isOn("enabled", true))
        .forEach(section ->
            draft.unread(
                Stage.ANYWHERE,
                PacketMatch.ANY,
                Optional.empty(),
                section.place(),
                "config include " + FileValues.shown(section.text("path", ""))));
  }

  private void zone(Section section) {
    String name = section.text("name", section.name());
    var named = new LinkedHashSet<InterfaceName>();
    for (var value : section.list("network")) {
      for (var word : value.text().trim().split("\\s+")) {
        InterfaceName.tryParse(zones.device(word)).ifPresent(named::add);
      }
    }
    section.list("device").forEach(v -> InterfaceName.tryParse(v.text()).ifPresent(named::add));
    var names = List.copyOf(named);
    if (names.size() > MOST_MEMBERS) {
      draft.notes().warning("F66", section.place(), "openwrt.members", name);
    }
    var members = List.copyOf(names.subList(0, Math.min(names.size(), MOST_MEMBERS)));
    zones.add(new Zone(name, section, members));
    boolean ours = names.stream().anyMatch(zones.tunnels()::contains);
    if (ours && section.isOn("mtu_fix", false)) {
      draft.clampMss();
    }
    if (ours && section.isOn("masq", false)) {
      masquerade(section, members, Family.IPV4);
      draft.notes().warning("F46", section.place(), "openwrt.masq", name);
    }
    if (ours && section.isOn("masq6", false)) {
      masquerade(section, members, Family.IPV6);
    }
    boolean ofOne = !Set.of("", "any", "both", "*").contains(section.text("family", ""));
    boolean narrow =
        section.options().keySet().stream().anyMatch(NARROWING::contains)
            || section.list("device").stream().anyMatch(v -> v.text().matches(".*[*!@].*"));
    if (ofOne || narrow) {
      draft.unread(
          Stage.ANYWHERE,
          PacketMatch.ANY,
          Optional.empty(),
          section.place(),
          "config zone " + FileValues.shown(name));
    }
  }

  /** What leaves by a zone with the router's address, of one family. */
  private void masquerade(Section section, List<InterfaceName> members, Family family) {
    var all = new Prefix(family.any(), 0);
    for (var member : members) {
      var match = PacketMatch.ANY.from(List.of(all)).goingOut(InterfaceMatch.of(member));
      boolean some = section.option("masq_src").or(() -> section.option("masq_dest")).isPresent();
      if (some) {
        draft.unread(
            Stage.ROUTING, match, Optional.empty(), section.place(), "config zone masq_src");
      } else {
        draft.nat(new NatRule.Masquerade(match), section.place());
      }
    }
  }

  /** Whether the zone wan lets the tunnel's datagrams in, if somebody is to call this router. */
  private void opened(TunnelPort tunnel) {
    var wan = zones.named("wan");
    if (tunnel.port().isEmpty() || wan.isEmpty()) {
      return;
    }
    boolean accepted = wan.get().verdict("input") == Verdict.ACCEPT;
    boolean opened = uci.sections("firewall").stream().anyMatch(rule -> isPortRule(rule, tunnel));
    if (tunnel.called() && !accepted && !opened) {
      String port = String.valueOf(tunnel.port().getAsInt());
      draft.notes().error("F38", tunnel.place(), "openwrt.closed", port, tunnel.tunnel().text());
    }
  }

  /**
   * Whether a rule opens a tunnel's port towards the internet: the underlay's, not the tunnel's.
   */
  private static boolean isPortRule(Section rule, TunnelPort tunnel) {
    return rule.type().equals("rule")
        && List.of("wan", "*").contains(rule.text("src", ""))
        && rule.option("dest").isEmpty()
        && rule.text("proto", "tcp udp").contains("udp")
        && tunnel.is(rule.text("dest_port", ""))
        && OpenWrtZones.verdict(rule.text("target", "")) == Verdict.ACCEPT;
  }

  /** Those with a source, with a destination, or with both: for what comes, is sent, or passes. */
  private List<Zoned<FilterRule>> rules(boolean withSource, boolean withDestination) {
    var rules = new ArrayList<Zoned<FilterRule>>();
    for (var section : uci.sections("firewall")) {
      if (section.type().equals("rule")
          && section.option("src").isPresent() == withSource
          && section.option("dest").isPresent() == withDestination
          && section.isOn("enabled", true)) {
        rule(section, rules);
      }
    }
    return rules;
  }

  private void filter(boolean forwarded) {
    var rules = rules(true, forwarded);
    var byDefault = byDefault(forwarded);
    var decided = whole(forwarded);
    if (forwarded && !allForwarded()) {
      forwardings(rules);
      boolean open = zones.other("forward") == Verdict.ACCEPT;
      var refused = byDefault == Verdict.ACCEPT ? Verdict.REJECT : byDefault;
      byDefault = open ? Verdict.ACCEPT : refused;
      decided = zones.defaults().map(Section::place).orElse(whole);
    }
    apart(forwarded, byDefault, rules);
    var merged = zones.merged(rules);
    if (!merged.isEmpty() || byDefault != Verdict.ACCEPT) {
      add(forwarded, ESTABLISHED, whole);
    }
    merged.forEach(zoned -> add(forwarded, narrowed(zoned), zoned.place()));
    if (forwarded) {
      draft.forwardDefault(byDefault, decided);
    } else {
      draft.inputDefault(byDefault, decided);
    }
  }

  /** The zones of tunnels that do otherwise with what no rule decides. */
  private void apart(boolean forwarded, Verdict byDefault, List<Zoned<FilterRule>> rules) {
    for (var tunnel : zones.tunnels()) {
      var zone = zones.of(tunnel);
      var own = zone.map(one -> one.verdict("input")).orElseGet(() -> zones.other("input"));
      boolean otherwise = (own == Verdict.ACCEPT) != (byDefault == Verdict.ACCEPT);
      if (!forwarded && otherwise) {
        rules.add(
            new Zoned<>(
                new FilterRule(PacketMatch.ANY, own, ""),
                Optional.of(InterfaceMatch.of(tunnel)),
                Optional.empty(),
                zone.map(one -> one.section().place()).orElse(whole)));
      }
    }
  }

  /** Where it stands what the first tunnel's zone does. */
  private Place whole(boolean forwarded) {
    return zones
        .ofTunnels()
        .map(zone ->
            zone.section()
                .option(forwarded ? "forward" : "input")
                .map(Value::place)
                .orElse(zone.section().place()))
        .findFirst()
        .orElse(whole);
  }

  /** What the router itself sends: rules with a destination alone, and zones that refuse it. */
  private void output() {
    var merged = zones.merged(rules(false, true));
    var refused =
        zones
            .ofTunnels()
            .distinct()
            .filter(zone -> zone.section().option("output").isPresent())
            .filter(zone -> zone.verdict("output") != Verdict.ACCEPT)
            .flatMap(zone ->
                zone.members().stream()
                    .map(member ->
                        new Zoned<>(
                            new FilterRule(PacketMatch.ANY, zone.verdict("output"), ""),
                            Optional.empty(),
                            Optional.of(InterfaceMatch.of(member)),
                            zone.section().place())))
            .toList();
    if (!merged.isEmpty() || !refused.isEmpty()) {
      draft.output(ESTABLISHED, whole);
      Stream.concat(merged.stream(), refused.stream())
          .forEach(zoned -> draft.output(narrowed(zoned), zoned.place()));
    }
  }

  private static FilterRule narrowed(Zoned<FilterRule> zoned) {
    return new FilterRule(
        zoned.narrowed(zoned.rule().match()), zoned.rule().verdict(), zoned.rule().comment());
  }

  private void add(boolean forwarded, FilterRule rule, Place place) {
    if (forwarded) {
      draft.forward(rule, place);
    } else {
      draft.input(rule, place);
    }
  }

  /** What the tunnels' zone does with what no rule decides; without a tunnel nothing is ours. */
  private Verdict byDefault(boolean forwarded) {
    return zones
        .ofTunnels()
        .map(zone -> zone.verdict(forwarded ? "forward" : "input"))
        .findFirst()
        .orElseGet(() ->
            zones.tunnels().isEmpty()
                ? Verdict.ACCEPT
                : zones.other(forwarded ? "forward" : "input"));
  }

  /** Whether the tunnels' zones, lan and wan may all start connections as an open router lets. */
  private boolean allForwarded() {
    var pairs = new LinkedHashSet<String>();
    for (var section : uci.sections("firewall")) {
      if (isForwarding(section) && OpenWrtMatches.family(section).equals(Optional.of(List.of()))) {
        pairs.add(section.text("src", "") + ">" + section.text("dest", ""));
      }
    }
    for (var tunnel : zones.tunnels()) {
      var zone = zones.of(tunnel);
      String name = zone.map(Zone::name).orElse("");
      boolean apart =
          zones
              .ofTunnels()
              .anyMatch(other ->
                  !other.name().equals(name) && !pairs.contains(name + ">" + other.name()));
      if (apart) {
        return false;
      }
      if (zone.isEmpty()
          || zone.get().verdict("forward") != Verdict.ACCEPT
          || !pairs.containsAll(List.of(name + ">lan", "lan>" + name, name + ">wan"))) {
        return false;
      }
    }
    return true;
  }

  private void forwardings(List<Zoned<FilterRule>> rules) {
    for (var section : uci.sections("firewall")) {
      if (isForwarding(section)) {
        var match = PacketMatch.ANY.from(OpenWrtMatches.family(section).orElse(List.of()));
        pair(section.text("src", ""), section.text("dest", ""), match, section.place(), rules);
      }
    }
    for (var tunnel : zones.tunnels()) {
      zones
          .of(tunnel)
          .filter(zone -> zone.verdict("forward") == Verdict.ACCEPT)
          .ifPresent(zone ->
              pair(zone.name(), zone.name(), PacketMatch.ANY, zone.section().place(), rules));
    }
  }

  /** A forwarding that fw4 carries out. */
  private static boolean isForwarding(Section section) {
    return section.type().equals("forwarding")
        && section.isOn("enabled", true)
        && OpenWrtMatches.family(section).isPresent();
  }

  private void pair(
      String from, String to, PacketMatch match, Place place, List<Zoned<FilterRule>> rules) {
    for (var in : zones.sides(from)) {
      for (var out : zones.sides(to)) {
        rules.add(new Zoned<>(new FilterRule(match, Verdict.ACCEPT, ""), in, out, place));
      }
    }
  }

  private void rule(Section section, List<Zoned<FilterRule>> rules) {
    boolean underlay = ports.stream().anyMatch(tunnel -> isPortRule(section, tunnel));
    if (underlay) {
      return;
    }
    boolean whole =
        matches.isUnderstood(section)
            && OpenWrtMatches.areAddresses(section)
            && OpenWrtMatches.family(section).isPresent()
            && !section.text("proto", "").contains("!");
    String target = section.text("target", "DROP").toUpperCase(Locale.ROOT);
    boolean decides = VERDICTS.contains(target);
    if (target.equals("NOTRACK") || OpenWrtMatches.isOfOtherIcmp(section)) {
      return;
    }
    String name = section.text("name", "");
    String comment = FilterRule.isComment(name) ? name : "";
    var verdict = OpenWrtZones.verdict(target);
    for (var match : matches.of(section, "dest_port", "dest_ip")) {
      for (var in : zones.sides(section.text("src", "*"))) {
        for (var out : zones.sides(section.text("dest", "*"))) {
          if (whole && decides) {
            rules.add(
                new Zoned<>(new FilterRule(match, verdict, comment), in, out, section.place()));
          } else {
            unread(section, new Zoned<>(match, in, out, section.place()), decides, verdict);
          }
        }
      }
    }
  }

  /** A rule that is not understood, for those that it can be for. */
  private void unread(Section section, Zoned<PacketMatch> asked, boolean decides, Verdict verdict) {
    var stage =
        !decides
            ? Stage.ROUTING
            : section.option("src").isEmpty()
                ? Stage.OUTPUT
                : section.option("dest").isEmpty() ? Stage.INPUT : Stage.FORWARD;
    draft.unread(
        stage,
        decides ? asked.narrowed(asked.rule()) : asked.rule(),
        decides ? Optional.of(verdict) : Optional.empty(),
        section.place(),
        "config rule " + FileValues.shown(section.text("name", section.text("target", ""))));
  }
}
