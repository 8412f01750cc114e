package guywire.node;

import guywire.address.Prefix;
import guywire.network.Cryptokeys;
import guywire.network.InterfaceName;
import guywire.network.NodeConfig;
import guywire.protocol.PublicKey;
import java.util.ArrayList;
import java.util.List;

/**
 * A peer that a tunnel was given, without what is secret.
 *
 * @param tunnel the interface
 * @param key who the peer is
 * @param allowedIps its allowed IPs
 */
record KnownPeer(InterfaceName tunnel, PublicKey key, List<Prefix> allowedIps) {

  KnownPeer {
    allowedIps = List.copyOf(allowedIps);
  }

  /** Written out, as a record's own goes through method handles that each process makes anew. */
  @Override
  public boolean equals(Object other) {
    return this == other
        || other instanceof KnownPeer peer
            && tunnel.equals(peer.tunnel)
            && key.equals(peer.key)
            && allowedIps.equals(peer.allowedIps);
  }

  @Override
  public int hashCode() {
    return 31 * tunnel.hashCode() + key.hashCode();
  }

  /** Those of a node. */
  static List<KnownPeer> of(NodeConfig config) {
    var known = new ArrayList<KnownPeer>();
    for (var tunnel : config.interfaces()) {
      for (var peer : Cryptokeys.of(tunnel).peers().values()) {
        known.add(new KnownPeer(tunnel.name(), peer.publicKey(), peer.allowedIps()));
      }
    }
    return known;
  }
}
