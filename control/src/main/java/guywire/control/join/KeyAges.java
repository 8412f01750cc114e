package guywire.control.join;

import guywire.control.change.Changes;
import guywire.control.store.Database;
import guywire.control.store.Hosts;
import guywire.control.store.KeyRotation;
import guywire.control.store.Keys;
import guywire.control.store.KnownNodes;
import guywire.control.store.Networks;
import guywire.control.store.Session;
import guywire.control.store.StoredNetwork;
import guywire.control.store.StoredNode;
import guywire.control.store.Webhooks;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.json.NetworkId;
import guywire.network.json.NodeId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How old the keys of a network are, and whose are due: those that are older than the network wants
 * them to be, and those of whoever has the former key of a peer in a file. Safe for use by several
 * threads.
 */
public final class KeyAges {

  /** So long peers that are away are waited for, if nobody says otherwise. */
  public static final Duration GRACE = Duration.ofDays(1);

  /** At least so long after one node of a network another begins. */
  private static final Duration PAUSE = Duration.ofMinutes(1);

  /** What a key that is due is called to those who are told. */
  private static final String KEY_DUE = "key-due";

  /** Of so many networks the nodes are kept between two lists. */
  private static final int KEPT = 8;

  private final Database database;
  private final Changes changes;
  private final Clock clock;

