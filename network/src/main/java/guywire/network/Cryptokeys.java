package guywire.network;

import guywire.address.Prefix;
import guywire.protocol.PublicKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What WireGuard makes of the peers written for an interface: which peers it has, and which of them
 * owns each prefix.
 *
 * <p>A prefix has one owner: of two peers that list the same one, the later takes it. Of two
 * sections with the same public key only the later's allowed IPs count, because each section
 * replaces what the peer had. A peer with the interface's own key is left out.
 *
 * <p>Immutable. Of a network with many entries it is worth keeping: the owners are as many.
 */
public final class Cryptokeys {

  private final Map<PublicKey, PeerConfig> peers;
  private final Map<Prefix, PeerConfig> owners;

  private Cryptokeys(Map<PublicKey, PeerConfig> peers, Map<Prefix, PeerConfig> owners) {
    this.peers = Collections.unmodifiableMap(peers);
    this.owners = Collections.unmodifiableMap(owners);
  }

  /** The peers, one for each key, as the last section with that key describes it. */
  public Map<PublicKey, PeerConfig> peers() {
    return peers;
  }

  /** The owner of each prefix, in the order in which the prefixes were last taken. */
  public Map<Prefix, PeerConfig> owners() {
    return owners;
  }

  /** The peers and owners that an interface has once it is configured. */
  public static Cryptokeys of(TunnelInterface tunnel) {
    var peers = new LinkedHashMap<PublicKey, PeerConfig>();
    for (var peer : tunnel.peers()) {
      if (tunnel.publicKey().isPresent() && tunnel.publicKey().get().equals(peer.publicKey())) {
        continue;
      }
      peers.remove(peer.publicKey());
      peers.put(peer.publicKey(), peer);
    }
    var owners = new LinkedHashMap<Prefix, PeerConfig>();
    for (var peer : peers.values()) {
      for (var prefix : peer.allowedIps()) {
        owners.remove(prefix);
        owners.put(prefix, peer);
      }
    }
    return new Cryptokeys(peers, owners);
  }

  /** The prefixes that this peer really owns. */
  public List<Prefix> ownedBy(PublicKey key) {
    var owned = new ArrayList<Prefix>();
    for (var entry : owners.entrySet()) {
      if (entry.getValue().publicKey().equals(key)) {
        owned.add(entry.getKey());
      }
    }
    return owned;
  }
}
