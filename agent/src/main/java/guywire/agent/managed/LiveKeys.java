package guywire.agent.managed;

import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.network.PeerConfig;
import guywire.network.TunnelInterface;
import guywire.protocol.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which of two keys a peer has just now that changes its key: a configuration lists it twice, the
 * second time without allowed IPs, and both handshakes are answered.
 */
/*
 * WireGuard lets one peer alone own an address, so of two entries for one node only one can carry its traffic.
 * Nobody has to be told when to change over: a node has one private key at a time, so the key of its latest
 * handshake is the one that it has. It shakes hands at once when it has changed (HostSetup), and goes back the
 * same way. Which handshake is the latest says HandshakeOrder and no clock, because clocks jump.
 */
final class LiveKeys {

  private LiveKeys() {}

  /** Whether a node has a peer with two keys. */
  static boolean hasTwins(NodeConfig config) {
    return config.interfaces().stream()
        .anyMatch(tunnel -> tunnel.peers().stream().anyMatch(peer -> other(tunnel, peer) >= 0));
  }

  /**
   * A configuration in which each peer with two keys has its allowed IPs by the one that it has.
   *
   * @param handshakes for each interface a number for the latest handshake with each key, the
   *     higher the later
   */
  static NodeConfig chosen(
      NodeConfig config, Map<TunnelInterface, Map<PublicKey, Long>> handshakes) {
    return config.withInterfaces(
        config.interfaces().stream()
            .map(tunnel -> chosen(tunnel, handshakes.getOrDefault(tunnel, Map.of())))
            .toList());
  }

  private static TunnelInterface chosen(TunnelInterface tunnel, Map<PublicKey, Long> handshakes) {
    var peers = new ArrayList<>(tunnel.peers());
    for (int i = 0; i < peers.size(); i++) {
      int other = other(tunnel, tunnel.peers().get(i));
      if (other >= 0) {
        var said = tunnel.peers().get(i).publicKey();
        var besides = tunnel.peers().get(other).publicKey();
        if (latest(handshakes, besides) > latest(handshakes, said)) {
          peers.set(i, peers.get(i).withPublicKey(besides));
          peers.set(other, peers.get(other).withPublicKey(said));
        }
      }
    }
    return tunnel.withPeers(peers);
  }

  private static long latest(Map<PublicKey, Long> handshakes, PublicKey key) {
    return handshakes.getOrDefault(key, Long.MIN_VALUE);
  }

  /** Where the second entry of a peer stands, if this is the first of two; otherwise -1. */
  private static int other(TunnelInterface tunnel, PeerConfig peer) {
    Optional<Name> name = peer.name();
    if (name.isEmpty() || peer.allowedIps().isEmpty()) {
      return -1;
    }
    List<PeerConfig> peers = tunnel.peers();
    for (int i = 0; i < peers.size(); i++) {
      var each = peers.get(i);
      if (each.name().equals(name) && each.allowedIps().isEmpty()) {
        return i;
      }
    }
    return -1;
  }
}
