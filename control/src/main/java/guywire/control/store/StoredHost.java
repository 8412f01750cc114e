package guywire.control.store;

import guywire.network.Name;
import guywire.network.json.NetworkId;
import guywire.network.json.NodeId;
import guywire.network.managed.HostDescription;
import guywire.protocol.PublicKey;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * A host that asked to be a node, as it is kept.
 *
 * @param id which it is
 * @param network where it wants to be a node
 * @param node the node that it is; empty until that is approved
 * @param state what became of its wish
 * @param name what it would like to be called
 * @param memberOf the group that a new node becomes a member of
 * @param publicKey its WireGuard public key
 * @param identity the public half of the key by which it proves who it is
 * @param facts what it told of itself
 * @param address where it came from, as this server saw it
 * @param created since when it is kept
 */
public record StoredHost(
    NodeId id,
    NetworkId network,
    Optional<NodeId> node,
    State state,
    Name name,
    Optional<Name> memberOf,
    PublicKey publicKey,
    String identity,
    HostDescription facts,
    String address,
    Instant created) {

  /** What became of a host's wish. */
  public enum State {
    /** Somebody has to say yes. */
    WAITING,
    /** It is a node. */
    APPROVED,
    /** Somebody said no. */
    REFUSED;

    /** The word in the API and in the database. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Whether another wish is that of this host, once more. */
  public boolean isSame(StoredHost other) {
    return identity.equals(other.identity)
        && publicKey.equals(other.publicKey)
        && network.equals(other.network)
        && name.equals(other.name);
  }
}
