package guywire.node;

import guywire.network.Cryptokeys;
import guywire.network.EndpointAddress;
import guywire.network.InterfaceName;
import guywire.network.NodeConfig;
import guywire.protocol.PublicKey;
import java.util.ArrayList;
import java.util.List;

/**
 * The endpoint that a peer of a tunnel is configured with.
 *
 * @param tunnel the interface
 * @param peer the peer
 * @param endpoint its endpoint
 */
public record PeerEndpoint(InterfaceName tunnel, PublicKey peer, EndpointAddress endpoint) {

  /** Those of a node. */
  static List<PeerEndpoint> of(NodeConfig config) {
    var endpoints = new ArrayList<PeerEndpoint>();
    for (var tunnel : config.interfaces()) {
      for (var peer : Cryptokeys.of(tunnel).peers().values()) {
        peer.endpoint()
            .map(endpoint -> new PeerEndpoint(tunnel.name(), peer.publicKey(), endpoint))
            .ifPresent(endpoints::add);
      }
    }
    return endpoints;
  }
}
