package guywire.network;

import guywire.address.IpAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a connection shall come to.
 *
 * @param arrives whether the connection must work; false means that no packet may arrive
 * @param sourceSeen the source address that must be seen at the other end, if promised
 * @param via the nodes it must pass, in order, if promised
 * @param direct whether no other machine may lie between the two
 * @param down what is down while it must hold; empty for a network of which everything works
 * @param withinMillis for how many milliseconds no packet may get through at most when {@code down}
 *     goes down; only if something goes down
 */
public record PromisedReach(
    boolean arrives,
    Optional<IpAddress> sourceSeen,
    List<Name> via,
    boolean direct,
    List<Failure> down,
    OptionalLong withinMillis) {

  /** That it works, by whatever way. */
  public static final PromisedReach ARRIVES = simply(true);

  /** That no packet of it arrives. */
  public static final PromisedReach BLOCKED = simply(false);

  /**
   * Copies the lists and checks what belongs together.
   *
   * @throws IllegalArgumentException if a time is not of what goes on when something goes down
   */
  public PromisedReach {
    via = List.copyOf(via);
    down = List.copyOf(down);
    if (withinMillis.isPresent() && (down.isEmpty() || !arrives)) {
      throw new IllegalArgumentException("a time is promised for when something goes down");
    }
  }

  private static PromisedReach simply(boolean arrives) {
    return new PromisedReach(
        arrives, Optional.empty(), List.of(), false, List.of(), OptionalLong.empty());
  }

  /** The same where every way will do, and any time. */
  PromisedReach byAnyWay() {
    return new PromisedReach(arrives, sourceSeen, List.of(), false, down, OptionalLong.empty());
  }
}
