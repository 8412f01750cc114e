package guywire.plan.definition;

import guywire.network.text.Place;
import guywire.plan.definition.Definition.Ref;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * An exception to the topology for some pairs of nodes.
 *
 * @param left one end
 * @param right the other end; empty if every pair within {@code left} is meant
 * @param way how they meet
 * @param mtu the MTU of the tunnel in bytes, if set by hand
 * @param presharedKey whether it has a pre-shared key, if said
 * @param keepaliveSeconds seconds if set by hand; 0 for never
 * @param place where it stands
 */
public record LinkEntry(
    List<Ref> left,
    List<Ref> right,
    LinkPath way,
    OptionalInt mtu,
    Optional<Boolean> presharedKey,
    OptionalInt keepaliveSeconds,
    Place place) {

  /** Copies the lists. */
  public LinkEntry {
    left = List.copyOf(left);
    right = List.copyOf(right);
  }

  /** How two nodes meet. */
  public sealed interface LinkPath {

    /** As the topology says. */
    record Usual() implements LinkPath {}

    /**
     * By a tunnel between them.
     *
     * @param spare through whom, while that fails; empty if they are to meet directly or not at all
     */
    record Direct(Optional<Ref> spare) implements LinkPath {}

    /**
     * Through a node that relays.
     *
     * @param relay the relay
     */
    record Via(Ref relay) implements LinkPath {}

    /** Not at all. */
    record None() implements LinkPath {}
  }
}
