package guywire.node;

import guywire.network.Cryptokeys;
import guywire.network.EndpointAddress;
import guywire.network.InterfaceName;
import guywire.network.LanEndpoint;
import guywire.network.NodeConfig;
import guywire.protocol.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The endpoint that a peer of a tunnel is configured with.
 *
 * @param tunnel the interface
 * @param peer the peer
 * @param endpoint its endpoint
 * @param inLan where it is called instead while this host is in its LAN
 */
public record PeerEndpoint(
    InterfaceName tunnel, PublicKey peer, EndpointAddress endpoint, Optional<LanEndpoint> inLan) {

  /** Whether it needs an agent, as no program that carries packets follows it. */
  boolean isFollowed() {
    return endpoint.address().isEmpty() || inLan.isPresent();
  }

  /** Written out, as a record's own goes through method handles that each process makes anew. */
  @Override
  public boolean equals(Object other) {
    return this == other
        || other instanceof PeerEndpoint given
            && tunnel.equals(given.tunnel)
            && peer.equals(given.peer)
            && endpoint.equals(given.endpoint)
            && inLan.equals(given.inLan);
  }

  @Override
  public int hashCode() {
    return 31 * tunnel.hashCode() + peer.hashCode();
  }

  /** Those of a node. */
  static List<PeerEndpoint> of(NodeConfig config) {
    var endpoints = new ArrayList<PeerEndpoint>();
    for (var tunnel : config.interfaces()) {
      for (var peer : Cryptokeys.of(tunnel).peers().values()) {
        peer.endpoint()
            .map(endpoint ->
                new PeerEndpoint(tunnel.name(), peer.publicKey(), endpoint, peer.inLan()))
            .ifPresent(endpoints::add);
      }
    }
    return endpoints;
  }
}
