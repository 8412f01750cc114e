package guywire.network.json;

import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.TunnelInterface;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The secrets of a place, by the public keys they belong to. They stay there: a document names
 * them, and whoever reads it takes them from the key ring. It has no JSON form and does not show
 * them.
 */
public final class KeyRing {

  /** No secrets at all. */
  public static final KeyRing EMPTY = new KeyRing(List.of());

  private record Pair(Optional<PublicKey> own, PublicKey peer) {}

  private final Map<PublicKey, PrivateKey> keys = new HashMap<>();
  private final Map<Pair, PresharedKey> shared = new HashMap<>();

  private KeyRing(List<NodeConfig> nodes) {
    nodes.stream().flatMap(node -> node.interfaces().stream()).forEach(this::take);
  }

  /** The secrets of a node. */
  public static KeyRing of(NodeConfig node) {
    return new KeyRing(List.of(node));
  }

  /** The secrets of all nodes. */
  public static KeyRing of(Network network) {
    return new KeyRing(network.nodes());
  }

  /** One private key. */
  public static KeyRing of(PrivateKey key) {
    return ofKeys(List.of(key));
  }

  /** Some private keys. */
  public static KeyRing ofKeys(List<PrivateKey> keys) {
    var ring = new KeyRing(List.of());
    keys.forEach(key -> ring.keys.put(key.publicKey(), key));
    return ring;
  }

  /** These secrets, and the pre-shared keys of an interface with this public key and its peers. */
  public KeyRing with(PublicKey own, Map<PublicKey, PresharedKey> secrets) {
    var ring = new KeyRing(List.of());
    ring.keys.putAll(keys);
    ring.shared.putAll(shared);
    secrets.forEach((peer, secret) -> ring.shared.put(new Pair(Optional.of(own), peer), secret));
    return ring;
  }

  private void take(TunnelInterface tunnel) {
    tunnel.privateKey().ifPresent(key -> keys.put(key.publicKey(), key));
    for (var peer : tunnel.peers()) {
      var pair = new Pair(tunnel.publicKey(), peer.publicKey());
      // Of two sections with one key the later counts, as for WireGuard.
      peer.presharedKey().ifPresent(secret -> shared.put(pair, secret));
    }
  }

  /** The private key of this public one, if it is here. */
  public Optional<PrivateKey> own(PublicKey key) {
    return Optional.ofNullable(keys.get(key));
  }

  /** The pre-shared key of an interface with this key (where it has one) and a peer. */
  public Optional<PresharedKey> shared(Optional<PublicKey> own, PublicKey peer) {
    return Optional.ofNullable(shared.get(new Pair(own, peer)));
  }

  @Override
  public String toString() {
    return "KeyRing of " + keys.size() + " keys";
  }
}
