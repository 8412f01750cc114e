package guywire.node;

import guywire.address.Prefix;
import guywire.protocol.Endpoint;
import guywire.protocol.PresharedKey;
import guywire.protocol.PublicKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A peer of a running WireGuard interface.
 *
 * @param key who it is
 * @param presharedKey the key mixed into the handshake, if any
 * @param endpoint where its datagrams go now, if known
 * @param allowedIps what is routed to it and accepted from it
 * @param keepaliveSeconds the persistent keepalive, 0 for none
 * @param latestHandshake when the latest handshake was completed, if ever
 * @param receivedBytes received from it, with all overhead
 * @param sentBytes sent to it, with all overhead
 */
public record WireGuardPeer(
    PublicKey key,
    Optional<PresharedKey> presharedKey,
    Optional<Endpoint> endpoint,
    List<Prefix> allowedIps,
    int keepaliveSeconds,
    Optional<Instant> latestHandshake,
    long receivedBytes,
    long sentBytes) {

  /** Copies the list. */
  public WireGuardPeer {
    allowedIps = List.copyOf(allowedIps);
  }
}
