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
