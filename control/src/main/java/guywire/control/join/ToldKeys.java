package guywire.control.join;

import guywire.control.change.Changes;
import guywire.control.change.Snapshot;
import guywire.control.store.Audit;
import guywire.control.store.Database;
import guywire.control.store.Hosts;
import guywire.control.store.KeyRotation;
import guywire.control.store.Keys;
import guywire.control.store.Networks;
import guywire.control.store.Session;
import guywire.control.store.StoredHost;
import guywire.control.store.StoredNode;
import guywire.control.store.TunnelKeys;
import guywire.control.store.TunnelKeys.Spare;
import guywire.network.json.NetworkId;
import guywire.network.managed.SpareKeys.SpareKey;
import guywire.protocol.PublicKey;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The public keys of the tunnels that nodes have beside their usual ones: a host makes the keys for
 * those that its plan gives it, and tells them. Safe for use by several threads.
 */
/*
 * A plan names a tunnel whose key nobody has told by one that nobody can have (PublicKeys), which follows from
 * the network, the node and the relay. By that key, or the one it told before, a host says which tunnel it
 * means. What is looked up is only among those of its own node's plan: so a host can set no other node's key,
 * and no more of them than it has tunnels. Nor can it take a key that anybody else has: two peers of one
 * interface with one key would be one peer, with the addresses of the later.
 */
public final class ToldKeys {

  /** A tunnel's key changes no oftener: each time the whole network is planned anew. */
  private static final Duration LEAST = Duration.ofSeconds(30);

  private final Database database;
  private final Changes changes;
  private final Clock clock;

  /** Those of the networks in a database. */
  ToldKeys(Database database, Changes changes, Clock clock) {
    this.database = database;
    this.changes = changes;
    this.clock = clock;
  }

  /** What became of keys that a host told: all of them are kept, or none. */
  public enum Outcome {
    KEPT,
    /** Its plan gives it no such tunnel, or it did not give this one time. */
    NOT_PLANNED,
    /** Somebody has one of them. */
    TAKEN,
    /** It told another one a moment ago. */
    TOO_SOON
  }

  /** A host's node, in its network. */
  private record Known(Snapshot network, StoredNode node) {}

  /** Keeps the keys of tunnels of a host's node. */
  Outcome keep(StoredHost host, List<SpareKey> keys) {
    var found = database.read(session -> known(session, host));
    if (found.isEmpty()) {
      return Outcome.NOT_PLANNED;
    }
    var node = found.get().node();
    var planned = changes.desired().of(found.get().network());
    var spares = planned.spares(node);
    var told = new LinkedHashMap<Spare, PublicKey>();
    for (var key : keys) {
      // Said again, because the answer did not come: it is so already.
      boolean isKnown = spares.containsKey(key.publicKey());
      var spare = Optional.ofNullable(spares.get(key.planned()));
      if (!isKnown) {
        if (spare.isEmpty() || told.putIfAbsent(spare.get(), key.publicKey()) != null) {
          return Outcome.NOT_PLANNED;
        }
        if (planned.isUsed(key.publicKey())) {
          return Outcome.TAKEN;
        }
      }
    }
    if (new HashSet<>(told.values()).size() < told.size()) {
      return Outcome.TAKEN;
    }
    var outcome =
        told.isEmpty()
            ? Outcome.KEPT
            : database.write(session -> keep(session, found.get(), host, told));
    if (outcome == Outcome.KEPT) {
      database.read(session -> new Networks(session).of(host.network())).ifPresent(changes::tell);
    }
    return outcome;
  }

  private Optional<Known> known(Session session, StoredHost host) {
    var networks = new Networks(session);
    return networks
        .of(host.network())
        .flatMap(network ->
            host.node()
                .flatMap(id -> networks.node(network.id(), id))
                .map(node -> new Known(Snapshot.of(session, network, clock.instant()), node)));
  }

  private Outcome keep(Session session, Known known, StoredHost host, Map<Spare, PublicKey> told) {
    var network = known.network().network();
    var tunnels = new TunnelKeys(session);
    var now = clock.instant();
    // It may have been taken away since it was read.
    boolean isThere =
        new Hosts(session)
            .ofNode(network.id(), known.node().id())
            .filter(is -> is.id().equals(host.id()))
            .isPresent();
    if (!isThere) {
      return Outcome.NOT_PLANNED;
    }
    for (var each : told.entrySet()) {
      if (isTaken(session, network.id(), each.getKey(), each.getValue())) {
        return Outcome.TAKEN;
      }
      var since = tunnels.since(network.id(), each.getKey());
      if (since.filter(at -> now.isBefore(at.plus(LEAST)) && !at.isAfter(now)).isPresent()) {
        return Outcome.TOO_SOON;
      }
    }
    told.forEach((tunnel, key) -> tunnels.keep(network.id(), tunnel, key, now));
    new Audit(session)
        .add(
            now,
            "tunnel-keys-told",
            network.name(),
            known.node().name().text(),
            told.entrySet().stream()
                .map(each -> each.getKey().relay() + " " + each.getValue())
                .collect(Collectors.joining(", ")));
    return Outcome.KEPT;
  }

  private static boolean isTaken(Session session, NetworkId network, Spare tunnel, PublicKey key) {
    return new Networks(session)
            .nodes(network).stream().anyMatch(node -> node.publicKey().equals(Optional.of(key)))
        || new Keys(session)
            .rotations(network).values().stream()
                .map(KeyRotation::otherKey)
                .anyMatch(Optional.of(key)::equals)
        || new TunnelKeys(session)
            .having(network, key)
            .filter(other -> !other.equals(tunnel))
            .isPresent();
  }
}
