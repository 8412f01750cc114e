package guywire.prove;

import guywire.network.Name;
import guywire.network.Spot;
import java.util.List;
import java.util.Optional;

/**
 * How far one packet came.
 *
 * @param packet the packet as it was sent
 * @param seen the packet as it was last seen, addresses rewritten on the way
 * @param hops the machines it passed, where it began first
 * @param end where it arrived, if that is a spot
 * @param stop why it went no further; empty if it arrived
 */
public record PacketTrace(
    Packet packet, Packet seen, List<Hop> hops, Optional<Spot> end, Optional<Stop> stop) {

  /** Copies the list. */
  public PacketTrace {
    hops = List.copyOf(hops);
  }

  /** Whether the packet arrived. */
  public boolean arrived() {
    return stop.isEmpty();
  }

  /** The names of the machines between the first and the last. */
  public List<String> passed() {
    return hops.size() <= 2
        ? List.of()
        : hops.subList(1, hops.size() - 1).stream().map(Hop::machine).toList();
  }

  /** Whether it passed these nodes in this order, others between them allowed. */
  public boolean passed(List<Name> nodes) {
    int next = 0;
    for (var machine : passed()) {
      if (next < nodes.size() && nodes.get(next).text().equals(machine)) {
        next++;
      }
    }
    return next == nodes.size();
  }
}
