package guywire.prove;

import guywire.network.NatRule;
import guywire.network.NodeConfig;
import guywire.network.PacketMatch;
import guywire.network.PortRange;
import guywire.network.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Connections that no rule of a network tells apart, so that one answer is the answer for all of
 * them: ICMP, or ports of TCP or UDP.
 *
 * @param transport what they carry
 * @param ports their destination ports, in order; all ports where no rule speaks of ports; empty
 *     for ICMP
 */
public record PortClass(Transport transport, List<PortRange> ports) {

  /** All ICMP. */
  static final PortClass ICMP = new PortClass(Transport.ICMP, List.of());

  private static final int LAST_PORT = 65_535;

  /** What is asked for ports that no rule names: the echo service (RFC 862). */
  private static final int USUAL_PORT = 7;

  /** So many ranges of ports are told apart for each transport; a network rarely names more. */
  private static final int MOST_RANGES = 32;

  /** Copies the list. */
  public PortClass {
    ports = List.copyOf(ports);
  }

  /** A port of the class; empty for ICMP. */
  public OptionalInt sample() {
    if (ports.isEmpty()) {
      return OptionalInt.empty();
    }
    boolean usual = ports.stream().anyMatch(range -> range.contains(USUAL_PORT));
    return OptionalInt.of(usual ? USUAL_PORT : ports.getFirst().first());
  }

  /**
   * The classes that the rules of these nodes tell apart. Where no rule asks what a packet carries,
   * ICMP alone stands for everything.
   */
  static List<PortClass> of(List<NodeConfig> nodes) {
    var classes = new ArrayList<PortClass>(List.of(ICMP));
    if (matches(nodes).allMatch(match -> match.transport().isEmpty())) {
      return classes;
    }
    for (var transport : List.of(Transport.TCP, Transport.UDP)) {
      classes.addAll(classes(transport, named(nodes, transport)));
    }
    return classes;
  }

  private static Stream<PacketMatch> matches(List<NodeConfig> nodes) {
    return nodes.stream()
        .flatMap(node ->
            Stream.of(
                    node.firewall().input().stream().map(rule -> rule.match()),
                    node.firewall().forward().stream().map(rule -> rule.match()),
                    node.firewall().output().stream().map(rule -> rule.match()),
                    node.nat().stream().map(NatRule::match))
                .flatMap(matches -> matches));
  }

  private static List<PortRange> named(List<NodeConfig> nodes, Transport transport) {
    return matches(nodes)
        .filter(match -> match.transport().filter(transport::equals).isPresent())
        .flatMap(match -> match.ports().stream())
        .distinct()
        .limit(MOST_RANGES)
        .toList();
  }

  /** The pieces of the named ranges each by themselves; all other ports are one class. */
  private static List<PortClass> classes(Transport transport, List<PortRange> named) {
    var boundaries = new TreeSet<Integer>(List.of(1, LAST_PORT + 1));
    for (var range : named) {
      boundaries.add(range.first());
      boundaries.add(range.last() + 1);
    }
    var classes = new ArrayList<PortClass>();
    var others = new ArrayList<PortRange>();
    int from = 1;
    for (int boundary : boundaries) {
      if (boundary > from) {
        int first = from;
        var piece = new PortRange(first, boundary - 1);
        if (named.stream().anyMatch(range -> range.contains(first))) {
          classes.add(new PortClass(transport, List.of(piece)));
        } else {
          others.add(piece);
        }
      }
      from = boundary;
    }
    if (!others.isEmpty()) {
      classes.add(new PortClass(transport, others));
    }
    return classes;
  }

  /** {@code icmp}, {@code tcp/22}, {@code udp}. */
  @Override
  public String toString() {
    boolean all = ports.equals(List.of(new PortRange(1, LAST_PORT)));
    return transport.word()
        + (ports.isEmpty() || all
            ? ""
            : "/" + String.join(",", ports.stream().map(PortRange::toString).toList()));
  }
}
