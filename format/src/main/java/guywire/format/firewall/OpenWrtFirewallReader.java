package guywire.format.firewall;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
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
import guywire.network.Transport;
import guywire.network.text.Place;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads fw4's zones, forwardings, rules and translations as far as a tunnel is concerned.
 *
 * <p>A rule stands for one pair of zones. Rules alike but for their zones that follow each other
 * and together name lan, wan and every tunnel (but one) are one rule for any interface (but that).
 */
public final class OpenWrtFirewallReader {

  private static final Set<String> RULE_OPTIONS =
      Set.of(
          "name",
          "src",
          "dest",
          "proto",
          "src_ip",
          "dest_ip",
          "dest_port",
          "target",
          "enabled",
          "src_dip",
          "src_dport",
          "snat_ip",
          "reflection",
          "icmp_type",
          "log",
          "log_limit",
          "counter",
          "family");

  /** What a stateful firewall begins with: replies pass. */
  private static final FilterRule ESTABLISHED =
      new FilterRule(PacketMatch.ANY.of(Connections.ESTABLISHED), Verdict.ACCEPT, "");

  /** Options of a zone by which not all of its packets, or others too, are treated as its own. */
  private static final Set<String> NARROWING = Set.of("subnet", "extra_src", "extra_dest", "extra");

  private static final Set<String> VERDICTS = Set.of("ACCEPT", "REJECT", "DROP");

  /** How a question of ping and its answer are called. */
  private static final Set<String> ECHOES =
      Set.of("echo-request", "echo-reply", "ping", "pong", "any", "8", "0", "128", "129");

  /** A rule between two zones becomes one for each pair of their interfaces. */
  private static final int MOST_MEMBERS = 40;

