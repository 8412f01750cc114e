package guywire.control.store;

import guywire.network.Name;
import guywire.network.json.NodeId;
import guywire.protocol.PublicKey;
import java.util.Optional;

/**
 * A node as it is kept.
 *
 * @param id which it is, whatever it is called
 * @param name what the definition calls it
 * @param publicKey its WireGuard public key, once it is known
 */
public record StoredNode(NodeId id, Name name, Optional<PublicKey> publicKey) {}
