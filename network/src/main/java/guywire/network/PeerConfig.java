package guywire.network;

import guywire.address.Prefix;
import guywire.protocol.PresharedKey;
import guywire.protocol.PublicKey;
import java.util.List;
import java.util.Optional;

/**
 * One peer of a tunnel interface.
 *
 * @param name who it is, where known
 * @param publicKey its key
 * @param presharedKey the key mixed into the handshake, if any
 * @param endpoint where to send the first datagram; empty if the peer speaks first
 * @param allowedIps what is routed to it and accepted from it, in the order written; of the same
 *     prefix at two peers of an interface WireGuard keeps the later one
 * @param keepaliveSeconds 1 to 65535, or 0 for none
 * @param inLan where it is called instead by an agent while this host is in its LAN
 */
public record PeerConfig(
    Optional<Name> name,
    PublicKey publicKey,
    Optional<PresharedKey> presharedKey,
    Optional<EndpointAddress> endpoint,
    List<Prefix> allowedIps,
    int keepaliveSeconds,
    Optional<LanEndpoint> inLan) {

  /**
   * Copies the list and checks the range.
   *
   * @throws IllegalArgumentException if the keepalive is out of range
   */
  public PeerConfig {
    allowedIps = List.copyOf(allowedIps);
    if (keepaliveSeconds < 0 || keepaliveSeconds > 65535) {
      throw new IllegalArgumentException("keepalive is 0 to 65535 s, not " + keepaliveSeconds);
    }
  }

  /** A peer that is called at the same place wherever this host is. */
  public PeerConfig(
      Optional<Name> name,
      PublicKey publicKey,
      Optional<PresharedKey> presharedKey,
      Optional<EndpointAddress> endpoint,
      List<Prefix> allowedIps,
      int keepaliveSeconds) {
    this(name, publicKey, presharedKey, endpoint, allowedIps, keepaliveSeconds, Optional.empty());
  }

  /** Written out, as a record's own goes through method handles that each process makes anew. */
  @Override
  public boolean equals(Object other) {
    return this == other
        || other instanceof PeerConfig peer
            && keepaliveSeconds == peer.keepaliveSeconds
            && publicKey.equals(peer.publicKey)
            && name.equals(peer.name)
            && presharedKey.equals(peer.presharedKey)
            && endpoint.equals(peer.endpoint)
            && allowedIps.equals(peer.allowedIps)
            && inLan.equals(peer.inLan);
  }

  @Override
  public int hashCode() {
    return 31 * publicKey.hashCode() + allowedIps.hashCode();
  }

  /** The same peer by another name, or by none. */
  public PeerConfig withName(Optional<Name> other) {
    return new PeerConfig(
        other, publicKey, presharedKey, endpoint, allowedIps, keepaliveSeconds, inLan);
  }

  /** The same peer with another public key. */
  public PeerConfig withPublicKey(PublicKey other) {
    return new PeerConfig(name, other, presharedKey, endpoint, allowedIps, keepaliveSeconds, inLan);
  }

  /** The same peer with another pre-shared key, or with none. */
  public PeerConfig withPresharedKey(Optional<PresharedKey> other) {
    return new PeerConfig(name, publicKey, other, endpoint, allowedIps, keepaliveSeconds, inLan);
  }

  /** The same peer, called at an endpoint and kept awake so often. */
  public PeerConfig calledAt(EndpointAddress where, int seconds) {
    return new PeerConfig(
        name, publicKey, presharedKey, Optional.of(where), allowedIps, seconds, inLan);
  }

  /** The same peer by another key that it may have: answered, and sent nothing. */
  public PeerConfig besides(PublicKey other) {
    return new PeerConfig(name, other, presharedKey, endpoint, List.of(), 0, inLan);
  }

  /** The same peer, kept awake so often. */
  public PeerConfig keptAwake(int seconds) {
    return new PeerConfig(name, publicKey, presharedKey, endpoint, allowedIps, seconds, inLan);
  }

  /** The same peer with other allowed IPs. */
  public PeerConfig withAllowedIps(List<Prefix> others) {
    return new PeerConfig(name, publicKey, presharedKey, endpoint, others, keepaliveSeconds, inLan);
  }
}
