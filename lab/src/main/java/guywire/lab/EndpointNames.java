package guywire.lab;

import guywire.address.IpAddress;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.PeerConfig;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The host names that endpoints use, and the public addresses of the nodes they belong to: what the
 * internet's name server must know so that a network whose endpoints are names can be tried.
 */
final class EndpointNames {

  private final Network network;

  EndpointNames(Network network) {
    this.network = network;
  }

  /**
   * The addresses by lower-case name; the name of a node that has no public address is left out.
   */
  Map<String, List<IpAddress>> known() {
    Map<String, Set<IpAddress>> known = new HashMap<>();
    for (NodeConfig node : network.nodes()) {
      for (var tunnel : node.interfaces()) {
        for (PeerConfig peer : tunnel.peers()) {
          peer.endpoint()
              .filter(endpoint -> endpoint.address().isEmpty())
              .ifPresent(endpoint ->
                  known
                      .computeIfAbsent(
                          endpoint.host().toLowerCase(Locale.ROOT), host -> new LinkedHashSet<>())
                      .addAll(
                          owner(peer).map(network.underlay()::publicAddresses).orElse(List.of())));
        }
      }
    }
    var names = new HashMap<String, List<IpAddress>>();
    known.forEach((name, addresses) -> {
      if (!addresses.isEmpty()) {
        names.put(name, List.copyOf(addresses));
      }
    });
    return names;
  }

  private Optional<Name> owner(PeerConfig peer) {
    return network.nodes().stream()
        .filter(node ->
            node.interfaces().stream()
                .anyMatch(t -> t.publicKey().equals(Optional.of(peer.publicKey()))))
        .map(NodeConfig::name)
        .findFirst()
        .or(peer::name);
  }
}
