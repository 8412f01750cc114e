package guywire.agent.choice;

import guywire.address.IpAddress;
import guywire.network.Name;
import guywire.network.Way;
import java.util.List;
import java.util.Optional;

/**
 * How the choice of the ways to a destination stands.
 *
 * @param destination the other node, or the site
 * @param address where its agent answers, or that of the first gateway
 * @param busy whether there was traffic just now, so that its ways are probed
 * @param sinceNanos for how long the present way has been used
 * @param ways its ways, the best first
 */
public record Standing(
    Name destination, IpAddress address, boolean busy, long sinceNanos, List<WayStanding> ways) {

  /** Copies the list. */
  public Standing {
    ways = List.copyOf(ways);
  }

  /** What is known of a way. */
  public enum Life {
    /** It answers. */
    ALIVE,
    /** It answers again, but not yet for long enough. */
    RETURNING,
    /** It is probed and does not answer. */
    SILENT,
    /** It is not probed now. */
    UNKNOWN,
    /** Its interface is not there. */
    GONE
  }

  /**
   * How one way stands.
   *
   * @param way the way
   * @param used whether it is in use
   * @param life whether it lives
   * @param answeredNanosAgo when it last answered, if it ever did
   * @param roundTripNanos how long an answer usually takes, if there was one
   * @param loss the part of probes that is lost while it is alive, 0 to 1
   */
  public record WayStanding(
      Way way,
      boolean used,
      Life life,
      Optional<Long> answeredNanosAgo,
      Optional<Long> roundTripNanos,
      double loss) {}
}