  private final Map<NetworkId, KnownNodes> newest =
      new LinkedHashMap<>(KEPT, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<NetworkId, KnownNodes> eldest) {
          return size() > KEPT;
        }
      };

  KeyAges(Database database, Changes changes, Clock clock) {
    this.database = database;
    this.changes = changes;
    this.clock = clock;
  }

  /**
   * A managed node whose key is due.
   *
   * @param network its network
   * @param node the node
   */
  record Due(StoredNetwork network, StoredNode node) {}

  /** What is known of the keys of a network. */
  private record Known(
      List<StoredNode> nodes,
      Set<NodeId> managed,
      Map<NodeId, Instant> since,
      Map<NodeId, KeyRotation> rotating,
      Set<NodeId> told,
      long days) {

    static Known of(Session session, NetworkId network) {
      var keys = new Keys(session);
      return new Known(
          new Networks(session).nodes(network),
          new Hosts(session).standings(network).keySet(),
          keys.since(network),
          keys.rotations(network),
          new HashSet<>(keys.told(network)),
          keys.days(network));
    }

    boolean isOld(StoredNode node, Instant now) {
      return days > 0
          && Optional.ofNullable(since.get(node.id()))
              .filter(at -> !now.isBefore(at.plus(Duration.ofDays(days))))
              .isPresent();
    }
  }

  /** The names of the nodes that have a peer of this name. */
  Set<Name> peers(StoredNetwork network, Name name) {
    return changes
        .desired()
        .planned(network)
        .map(planned -> peersOf(planned, name))
        .orElse(Set.of());
  }

  private static Set<Name> peersOf(Network planned, Name name) {
    return planned.nodes().stream()
        .filter(config -> !config.name().equals(name) && peers(config).contains(name))
        .map(NodeConfig::name)
        .collect(Collectors.toSet());
  }

  private static Set<Name> peers(NodeConfig config) {
    return config.interfaces().stream()
        .flatMap(tunnel -> tunnel.peers().stream())
        .flatMap(peer -> peer.name().stream())
        .collect(Collectors.toSet());
  }

  /** The peers of a node that have its key in a file: they have a key, and no agent. */
  List<Name> unattended(StoredNetwork network, Name name) {
    var known = database.read(session -> Known.of(session, network.id()));
    return unattended(known, peers(network, name));
  }

  private static List<Name> unattended(Known known, Set<Name> peers) {
    return known.nodes().stream()
        .filter(node -> node.publicKey().isPresent() && peers.contains(node.name()))
        .filter(node -> !known.managed().contains(node.id()))
        .map(StoredNode::name)
        .toList();
  }

  /** Since when the nodes of a network have their keys, where that is known. */
  public Map<NodeId, Instant> since(StoredNetwork network) {
    var since = new HashMap<>(nodes(network).since());
    since.values().removeIf(Instant.EPOCH::equals);
    return since;
  }

  /** The nodes of a network at its revision: lists are shown more often than it changes. */
  public KnownNodes nodes(StoredNetwork network) {
    synchronized (newest) {
      var kept = newest.get(network.id());
      if (kept != null && kept.revision() == network.revision()) {
        return kept;
      }
    }
    var read = database.read(session -> new Networks(session).known(network));
    synchronized (newest) {
      newest.put(network.id(), read);
    }
    return read;
  }

  /**
   * Whose keys are due, of nodes without an agent: the others see to theirs by themselves. A plan
   * is asked for only where somebody with an agent has a newer key than somebody without: lists are
   * shown often.
   */
  public Set<NodeId> due(StoredNetwork network) {
    var nodes = nodes(network);
    var known =
        database.read(session ->
            new Known(
                nodes.nodes(),
                new Hosts(session).managed(network.id()),
                nodes.since(),
                Map.of(),
                Set.of(),
                new Keys(session).days(network.id())));
    var now = clock.instant();
    var files =
        known.nodes().stream()
            .filter(node -> known.since().containsKey(node.id()))
            .filter(node -> !known.managed().contains(node.id()))
            .toList();
    var due = new LinkedHashSet<NodeId>();
    files.stream().filter(node -> known.isOld(node, now)).forEach(node -> due.add(node.id()));
    var changed = new HashMap<Name, Instant>();
    known.nodes().stream()
        .filter(node -> known.managed().contains(node.id()))
        .forEach(node ->
            Optional.ofNullable(known.since().get(node.id()))
                .ifPresent(at -> changed.put(node.name(), at)));
    var latest = changed.values().stream().max(Instant::compareTo).orElse(Instant.MIN);
    var earlier = new HashMap<Name, StoredNode>();
    files.stream()
        .filter(node -> known.since().getOrDefault(node.id(), Instant.MAX).isBefore(latest))
        .forEach(node -> earlier.put(node.name(), node));
    if (earlier.isEmpty()) {
      return due;
    }
    for (var config : changes.desired().planned(network).map(Network::nodes).orElse(List.of())) {
      Optional.ofNullable(earlier.get(config.name()))
          .filter(node ->
              peers(config).stream()
                  .map(name -> changed.getOrDefault(name, Instant.MIN))
                  .anyMatch(at -> known.since().getOrDefault(node.id(), Instant.MAX).isBefore(at)))
          .ifPresent(node -> due.add(node.id()));
    }
    return due;
  }

  /** Whether the definition gives a node its key, which counts. */
  boolean isDeclared(StoredNetwork network, StoredNode node) {
    return changes
        .desired()
        .definition(network)
        .flatMap(definition -> definition.node(node.name()))
        .flatMap(entry -> entry.publicKey())
        .isPresent();
  }

  /** Tells that a key is due, which is not told again of this key. */
  void tell(Session session, StoredNetwork network, StoredNode node, String why) {
    new Webhooks(session)
        .happened(clock.instant(), KEY_DUE, network.name().text(), node.name().text(), why);
    new Keys(session).tell(network.id(), node.id());
  }

  /**
   * Tells of keys that have become due, and finds a managed node of each network whose key is: not
   * all at once.
   */
  List<Due> look() {
    var due = new ArrayList<Due>();
    var now = clock.instant();
    for (var id : database.read(session -> new Keys(session).scheduled())) {
      record At(StoredNetwork network, Known known) {}
      var at =
          database.read(session ->
              new Networks(session).of(id).map(network -> new At(network, Known.of(session, id))));
      if (at.isPresent()) {
        look(at.get().network(), at.get().known(), now).ifPresent(due::add);
      }
    }
    return due;
  }

  private Optional<Due> look(StoredNetwork network, Known known, Instant now) {
    var old = known.nodes().stream().filter(node -> known.isOld(node, now)).toList();
    Optional<Due> next = Optional.empty();
    for (var node : old) {
      if (known.rotating().containsKey(node.id()) || known.told().contains(node.id())) {
        continue;
      }
      boolean byItself =
          known.managed().contains(node.id())
              && !isDeclared(network, node)
              && unattended(known, peers(network, node.name())).isEmpty();
      if (byItself) {
        next = next.or(() -> Optional.of(new Due(network, node)));
      } else {
        database.write(session -> {
          if (!new Keys(session).told(network.id()).contains(node.id())) {
            tell(session, network, node, "older than " + known.days() + " days");
          }
          return true;
        });
      }
    }
    return next.filter(_ ->
        known.rotating().values().stream()
            .noneMatch(other -> now.isBefore(other.begun().plus(PAUSE))));
  }
}
