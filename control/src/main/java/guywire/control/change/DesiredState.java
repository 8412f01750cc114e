package guywire.control.change;

import guywire.control.store.StoredNode;
import guywire.control.store.TunnelKeys;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.json.NodeDocument;
import guywire.protocol.PublicKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the nodes of a network shall be in one moment.
 *
 * @param snapshot the network
 * @param newest its newest version, planned
 * @param former the version before that, while the newest is not everywhere
 */
public record DesiredState(Snapshot snapshot, Optional<Network> newest, Optional<Network> former) {

  /** What a node shall be by the newest version; empty if it is none of its nodes. */
  Optional<NodeConfig> config(Name node) {
    return newest
        .flatMap(network -> network.node(node))
        .map(config -> CarriedOut.without(config, snapshot.out()));
  }

  private Optional<NodeConfig> held(Name node) {
    return snapshot
        .before()
        .flatMap(before ->
            former
                .flatMap(network -> network.node(node))
                .map(config -> CarriedOut.without(config, before.out())));
  }

  /** The same as it is handed over, with the revision that it is of. */
  Optional<NodeDocument> document(StoredNode node) {
    return config(node.name()).map(config -> document(node, config));
  }

  /**
   * The same for a node with an agent: by the former version while others try the newest, and with
   * peers that change their keys let in by both.
   */
  public Optional<NodeDocument> order(StoredNode node) {
    boolean hasNewest =
        snapshot.rollout().map(rollout -> rollout.isTriedBy(node.id())).orElse(true);
    // A node that the former version has not is told what it shall be: it has nothing to lose.
    return (hasNewest ? Optional.<NodeConfig>empty() : held(node.name()))
        .or(() -> config(node.name()))
        .map(config ->
            document(node, CarriedOut.withBoth(config, snapshot.keys(), snapshot.others())));
  }

  /**
   * The tunnels that a node has beside its usual one by this version and the former, by the public
   * keys that stand for its own ends.
   */
  public Map<PublicKey, TunnelKeys.Spare> spares(StoredNode node) {
    var keys = new HashSet<PublicKey>();
    plans()
        .flatMap(plan -> plan.node(node.name()).stream())
        .flatMap(config -> config.interfaces().stream())
        .filter(tunnel -> tunnel.table().isSpare())
        .forEach(tunnel -> tunnel.publicKey().ifPresent(keys::add));
    var spares = new HashMap<PublicKey, TunnelKeys.Spare>();
    if (!keys.isEmpty()) {
      var store = snapshot.store();
      plans()
          .flatMap(plan -> plan.nodes().stream())
          .map(NodeConfig::name)
          .distinct()
          .forEach(relay -> {
            var key = store.publicKey(node.name(), relay);
            if (keys.contains(key)) {
              spares.put(key, new TunnelKeys.Spare(node.name(), relay));
            }
          });
    }
    return spares;
  }

  /** Whether a tunnel of any node has this public key, by this version or the former. */
  public boolean isUsed(PublicKey key) {
    return plans()
        .flatMap(plan -> plan.nodes().stream())
        .flatMap(config -> config.interfaces().stream())
        .anyMatch(tunnel -> tunnel.publicKey().equals(Optional.of(key)));
  }

  private Stream<Network> plans() {
    return Stream.concat(newest.stream(), former.stream());
  }

  private NodeDocument document(StoredNode node, NodeConfig config) {
    var network = snapshot.network();
    return new NodeDocument(Optional.of(network.id()), node.id(), network.revision(), config);
  }

  /** Whether a node is to be something else by the newest version than by the former. */
  public boolean isConcerned(StoredNode node) {
    var held = held(node.name());
    return held.isPresent() && !held.equals(config(node.name()));
  }

  /** The peers of a node that the newest version leaves as they are, interface and all. */
  public Set<PublicKey> steady(StoredNode node) {
    var next = config(node.name()).map(NodeConfig::interfaces).orElse(List.of());
    var peers = new HashSet<PublicKey>();
    for (var was : held(node.name()).map(NodeConfig::interfaces).orElse(List.of())) {
      var same = Set.copyOf(was.peers());
      next.stream()
          .filter(is -> is.withPeers(List.of()).equals(was.withPeers(List.of())))
          .flatMap(is -> is.peers().stream())
          .filter(same::contains)
          .forEach(peer -> peers.add(peer.publicKey()));
    }
    return peers;
  }
}
