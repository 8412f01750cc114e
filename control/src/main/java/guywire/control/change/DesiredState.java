package guywire.control.change;

import guywire.control.store.StoredNode;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.json.NodeDocument;
import guywire.protocol.PublicKey;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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
