package guywire.agent;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.Destination;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.node.WireGuardDevice;
import guywire.node.WireGuardPeer;
import guywire.protocol.PublicKey;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Which peer of a tunnel each destination is reached through: the longest prefix counts.
 *
 * <p>For one thread.
 */
/*
 * A hub of hundreds looks at its counters every other second, and its peers hardly ever change: so it is worked out
 * only when they do.
 */
final class ReachedPeers {

  private final List<Destination> destinations;
  private final Map<InterfaceName, List<WireGuardPeer>> known = new HashMap<>();
  private final Map<InterfaceName, Map<Name, PublicKey>> reached = new HashMap<>();

  ReachedPeers(List<Destination> destinations) {
    this.destinations = List.copyOf(destinations);
  }

  /** The peer that a destination is reached through on a tunnel, if any is, as last learned. */
  Optional<PublicKey> of(InterfaceName tunnel, Name node) {
    return Optional.ofNullable(reached.getOrDefault(tunnel, Map.of()).get(node));
  }

  /** Learns which peers a tunnel has now. */
  void learn(InterfaceName tunnel, WireGuardDevice device) {
    var before = known.put(tunnel, device.peers());
    if (before == null || !areAlike(before, device.peers())) {
      reached.put(tunnel, reached(tunnel, device));
    }
  }

  private static boolean areAlike(List<WireGuardPeer> before, List<WireGuardPeer> now) {
    if (before.size() != now.size()) {
      return false;
    }
    for (int i = 0; i < now.size(); i++) {
      if (!now.get(i).key().equals(before.get(i).key())
          || !now.get(i).allowedIps().equals(before.get(i).allowedIps())) {
        return false;
      }
    }
    return true;
  }

  private Map<Name, PublicKey> reached(InterfaceName tunnel, WireGuardDevice device) {
    var owners = new HashMap<Prefix, PublicKey>();
    var lengths = new TreeSet<Integer>(Comparator.reverseOrder());
    for (var peer : device.peers()) {
      for (var prefix : peer.allowedIps()) {
        owners.put(prefix, peer.key());
        lengths.add(prefix.length());
      }
    }
    var through = new HashMap<Name, PublicKey>();
    for (var destination : destinations) {
      for (var way : destination.ways()) {
        if (way.tunnel().equals(tunnel)) {
          owner(destination.address(way), owners, lengths)
              .ifPresent(peer -> through.put(destination.node(), peer));
        }
      }
    }
    return through;
  }

  private static Optional<PublicKey> owner(
      IpAddress address, Map<Prefix, PublicKey> owners, TreeSet<Integer> lengths) {
    return lengths.stream()
        .filter(length -> length <= address.family().bits())
        .flatMap(length -> Optional.ofNullable(owners.get(Prefix.around(address, length))).stream())
        .findFirst();
  }
}
