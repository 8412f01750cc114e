package guywire.control.change;

import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.network.PeerConfig;
import guywire.protocol.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** How a planned node differs from the plan just now: in whom it lets in, and by which keys. */
final class CarriedOut {

  private CarriedOut() {}

  /** A node that lets none of these in. */
  static NodeConfig without(NodeConfig config, Set<Name> out) {
    return with(
        config,
        peers ->
            peers.stream().filter(peer -> peer.name().filter(out::contains).isEmpty()).toList());
  }

  /**
   * A node that answers peers by their second keys as well.
   *
   * @param keys the keys that nodes have
   * @param others the second keys of those that change theirs
   */
  static NodeConfig withBoth(
      NodeConfig config, Map<Name, PublicKey> keys, Map<Name, PublicKey> others) {
    return with(
        config,
        peers -> {
          var both = new ArrayList<>(peers);
          for (var peer : peers) {
            peer.name()
                .filter(name ->
                    Optional.ofNullable(keys.get(name)).equals(Optional.of(peer.publicKey())))
                .flatMap(name -> Optional.ofNullable(others.get(name)))
                .ifPresent(key -> both.add(peer.besides(key)));
          }
          return both;
        });
  }

  private static NodeConfig with(NodeConfig config, UnaryOperator<List<PeerConfig>> change) {
    return config.withInterfaces(
        config.interfaces().stream()
            .map(tunnel -> tunnel.withPeers(change.apply(tunnel.peers())))
            .toList());
  }
}
