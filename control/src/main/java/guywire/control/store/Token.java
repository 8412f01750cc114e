package guywire.control.store;

import guywire.network.json.NetworkId;
import guywire.network.json.NodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A token as it is kept: all but the secret.
 *
 * @param id which it is
 * @param owner whose it is, and in whose name its holder acts
 * @param label what it is for
 * @param scope what its holder may do
 * @param network the only network that it is for; empty for all, and for the server itself
 * @param node the only node that it is for
 * @param created when it was made
 * @param expires from when on it is worth nothing
 * @param usesLeft how often it can be used; empty for any number
 * @param seen of a session, which a browser holds: when it was last used; empty for all others
 */
public record Token(
    String id,
    User owner,
    String label,
    Scope scope,
    Optional<NetworkId> network,
    Optional<NodeId> node,
    Instant created,
    Optional<Instant> expires,
    Optional<Long> usesLeft,
    Optional<Instant> seen) {

  /** So long a session is worth something, however much it is used. */
  public static final Duration SESSION = Duration.ofDays(7);

  /** So long a session is worth something while nobody uses it. */
  public static final Duration IDLE = Duration.ofHours(12);

  /** Whether it is worth anything at this time. */
  public boolean isValid(Instant now) {
    return expires.map(now::isBefore).orElse(true)
        && usesLeft.map(left -> left > 0).orElse(true)
        && seen.map(at -> now.isBefore(at.plus(IDLE))).orElse(true);
  }

  /** Whether a browser holds it as its session, rather than a program as its token. */
  public boolean isSession() {
    return seen.isPresent();
  }
}