  private final UciFile uci;
  private final FirewallDraft draft;
  private final Place whole;
  private final List<TunnelPort> ports;
  private final Map<String, String> devices;
  private final Map<String, Zone> zones = new LinkedHashMap<>();
  private final Set<InterfaceName> tunnels = new LinkedHashSet<>();

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
    this.devices = devices;
    this.ports = List.copyOf(ports);
    ports.forEach(port -> tunnels.add(port.tunnel()));
  }

  /** A zone with its interfaces. */
  private record Zone(String name, Section section, List<InterfaceName> members) {
    Verdict verdict(String option) {
      return OpenWrtFirewallReader.verdict(section.text(option, "REJECT"));
    }
  }

  /** Reads all of its firewall. */
  public void read() {
    for (var section : uci.sections("firewall")) {
      if (section.type().equals("zone") && section.isOn("enabled", true)) {
        zone(section);
      }
    }
    for (var port : ports) {
      if (zoneOf(port.tunnel()).isEmpty()) {
        draft.notes().error("F50", port.place(), "openwrt.no-zone", port.tunnel().text());
      }
      opened(port);
    }
    filter(false);
    filter(true);
    output();
    translations();
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
        InterfaceName.tryParse(devices.getOrDefault(word, word)).ifPresent(named::add);
      }
    }
    section.list("device").forEach(v -> InterfaceName.tryParse(v.text()).ifPresent(named::add));
    var names = List.copyOf(named);
    if (names.size() > MOST_MEMBERS) {
      draft.notes().warning("F66", section.place(), "openwrt.members", name);
    }
    var members = List.copyOf(names.subList(0, Math.min(names.size(), MOST_MEMBERS)));
    zones.put(name, new Zone(name, section, members));
    boolean ours = names.stream().anyMatch(tunnels::contains);
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

  private Optional<Zone> zoneOf(InterfaceName tunnel) {
    return zones.values().stream().filter(zone -> zone.members().contains(tunnel)).findFirst();
  }

  /** Whether the zone wan lets the tunnel's datagrams in, if somebody is to call this router. */
  private void opened(TunnelPort tunnel) {
    var wan = zones.get("wan");
    if (tunnel.port().isEmpty() || wan == null) {
      return;
    }
    boolean accepted = wan.verdict("input") == Verdict.ACCEPT;
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
        && verdict(rule.text("target", "")) == Verdict.ACCEPT;
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
      boolean open = other("forward") == Verdict.ACCEPT;
      var refused = byDefault == Verdict.ACCEPT ? Verdict.REJECT : byDefault;
      byDefault = open ? Verdict.ACCEPT : refused;
      decided = defaults().map(Section::place).orElse(whole);
    }
    apart(forwarded, byDefault, rules);
    var merged = merged(rules);
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
    for (var tunnel : tunnels) {
      var zone = zoneOf(tunnel);
      var own = zone.map(one -> one.verdict("input")).orElseGet(() -> other("input"));
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

  /** The section that says what is done with packets of no zone, and with those between zones. */
  private Optional<Section> defaults() {
    return uci.sections("firewall").stream()
        .filter(section -> section.type().equals("defaults"))
        .reduce((_, last) -> last);
  }

  private Verdict other(String option) {
    return defaults().map(section -> verdict(section.text(option, "DROP"))).orElse(Verdict.DROP);
  }

  /** Where it stands what the first tunnel's zone does. */
  private Place whole(boolean forwarded) {
    return tunnels.stream()
        .flatMap(tunnel -> zoneOf(tunnel).stream())
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
    var merged = merged(rules(false, true));
    var refused =
        tunnels.stream()
            .flatMap(tunnel -> zoneOf(tunnel).stream())
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
    return tunnels.stream()
        .flatMap(tunnel -> zoneOf(tunnel).stream())
        .map(zone -> zone.verdict(forwarded ? "forward" : "input"))
        .findFirst()
        .orElseGet(
            () -> tunnels.isEmpty() ? Verdict.ACCEPT : other(forwarded ? "forward" : "input"));
  }

  /** Whether the tunnels' zones, lan and wan may all start connections as an open router lets. */
  private boolean allForwarded() {
    var pairs = new LinkedHashSet<String>();
    for (var section : uci.sections("firewall")) {
      if (isForwarding(section) && family(section).equals(Optional.of(List.of()))) {
        pairs.add(section.text("src", "") + ">" + section.text("dest", ""));
      }
    }
    for (var tunnel : tunnels) {
      var zone = zoneOf(tunnel);
      String name = zone.map(Zone::name).orElse("");
      boolean apart =
          tunnels.stream()
              .flatMap(other -> zoneOf(other).stream())
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
        var match = PacketMatch.ANY.from(family(section).orElse(List.of()));
        pair(section.text("src", ""), section.text("dest", ""), match, section.place(), rules);
      }
    }
    for (var tunnel : tunnels) {
      zoneOf(tunnel)
          .filter(zone -> zone.verdict("forward") == Verdict.ACCEPT)
          .ifPresent(zone ->
              pair(zone.name(), zone.name(), PacketMatch.ANY, zone.section().place(), rules));
    }
  }

  /** A forwarding that fw4 carries out. */
  private static boolean isForwarding(Section section) {
    return section.type().equals("forwarding")
        && section.isOn("enabled", true)
        && family(section).isPresent();
  }

  private void pair(
      String from, String to, PacketMatch match, Place place, List<Zoned<FilterRule>> rules) {
    for (var in : sides(from)) {
      for (var out : sides(to)) {
        rules.add(new Zoned<>(new FilterRule(match, Verdict.ACCEPT, ""), in, out, place));
      }
    }
  }

  /** The packets of the family that a section is for, as prefixes; empty if its word is none. */
  private static Optional<List<Prefix>> family(Section section) {
    return switch (section.text("family", "any").toLowerCase(Locale.ROOT)) {
      case "", "any", "both", "all", "*" -> Optional.of(List.of());
      case "ipv4", "inet", "4" -> Optional.of(List.of(Prefix.ALL_IPV4));
      case "ipv6", "inet6", "6" -> Optional.of(List.of(Prefix.ALL_IPV6));
      default -> Optional.empty();
    };
  }

  /** What a section is for, of the family that it names; none if its addresses are of another. */
  private static Stream<PacketMatch> ofFamily(Section section, PacketMatch match) {
    var all = family(section).orElse(List.of());
    if (all.isEmpty()) {
      return Stream.of(match);
    }
    var family = all.getFirst().family();
    var from = match.from().stream().filter(prefix -> prefix.family() == family).toList();
    var to = match.to().stream().filter(prefix -> prefix.family() == family).toList();
    boolean never =
        from.isEmpty() != match.from().isEmpty() || to.isEmpty() != match.to().isEmpty();
    return never
        ? Stream.empty()
        : Stream.of((from.isEmpty() && to.isEmpty() ? match.from(all) : match.from(from)).to(to));
  }

  private void rule(Section section, List<Zoned<FilterRule>> rules) {
    boolean underlay = ports.stream().anyMatch(tunnel -> isPortRule(section, tunnel));
    if (underlay) {
      return;
    }
    boolean whole =
        unknown(section)
            && areAddresses(section)
            && family(section).isPresent()
            && !section.text("proto", "").contains("!");
    String target = section.text("target", "DROP").toUpperCase(Locale.ROOT);
    boolean decides = VERDICTS.contains(target);
    if (target.equals("NOTRACK") || isOfOtherIcmp(section)) {
      return;
    }
    String name = section.text("name", "");
    String comment = FilterRule.isComment(name) ? name : "";
    var verdict = verdict(target);
    for (var match : matches(section, "dest_port", "dest_ip")) {
      for (var in : sides(section.text("src", "*"))) {
        for (var out : sides(section.text("dest", "*"))) {
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

  /** Whether the addresses of a rule are all understood; one may be negated. */
  private static boolean areAddresses(Section section) {
    return Stream.of("src_ip", "dest_ip")
        .flatMap(option -> section.list(option).stream())
        .flatMap(value -> Stream.of(value.text().trim().split("\\s+")))
        .allMatch(word -> Prefix.tryParse(word).isPresent());
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

  /** Whether a rule is for messages of ICMP alone of which none is a question that is followed. */
  private static boolean isOfOtherIcmp(Section section) {
    var kinds =
        section.list("icmp_type").stream()
            .flatMap(value -> Stream.of(value.text().trim().split("\\s+")))
            .toList();
    return !kinds.isEmpty() && kinds.stream().noneMatch(ECHOES::contains);
  }

  /** What a rule asks of a packet beside its zones: one match for each transport. */
  private List<PacketMatch> matches(Section section, String portOption, String toOption) {
    var match =
        PacketMatch.ANY.from(prefixes(section.list("src_ip"))).to(prefixes(section.list(toOption)));
    var ports =
        section
            .option(portOption)
            .filter(v -> !v.text().isBlank())
            .map(v -> FileValues.ports(v.text(), v.place(), draft.notes()))
            .orElse(List.of());
    var matches = new ArrayList<PacketMatch>();
    String unset = section.type().equals("nat") ? "all" : "tcp udp";
    for (var proto : section.text("proto", unset).toLowerCase(Locale.ROOT).split("\\s+")) {
      switch (proto) {
        case "all", "any", "*" -> matches.add(match);
        case "tcp", "6" -> matches.add(match.carrying(Transport.TCP, ports));
        case "udp", "17" -> matches.add(match.carrying(Transport.UDP, ports));
        case "tcpudp" -> {
          matches.add(match.carrying(Transport.TCP, ports));
          matches.add(match.carrying(Transport.UDP, ports));
        }
        case "icmp", "icmpv6", "ipv6-icmp", "1", "58" ->
            matches.add(match.carrying(Transport.ICMP, List.of()));
        default -> {
          draft.notes().info("F66", section.place(), "import.unknown", FileValues.shown(proto));
          if (proto.startsWith("!")) {
            matches.add(match);
          }
        }
      }
    }
    return matches.stream().flatMap(one -> ofFamily(section, one)).toList();
  }

  private List<Prefix> prefixes(List<Value> values) {
    var prefixes = new ArrayList<Prefix>();
    for (var value : values) {
      for (var word : value.text().trim().split("\\s+")) {
        FileValues.prefix(word, value.place(), draft.notes()).ifPresent(prefixes::add);
      }
    }
    return prefixes;
  }

  /** The interfaces of a zone, each a match of its own; every interface for a star. */
  private List<Optional<InterfaceMatch>> sides(String zone) {
    if (zone.equals("*") || zone.isEmpty()) {
      return List.of(Optional.empty());
    }
    var known = zones.get(zone);
    var names = known == null ? List.<InterfaceName>of() : known.members();
    if (names.isEmpty()) {
      names = InterfaceName.tryParse(devices.getOrDefault(zone, zone)).stream().toList();
    }
    return names.stream().map(name -> Optional.of(InterfaceMatch.of(name))).toList();
  }

  private <T> List<Zoned<T>> merged(List<Zoned<T>> rules) {
    var all = new LinkedHashSet<>(tunnels);
    for (var zone : List.of("lan", "wan")) {
      sides(zone).forEach(side -> side.ifPresent(match -> all.add(match.name())));
    }
    return Zoned.merged(rules, tunnels, all);
  }

  private void translations() {
    var rules = new ArrayList<Zoned<NatRule>>();
    for (var section : uci.sections("firewall")) {
      if (section.type().equals("nat") && section.isOn("enabled", true)) {
        boolean whole = unknown(section);
        var to = section.option("snat_ip").flatMap(v -> IpAddress.tryParse(v.text()));
        boolean done =
            section.text("target", "").equals("MASQUERADE")
                || section.text("target", "").equals("SNAT") && to.isPresent();
        for (var match : matches(section, "dest_port", "dest_ip")) {
          if (!whole || !done) {
            rewrites(section, match);
          }
          for (var side : sides(section.text("src", "*"))) {
            boolean fixed = section.text("target", "").equals("SNAT");
            if (fixed && to.isPresent()) {
              rules.add(
                  new Zoned<>(
                      new NatRule.Source(match, to.get()),
                      Optional.empty(),
                      side,
                      section.place()));
            } else if (section.text("target", "").equals("MASQUERADE")) {
              rules.add(
                  new Zoned<>(
                      new NatRule.Masquerade(match), Optional.empty(), side, section.place()));
            }
          }
        }
      } else if (section.type().equals("redirect") && section.isOn("enabled", true)) {
        redirect(section, rules);
      }
    }
    for (var zoned : merged(rules)) {
      draft.nat(zoned(zoned), zoned.place());
    }
  }

  /** A translation that is not understood, for those that it can be for. */
  private void rewrites(Section section, PacketMatch match) {
    draft.unread(
        Stage.ROUTING, match, Optional.empty(), section.place(), "config " + section.type());
  }

  private void redirect(Section section, List<Zoned<NatRule>> rules) {
    boolean whole = unknown(section);
    var to = section.option("dest_ip").flatMap(v -> IpAddress.tryParse(v.text()));
    var port = section.option("dest_port").map(v -> FileValues.number(v.text(), 65535));
    if (to.isEmpty() || !section.text("target", "DNAT").equals("DNAT")) {
      // To the router itself, or of the source.
      matches(section, "src_dport", "src_dip").forEach(match -> rewrites(section, match));
      return;
    }
    var number =
        port.isPresent() && port.get().isPresent()
            ? OptionalInt.of((int) port.get().getAsLong())
            : OptionalInt.empty();
    for (var match : matches(section, "src_dport", "src_dip")) {
      if (!whole) {
        rewrites(section, match);
      }
      for (var side : sides(section.text("src", "*"))) {
        rules.add(
            new Zoned<>(
                new NatRule.Destination(match, to.get(), number),
                side,
                Optional.empty(),
                section.place()));
      }
    }
  }

  private static NatRule zoned(Zoned<NatRule> zoned) {
    var match = zoned.narrowed(zoned.rule().match());
    return switch (zoned.rule()) {
      case NatRule.Masquerade ignored -> new NatRule.Masquerade(match);
      case NatRule.Source source -> new NatRule.Source(match, source.to());
      case NatRule.Destination dnat -> new NatRule.Destination(match, dnat.to(), dnat.port());
      case NatRule.Map map -> map;
    };
  }

  /** Says which options are not understood; false if there are any. */
  private boolean unknown(Section section) {
    boolean whole = true;
    for (var option : section.options().keySet()) {
      if (!RULE_OPTIONS.contains(option)) {
        whole = false;
        draft.notes().info("F66", section.place(), "import.unknown", FileValues.shown(option));
      }
    }
    return whole;
  }

  private static Verdict verdict(String word) {
    return switch (word.toUpperCase(Locale.ROOT)) {
      case "ACCEPT" -> Verdict.ACCEPT;
      case "REJECT" -> Verdict.REJECT;
      default -> Verdict.DROP;
    };
  }
}
