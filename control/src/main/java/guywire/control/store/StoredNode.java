package guywire.control.store;

import guywire.network.Name;
import guywire.network.json.NodeId;
import guywire.protocol.PublicKey;
import java.time.Instant;
import java.util.Optional;

/**
 * A node as it is kept.
 *
 * @param id which it is, whatever it is called
 * @param name what the definition calls it
 * @param publicKey its WireGuard public key, once it is known
 * @param paused whether nobody lets it in until it is resumed
 * @param expires from when on nobody lets it in
 * @param owner whose device it is, where it is somebody's
 */
public record StoredNode(
    NodeId id,
    Name name,
    Optional<PublicKey> publicKey,
    boolean paused,
    Optional<Instant> expires,
    Optional<User> owner) {

  /** The same as somebody's device, or nobody's. */
  public StoredNode of(Optional<User> other) {
    return new StoredNode(id, name, publicKey, paused, expires, other);
  }

  /** Whether others are to leave it out. */
  public boolean isOut(Instant now) {
    return paused || isExpired(now);
  }

  /** Whether its time is over. */
  public boolean isExpired(Instant now) {
    return expires.map(end -> !now.isBefore(end)).orElse(false);
  }
}
