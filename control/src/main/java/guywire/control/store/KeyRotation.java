package guywire.control.store;

import guywire.network.json.NetworkId;
import guywire.network.json.NodeId;
import guywire.protocol.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * A managed node that changes its WireGuard key, as it is kept.
 *
 * @param network its network
 * @param node the node
 * @param state how far it is
 * @param otherKey the key that it will have, once announced; the one that it had, once switched
 * @param revision the network's revision of the last step
 * @param begun when somebody wanted it
 * @param graceEnds until when others are waited for, if a server is there all the time and nobody
 *     sets its clock
 */
public record KeyRotation(
    NetworkId network,
    NodeId node,
    State state,
    Optional<PublicKey> otherKey,
    long revision,
    Instant begun,
    Instant graceEnds) {

  /** So long others are waited for. */
  public Duration grace() {
    return Duration.between(begun, graceEnds);
  }

  /** How far a node is that changes its key. */
  public enum State {
    /** It was told to make a key. */
    WANTED,
    /** Its peers are told to accept both. */
    ANNOUNCED,
    /** It was told to have the new one. */
    SWITCHED;

    /** The word in the API and in the database. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
