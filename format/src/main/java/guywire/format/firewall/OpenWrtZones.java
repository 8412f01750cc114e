package guywire.format.firewall;

import guywire.format.syntax.UciFile;
import guywire.format.syntax.UciFile.Section;
import guywire.network.FilterRule.Verdict;
import guywire.network.InterfaceName;
import guywire.network.PacketMatch.InterfaceMatch;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The zones of a router and what is in them, and what is done with packets of none. */
final class OpenWrtZones {

  private final UciFile uci;
  private final Map<String, String> devices;
  private final Map<String, Zone> zones = new LinkedHashMap<>();
  private final Set<InterfaceName> tunnels = new LinkedHashSet<>();

  /**
   * Those of a router, none of which is known yet.
   *
   * @param devices the device of each network that has one
   */
  OpenWrtZones(UciFile uci, Map<String, String> devices, List<TunnelPort> ports) {
    this.uci = uci;
    this.devices = devices;
    ports.forEach(port -> tunnels.add(port.tunnel()));
  }

  /** A zone with its interfaces. */
  record Zone(String name, Section section, List<InterfaceName> members) {
    Verdict verdict(String option) {
      return OpenWrtZones.verdict(section.text(option, "REJECT"));
    }
  }

  void add(Zone zone) {
    zones.put(zone.name(), zone);
  }

  Optional<Zone> named(String name) {
    return Optional.ofNullable(zones.get(name));
  }

  /** The interfaces of the router's tunnels. */
  Set<InterfaceName> tunnels() {
    return Collections.unmodifiableSet(tunnels);
  }

  /** The zones that the router's tunnels are in; one for each tunnel. */
  Stream<Zone> ofTunnels() {
    return tunnels.stream().flatMap(tunnel -> of(tunnel).stream());
  }

  /** The device of a network. */
  String device(String network) {
    return devices.getOrDefault(network, network);
  }

  /** The zone that an interface is in. */
  Optional<Zone> of(InterfaceName tunnel) {
    return zones.values().stream().filter(zone -> zone.members().contains(tunnel)).findFirst();
  }

  /** The section that says what is done with packets of no zone, and with those between zones. */
  Optional<Section> defaults() {
    return uci.sections("firewall").stream()
        .filter(section -> section.type().equals("defaults"))
        .reduce((_, last) -> last);
  }

  /** What is done with packets of no zone. */
  Verdict other(String option) {
    return defaults().map(section -> verdict(section.text(option, "DROP"))).orElse(Verdict.DROP);
  }

  /** The interfaces of a zone, each a match of its own; every interface for a star. */
  List<Optional<InterfaceMatch>> sides(String zone) {
    if (zone.equals("*") || zone.isEmpty()) {
      return List.of(Optional.empty());
    }
    var known = zones.get(zone);
    var names = known == null ? List.<InterfaceName>of() : known.members();
    if (names.isEmpty()) {
      names = InterfaceName.tryParse(device(zone)).stream().toList();
    }
    return names.stream().map(name -> Optional.of(InterfaceMatch.of(name))).toList();
  }

  /** Rules with those put together that are alike but for their zones, see {@link Zoned}. */
  <T> List<Zoned<T>> merged(List<Zoned<T>> rules) {
    var all = new LinkedHashSet<>(tunnels);
    for (var zone : List.of("lan", "wan")) {
      sides(zone).forEach(side -> side.ifPresent(match -> all.add(match.name())));
    }
    return Zoned.merged(rules, tunnels, all);
  }

  static Verdict verdict(String word) {
    return switch (word.toUpperCase(Locale.ROOT)) {
      case "ACCEPT" -> Verdict.ACCEPT;
      case "REJECT" -> Verdict.REJECT;
      default -> Verdict.DROP;
    };
  }
}
