package guywire.format.firewall;

import guywire.address.Prefix;
import guywire.format.syntax.FileValues;
import guywire.format.syntax.Notes;
import guywire.format.syntax.UciFile.Section;
import guywire.format.syntax.UciFile.Value;
import guywire.network.PacketMatch;
import guywire.network.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What one section of fw4 asks of a packet beside its zones. */
final class OpenWrtMatches {

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

  /** How a question of ping and its answer are called. */
  private static final Set<String> ECHOES =
      Set.of("echo-request", "echo-reply", "ping", "pong", "any", "8", "0", "128", "129");

  private final Notes notes;

  /** One that says to these notes what it does not understand. */
  OpenWrtMatches(Notes notes) {
    this.notes = notes;
  }

  /** Whether a rule is for messages of ICMP alone of which none is a question that is followed. */
  static boolean isOfOtherIcmp(Section section) {
    var kinds =
        section.list("icmp_type").stream()
            .flatMap(value -> Stream.of(value.text().trim().split("\\s+")))
            .toList();
    return !kinds.isEmpty() && kinds.stream().noneMatch(ECHOES::contains);
  }

  /**
   * One match for each transport.
   *
   * @param portOption where the ports stand that it is sent to
   * @param toOption where the addresses stand that it is sent to
   */
  List<PacketMatch> of(Section section, String portOption, String toOption) {
    var match =
        PacketMatch.ANY.from(prefixes(section.list("src_ip"))).to(prefixes(section.list(toOption)));
    var ports =
        section
            .option(portOption)
            .filter(v -> !v.text().isBlank())
            .map(v -> FileValues.ports(v.text(), v.place(), notes))
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
          notes.info("F66", section.place(), "import.unknown", FileValues.shown(proto));
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
        FileValues.prefix(word, value.place(), notes).ifPresent(prefixes::add);
      }
    }
    return prefixes;
  }

  /** Whether the addresses of a rule are all understood; one may be negated. */
  static boolean areAddresses(Section section) {
    return Stream.of("src_ip", "dest_ip")
        .flatMap(option -> section.list(option).stream())
        .flatMap(value -> Stream.of(value.text().trim().split("\\s+")))
        .allMatch(word -> Prefix.tryParse(word).isPresent());
  }

  /** The packets of the family that a section is for, as prefixes; empty if its word is none. */
  static Optional<List<Prefix>> family(Section section) {
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

  /** Whether all options of a section are understood; says which are not. */
  boolean isUnderstood(Section section) {
    boolean whole = true;
    for (var option : section.options().keySet()) {
      if (!RULE_OPTIONS.contains(option)) {
        whole = false;
        notes.info("F66", section.place(), "import.unknown", FileValues.shown(option));
      }
    }
    return whole;
  }
}
