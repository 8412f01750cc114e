package guywire.lab;

import guywire.network.Spot;
import java.util.Optional;

/**
 * What is measured beside the promises.
 *
 * @param matrix whether every pair of machines is tried
 * @param roaming whether roaming nodes change their networks in mid-connection
 * @param speed whether throughput and round-trip time are measured
 * @param speedPair the pair to measure; empty takes the first promise that something arrives
 * @param speedMillis how long throughput is measured
 */
public record ProbeOptions(
    boolean matrix,
    boolean roaming,
    boolean speed,
    Optional<SpeedPair> speedPair,
    int speedMillis) {

  /** Everything. */
  public static final ProbeOptions ALL = new ProbeOptions(true, true, true, Optional.empty(), 1000);

  /** Everything that takes no time of its own. */
  public static final ProbeOptions QUICK =
      new ProbeOptions(true, false, false, Optional.empty(), 0);

  /** Nothing. */
  public static final ProbeOptions NOTHING_ELSE =
      new ProbeOptions(false, false, false, Optional.empty(), 0);

  /** The pair whose speed is measured. */
  public record SpeedPair(Spot from, Spot to) {}
}
