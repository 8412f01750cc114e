package guywire.control.change;

import guywire.address.IpAddress;
import guywire.control.store.KeyRotation;
import guywire.control.store.Keys;
import guywire.control.store.Networks;
import guywire.control.store.Rollout;
import guywire.control.store.Rollouts;
import guywire.control.store.Rollouts.Former;
import guywire.control.store.Session;
import guywire.control.store.StoredNetwork;
import guywire.control.store.StoredNode;
import guywire.control.store.TunnelKeys;
import guywire.control.store.Version;
import guywire.network.Name;
import guywire.network.json.NodeId;
import guywire.protocol.PublicKey;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A network in one moment, with all that its plan is made from, so that the plan can be made
 * outside of the transaction.
 *
 * @param network the network
 * @param definition the text of its newest version; empty before the first
 * @param nodes its nodes
 * @param keys the public keys that nodes have
 * @param spares those of the tunnels that they have beside their usual ones, as far as they told
 * @param addresses the tunnel addresses that nodes were given
 * @param out who is not let in
 * @param rotations the nodes that change their keys
 * @param rollout how far the newest version is, if it is not everywhere
 * @param before the former version as it is carried out then
 */
public record Snapshot(
    StoredNetwork network,
    Optional<String> definition,
    List<StoredNode> nodes,
    Map<Name, PublicKey> keys,
    Map<TunnelKeys.Spare, PublicKey> spares,
    Map<Name, List<IpAddress>> addresses,
    Set<Name> out,
    Map<NodeId, KeyRotation> rotations,
    Optional<Rollout> rollout,
    Optional<Snapshot> before) {

  /** Copies the collections. */
  public Snapshot {
    nodes = List.copyOf(nodes);
    keys = Map.copyOf(keys);
    spares = Map.copyOf(spares);
    addresses = Map.copyOf(addresses);
    out = Set.copyOf(out);
    rotations = Map.copyOf(rotations);
  }

  /** How a network is kept now. */
  public static Snapshot of(Session session, StoredNetwork network, Instant at) {
    var networks = new Networks(session);
    var now = networks.of(network.id()).orElse(network);
    var rollouts = new Rollouts(session);
    var rollout = rollouts.of(now.id());
    var nodes = networks.nodes(now.id());
    var keys = new HashMap<Name, PublicKey>();
    var spares = new TunnelKeys(session).of(now.id());
    var out = new HashSet<Name>();
    for (var node : nodes) {
      node.publicKey().ifPresent(key -> keys.put(node.name(), key));
      if (node.isOut(at)) {
        out.add(node.name());
      }
    }
    return new Snapshot(
        now,
        networks.version(now.id(), now.version()).map(Version::definition),
        nodes,
        keys,
        spares,
        networks.addresses(now.id()),
        out,
        new Keys(session).rotations(now.id()),
        rollout,
        rollout.flatMap(rollouts::former).map(was -> before(was, now, nodes, keys, spares, out)));
  }

  /**
   * A device that is gone is let in by nobody from the start; with a hub that would be too early.
   */
  private static Snapshot before(
      Former was,
      StoredNetwork now,
      List<StoredNode> nodes,
      Map<Name, PublicKey> keys,
      Map<TunnelKeys.Spare, PublicKey> spares,
      Set<Name> out) {
    var all = new HashMap<>(was.keys());
    all.putAll(keys);
    var left = new HashSet<>(was.devices());
    nodes.forEach(node -> left.remove(node.name()));
    left.addAll(out);
    return new Snapshot(
        now,
        Optional.of(was.definition()),
        nodes,
        all,
        spares,
        was.addresses(),
        left,
        Map.of(),
        Optional.empty(),
        Optional.empty());
  }

  /** A network that is not kept yet. */
  static Snapshot fresh(StoredNetwork network) {
    return new Snapshot(
        network,
        Optional.empty(),
        List.of(),
        Map.of(),
        Map.of(),
        Map.of(),
        Set.of(),
        Map.of(),
        Optional.empty(),
        Optional.empty());
  }

  /** The node of this identity. */
  public Optional<StoredNode> node(NodeId id) {
    return nodes.stream().filter(node -> node.id().equals(id)).findFirst();
  }

  /** What the planner asks for. */
  PublicKeys store() {
    return Plans.Inputs.of(this).store();
  }

  /** The same, with keys that are still to be kept. */
  Snapshot with(Map<Name, PublicKey> more) {
    var all = new HashMap<>(keys);
    all.putAll(more);
    return new Snapshot(
        network, definition, nodes, all, spares, addresses, out, rotations, rollout, before);
  }

  /** The second keys of nodes that change theirs. */
  Map<Name, PublicKey> others() {
    var others = new HashMap<Name, PublicKey>();
    if (rotations.isEmpty()) {
      return others;
    }
    for (var node : nodes) {
      Optional.ofNullable(rotations.get(node.id()))
          .flatMap(KeyRotation::otherKey)
          .ifPresent(key -> others.put(node.name(), key));
    }
    return others;
  }
}
