package guywire.node;

import guywire.address.Prefix;
import guywire.protocol.Endpoint;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What is to be changed on a running WireGuard interface; what is empty stays as it is.
 *
 * @param privateKey its new key
 * @param listenPort its new UDP port; 0 for any
 * @param firewallMark its new mark; 0 for none
 * @param peers changes of peers, in order
 */
record DeviceChange(
    Optional<PrivateKey> privateKey,
    OptionalInt listenPort,
    OptionalLong firewallMark,
    List<PeerChange> peers) {

  /** A key of zeros says "none" on every interface to WireGuard. */
  static final PresharedKey NO_PRESHARED_KEY = PresharedKey.of(new byte[32]);

  private static final PrivateKey NO_PRIVATE_KEY = PrivateKey.of(new byte[32]);

  /** Has a peer called at another endpoint, and changes nothing else. */
  static DeviceChange ofEndpoint(PublicKey peer, Endpoint endpoint) {
    var change =
        new PeerChange(
            peer,
            Fate.CHANGED,
            Optional.empty(),
            Optional.of(endpoint),
            OptionalInt.empty(),
            false,
            List.of());
    return new DeviceChange(
        Optional.empty(), OptionalInt.empty(), OptionalLong.empty(), List.of(change));
  }

  /**
   * A change of one peer.
   *
   * @param key who it is
   * @param fate whether it is added, changed or removed
   * @param presharedKey its new preshared key; zeros for none
   * @param endpoint its new endpoint
   * @param keepaliveSeconds its new keepalive; 0 for none
   * @param replaceAllowedIps whether it first loses all its allowed IPs
   * @param allowedIps the allowed IPs it gets, taken from others if they have them
   */
  record PeerChange(
      PublicKey key,
      Fate fate,
      Optional<PresharedKey> presharedKey,
      Optional<Endpoint> endpoint,
      OptionalInt keepaliveSeconds,
      boolean replaceAllowedIps,
      List<Prefix> allowedIps) {

    PeerChange {
      allowedIps = List.copyOf(allowedIps);
    }

    static PeerChange removal(PublicKey key) {
      return new PeerChange(
          key,
          Fate.REMOVED,
          Optional.empty(),
          Optional.empty(),
          OptionalInt.empty(),
          false,
          List.of());
    }

    private boolean isEmpty() {
      return fate == Fate.CHANGED
          && presharedKey.isEmpty()
          && endpoint.isEmpty()
          && keepaliveSeconds.isEmpty()
          && !replaceAllowedIps
          && allowedIps.isEmpty();
    }
  }

  /** What becomes of a peer. */
  enum Fate {
    ADDED,
    CHANGED,
    REMOVED
  }

  DeviceChange {
    peers = List.copyOf(peers);
  }

  boolean isEmpty() {
    return privateKey.isEmpty()
        && listenPort.isEmpty()
        && firewallMark.isEmpty()
        && peers.isEmpty();
  }

  /**
   * The smallest change from one state to another. Sessions of peers that stay live on, and their
   * allowed IPs never vanish in between unless one is to be removed. An endpoint is set only where
   * {@code to} has one that differs: it is for the caller to leave it out where the peer may have
   * roamed.
   */
  static DeviceChange between(WireGuardDevice from, WireGuardDevice to) {
    Map<Prefix, PublicKey> owners = owners(to);
    var owned = new HashMap<PublicKey, List<Prefix>>();
    owners.forEach((prefix, key) -> owned.computeIfAbsent(key, _ -> new ArrayList<>()).add(prefix));
    var before = from.peersByKey();
    var changes = new ArrayList<PeerChange>();
    var wanted = new HashSet<PublicKey>();
    to.peers().forEach(peer -> wanted.add(peer.key()));
    for (var peer : from.peers()) {
      if (!wanted.contains(peer.key())) {
        changes.add(PeerChange.removal(peer.key()));
      }
    }
    for (var peer : unique(to.peers())) {
      var change =
          between(
              Optional.ofNullable(before.get(peer.key())),
              peer,
              owned.getOrDefault(peer.key(), List.of()),
              owners.keySet());
      if (!change.isEmpty()) {
        changes.add(change);
      }
    }
    PrivateKey key = to.privateKey().orElse(NO_PRIVATE_KEY);
    return new DeviceChange(
        key.equals(from.privateKey().orElse(NO_PRIVATE_KEY)) ? Optional.empty() : Optional.of(key),
        to.listenPort() == from.listenPort()
            ? OptionalInt.empty()
            : OptionalInt.of(to.listenPort()),
        to.firewallMark() == from.firewallMark()
            ? OptionalLong.empty()
            : OptionalLong.of(to.firewallMark()),
        changes);
  }

  private static PeerChange between(
      Optional<WireGuardPeer> before, WireGuardPeer after, List<Prefix> owned, Set<Prefix> all) {
    Set<Prefix> had = before.map(peer -> Set.copyOf(peer.allowedIps())).orElse(Set.of());
    // A prefix that goes to another peer is taken from this one there; any other must be dropped.
    boolean drops = !all.containsAll(had);
    PresharedKey secret = after.presharedKey().orElse(NO_PRESHARED_KEY);
    PresharedKey secretBefore =
        before.flatMap(WireGuardPeer::presharedKey).orElse(NO_PRESHARED_KEY);
    int keepalive = after.keepaliveSeconds();
    return new PeerChange(
        after.key(),
        before.isEmpty() ? Fate.ADDED : Fate.CHANGED,
        secret.equals(secretBefore) ? Optional.empty() : Optional.of(secret),
        after.endpoint().equals(before.flatMap(WireGuardPeer::endpoint))
            ? Optional.empty()
            : after.endpoint(),
        keepalive == before.map(WireGuardPeer::keepaliveSeconds).orElse(0)
            ? OptionalInt.empty()
            : OptionalInt.of(keepalive),
        drops,
        drops ? owned : owned.stream().filter(prefix -> !had.contains(prefix)).toList());
  }

  /** Who has each prefix: of two peers that name the same, WireGuard heeds the later. */
  private static Map<Prefix, PublicKey> owners(WireGuardDevice device) {
    var owners = new LinkedHashMap<Prefix, PublicKey>();
    for (var peer : device.peers()) {
      peer.allowedIps().forEach(prefix -> owners.put(prefix, peer.key()));
    }
    return owners;
  }

  /** Of two peers with the same key the later one, whose values win. */
  private static List<WireGuardPeer> unique(List<WireGuardPeer> peers) {
    var latest = new HashMap<PublicKey, WireGuardPeer>();
    peers.forEach(peer -> latest.put(peer.key(), peer));
    return peers.stream().map(WireGuardPeer::key).distinct().map(latest::get).toList();
  }
}
