package guywire.prove;

import guywire.address.IpAddress;
import java.util.List;
import java.util.Optional;

/**
 * Whether a connection works, and how its first packet and the answer to it travel.
 *
 * @param there the packet's way
 * @param back the answer's way; empty if the packet did not arrive
 * @param conditions what all this depends on; empty if on nothing
 * @param mtu the largest packet in bytes that passes every tunnel on the way, both ways; 0 if it
 *     passes none
 */
public record Answer(
    PacketTrace there, Optional<PacketTrace> back, List<Condition> conditions, int mtu) {

  /** Copies the list. */
  public Answer {
    conditions = List.copyOf(conditions);
  }

  /** Whether the packet arrives, whatever becomes of the answer. */
  public boolean arrives() {
    return there.arrived();
  }

  /** Whether packet and answer arrive. */
  public boolean works() {
    return arrives() && back.map(PacketTrace::arrived).orElse(false);
  }

  /** Whether packet and answer arrive without depending on anything. */
  public boolean certain() {
    return works() && conditions.isEmpty();
  }

  /** Whether it does not work as far as all is understood, and may do so all the same. */
  public boolean mayWork() {
    return !works() && conditions.stream().anyMatch(one -> one.kind() == Condition.Kind.MAY_CHANGE);
  }

  /** Where it stops, there or on the way back. */
  public Optional<Stop> stop() {
    return there.stop().or(() -> back.flatMap(PacketTrace::stop));
  }

  /** The source address that the far end sees. */
  public Optional<IpAddress> sourceSeen() {
    return arrives() ? Optional.of(there.seen().source()) : Optional.empty();
  }
}
