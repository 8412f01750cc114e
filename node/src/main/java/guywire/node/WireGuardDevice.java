package guywire.node;

import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.util.List;
import java.util.Optional;

/**
 * A running WireGuard interface as its program or the kernel tells of it.
 *
 * @param privateKey its key, if it has one; it never shows itself
 * @param listenPort its UDP port, 0 if it has none
 * @param firewallMark the mark of its outer packets, 0 for none
 * @param peers its peers
 */
public record WireGuardDevice(
    Optional<PrivateKey> privateKey, int listenPort, long firewallMark, List<WireGuardPeer> peers) {

  /** Copies the list. */
  public WireGuardDevice {
    peers = List.copyOf(peers);
  }

  /** The peer with this key, if there is one. */
  public Optional<WireGuardPeer> peer(PublicKey key) {
    return peers.stream().filter(peer -> peer.key().equals(key)).findFirst();
  }
}
