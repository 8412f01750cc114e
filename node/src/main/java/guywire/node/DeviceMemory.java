package guywire.node;

import guywire.network.InterfaceName;
import guywire.network.json.NodeId;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * What the devices of a host's nodes were when they were as set up: the part of them that is
 * secret, or too fine to be recorded, and so is known only while somebody keeps it in mind.
 *
 * <p>For one thread.
 */
/*
 * No secret is written down for a mend: keys are read from the running devices, and die with the
 * process that keeps them in mind. What such a process finds missing when it begins it therefore can't
 * put back, and says so.
 */
final class DeviceMemory {

  private record Place(NodeId node, InterfaceName name) {}

  /** What is kept in mind of a device. */
  private static final class Known {
    Optional<PrivateKey> key = Optional.empty();
    int port;
    long mark;
    OptionalInt mtu = OptionalInt.empty();
    final Map<PublicKey, WireGuardPeer> peers = new HashMap<>();
  }

  private final Map<Place, Known> known = new HashMap<>();

  /**
   * Learns from what is seen, as far as it is what is recorded.
   *
   * @param fresh whether the node was set up since the last look, so that what is there counts more
   *     than what was
   */
  void learn(Observed observed, NodeRecord node, boolean fresh) {
    for (var name : node.interfaces()) {
      var device = observed.devices().get(name);
      if (device == null || !hasOwnKey(device, node)) {
        continue;
      }
      boolean first = !known.containsKey(new Place(node.id(), name));
      var kept = known.computeIfAbsent(new Place(node.id(), name), _ -> new Known());
      if (first || fresh) {
        kept.key = device.privateKey();
        kept.port = device.listenPort();
        kept.mark = device.firewallMark();
        kept.mtu =
            observed
                .holds(new Thing.Mtu(name))
                .map(mtu -> OptionalInt.of(Integer.parseInt(mtu)))
                .orElse(OptionalInt.empty());
      }
      var there = device.peersByKey();
      for (var peer : node.peers()) {
        if (peer.tunnel().equals(name)) {
          Optional.ofNullable(there.get(peer.key()))
              .filter(found -> isAsRecorded(found, peer))
              .ifPresent(found ->
                  kept.peers.merge(peer.key(), found, (old, now) -> fresh ? now : at(old, now)));
        }
      }
    }
  }

  private static boolean hasOwnKey(WireGuardDevice device, NodeRecord node) {
    return device
        .privateKey()
        .filter(key -> node.keys().isEmpty() || node.keys().contains(key.publicKey()))
        .isPresent();
  }

  private static boolean isAsRecorded(WireGuardPeer peer, KnownPeer recorded) {
    return new HashSet<>(peer.allowedIps()).equals(new HashSet<>(recorded.allowedIps()));
  }

  /** The same peer where it is now: it may roam, and no more than that. */
  private static WireGuardPeer at(WireGuardPeer old, WireGuardPeer now) {
    return new WireGuardPeer(
        old.key(),
        old.presharedKey(),
        now.endpoint().or(old::endpoint),
        old.allowedIps(),
        old.keepaliveSeconds(),
        Optional.empty(),
        0,
        0);
  }

  /** The MTU that an interface should have, if that is known. */
  OptionalInt mtu(NodeId node, InterfaceName name) {
    return Optional.ofNullable(known.get(new Place(node, name)))
        .map(kept -> kept.mtu)
        .orElse(OptionalInt.empty());
  }

  /** Whether enough is known to make a device anew. */
  boolean knows(NodeRecord node, InterfaceName name) {
    var kept = known.get(new Place(node.id(), name));
    return kept != null
        && kept.key.isPresent()
        && node.peers().stream()
            .filter(peer -> peer.tunnel().equals(name))
            .allMatch(peer -> kept.peers.containsKey(peer.key()));
  }

  /**
   * What a device should be, as far as that is known: peers that somebody else added stay, but what
   * they took from those of the node is given back.
   *
   * @param now what it is
   */
  WireGuardDevice target(NodeRecord node, InterfaceName name, WireGuardDevice now) {
    var kept = Optional.ofNullable(known.get(new Place(node.id(), name))).orElseGet(Known::new);
    List<KnownPeer> recorded =
        node.peers().stream().filter(peer -> peer.tunnel().equals(name)).toList();
    var own = recorded.stream().map(KnownPeer::key).collect(Collectors.toSet());
    var present = now.peersByKey();
    var peers = new ArrayList<WireGuardPeer>();
    for (var stranger : now.peers()) {
      if (!own.contains(stranger.key())) {
        peers.add(stranger);
      }
    }
    for (var peer : recorded) {
      var there = Optional.ofNullable(present.get(peer.key()));
      Optional.ofNullable(kept.peers.get(peer.key()))
          .or(() -> there)
          .ifPresent(known ->
              peers.add(
                  new WireGuardPeer(
                      peer.key(),
                      known.presharedKey(),
                      there.flatMap(WireGuardPeer::endpoint).or(known::endpoint),
                      peer.allowedIps(),
                      known.keepaliveSeconds(),
                      Optional.empty(),
                      0,
                      0)));
    }
    return new WireGuardDevice(
        kept.key.or(now::privateKey),
        kept.port == 0 ? now.listenPort() : kept.port,
        kept.key.isPresent() ? kept.mark : now.firewallMark(),
        peers);
  }
}
