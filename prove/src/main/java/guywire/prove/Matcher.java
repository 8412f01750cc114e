package guywire.prove;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.FilterRule;
import guywire.network.PacketMatch;
import guywire.network.PacketMatch.InterfaceMatch;
import java.util.List;
import java.util.Optional;

/**
 * A packet where a machine's rules look at it.
 *
 * @param machine the machine
 * @param in the interface it came in on; empty if the machine sends it itself
 * @param out the interface it will leave by; empty before that is known, or if it stays
 * @param packet the packet
 * @param state how it stands to the connections the machine knows
 */
record Matcher(
    Machine machine,
    Optional<Device> in,
    Optional<Device> out,
    Packet packet,
    PacketMatch.Connections state) {

  /** Whether a rule is for it. */
  boolean matches(PacketMatch match) {
    return fits(match.in(), in)
        && fits(match.out(), out)
        && among(match.from(), packet.source())
        && among(match.to(), packet.destination())
        && match.transport().map(packet.transport()::equals).orElse(true)
        && (match.ports().isEmpty()
            || match.ports().stream().anyMatch(range -> range.contains(packet.port())))
        && (match.connections() == PacketMatch.Connections.ANY || match.connections() == state);
  }

  /** The first of the rules that is for it. */
  Optional<FilterRule> firstOf(List<FilterRule> rules) {
    return rules.stream().filter(rule -> matches(rule.match())).findFirst();
  }

  private boolean fits(Optional<InterfaceMatch> wanted, Optional<Device> device) {
    if (wanted.isEmpty()) {
      return true;
    }
    boolean same = device.isPresent() && machine.called(device.get(), wanted.get().name().text());
    return same != wanted.get().negated();
  }

  private static boolean among(List<Prefix> prefixes, IpAddress address) {
    return prefixes.isEmpty() || prefixes.stream().anyMatch(prefix -> prefix.contains(address));
  }
}
