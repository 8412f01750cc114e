package guywire.control.join;

import guywire.control.change.Changes;
import guywire.control.change.Snapshot;
import guywire.control.store.Audit;
import guywire.control.store.Database;
import guywire.control.store.Hosts;
import guywire.control.store.Networks;
import guywire.control.store.Rollout;
import guywire.control.store.Rollout.State;
import guywire.control.store.Rollout.Trial;
import guywire.control.store.Rollouts;
import guywire.control.store.Session;
import guywire.control.store.StoredNetwork;
import guywire.control.store.StoredNode;
import guywire.control.store.Webhooks;
import guywire.network.Name;
import guywire.network.json.NetworkId;
import guywire.network.json.NodeId;
import guywire.network.managed.Report;
import guywire.plan.definition.Definition;
import guywire.plan.definition.NodeEntry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How a new version comes to managed nodes: first to one of each kind that it concerns, and to all
 * once these were reached with it. Where one of them goes back, or is not heard of, all stay with
 * the former version. Safe for use by several threads.
 */
/*
 * Nodes are of one kind if they are the same in the topology and plugged in alike: what a version does to one hub,
 * or to one gateway of a site, it does to the others. All that is known stands in the database, and each step
 * is made only from the one that it was decided on; so a server may be ended between any two, and several may look.
 */
final class Staging {

  /**
   * So long a node may take that tries a version. One that does not reach the server with it goes
   * back after 30 s (agent.managed).
   */
  static final Duration PATIENCE = Duration.ofSeconds(90);

  /** Hosts come back within that after a new start of the server. */
  private static final Duration GRACE = Duration.ofSeconds(60);

  /** A session that is older has ended (WireGuard whitepaper, 6.1). */
  private static final long SESSION_SECONDS = 180;

  private final Database database;
  private final Changes changes;
  private final LiveNodes live;
  private final Clock clock;
  private final Instant started;
  private final TrialTimes times;

  Staging(Database database, Changes changes, LiveNodes live, Clock clock) {
    this.database = database;
    this.changes = changes;
    this.live = live;
    this.clock = clock;
    this.started = clock.instant();
    this.times = new TrialTimes(started);
  }

  /** What nodes have in common that a version does the same to. */
  private record Kind(NodeEntry.Role role, boolean servesLan, boolean isPublic) {
    static Kind of(NodeEntry entry) {
      boolean isPublic = entry.where() instanceof NodeEntry.Where.Public;
      return new Kind(entry.role(), entry.servesLan(), isPublic);
    }
  }

  /** A version that is not everywhere, and what there is to know for its next step. */
  private record Known(
      Rollout rollout, Snapshot network, Map<NodeId, Hosts.HostStanding> standings) {
    Optional<StoredNode> node(Trial trial) {
      return network.node(trial.node()).filter(node -> standings.containsKey(node.id()));
    }
  }

  /** Goes the next steps of all networks, where they can be gone. */
  void look() {
    for (var rollout : database.read(session -> new Rollouts(session).all())) {
      look(rollout.network());
    }
  }

  /** Goes the next steps of a network. */
  void look(NetworkId network) {
    while (step(network)) {
      // The next one may be possible already.
    }
  }

  private boolean step(NetworkId id) {
    var found =
        database.read(session ->
            new Rollouts(session)
                .of(id)
                .filter(rollout -> rollout.state() != State.STOPPED)
                .flatMap(rollout ->
                    new Networks(session)
                        .of(id)
                        .map(network ->
                            new Known(
                                rollout,
                                Snapshot.of(session, network, clock.instant()),
                                new Hosts(session).standings(id)))));
    return found
        .map(known -> known.rollout().state() == State.LANDED ? choose(known) : follow(known))
        .orElse(false);
  }

  /** Those whom a version concerns, by kind, each kind by name. */
  private Map<Kind, List<StoredNode>> concerned(Known known) {
    var entries = new HashMap<Name, NodeEntry>();
    known
        .network()
        .definition()
        .flatMap(text -> Definition.parse("definition", text).definition())
        .map(Definition::nodes)
        .orElse(List.of())
        .forEach(entry -> entries.put(entry.name(), entry));
    var planned = changes.desired().of(known.network());
    var kinds = new LinkedHashMap<Kind, List<StoredNode>>();
    for (var node : known.network().nodes()) {
      var entry = Optional.ofNullable(entries.get(node.name()));
      if (entry.isPresent()
          && known.standings().containsKey(node.id())
          && planned.isConcerned(node)) {
        kinds.computeIfAbsent(Kind.of(entry.get()), _ -> new ArrayList<>()).add(node);
      }
    }
    return kinds;
  }

  private boolean isOnline(StoredNode node) {
    var now = clock.instant();
    return live.of(node.id()).filter(state -> state.isOnline(now)).isPresent();
  }

  private boolean choose(Known known) {
    var kinds = concerned(known);
    var chosen =
        kinds.values().stream()
            .flatMap(nodes -> nodes.stream().filter(this::isOnline).limit(1))
            .toList();
    if (chosen.size() < kinds.size() && isJustStarted()) {
      // Who was connected before this server's start is about to come back.
      return false;
    }
    if (chosen.isEmpty()) {
      String word =
          kinds.isEmpty()
              ? ""
              : "no node that it concerns was connected: each has it when it comes";
      return release(known, word);
    }
    var trials = chosen.stream().map(node -> trial(known, node)).toList();
    return write(
        known,
        "change-tried",
        names(chosen),
        session -> new Rollouts(session).choose(known.rollout(), trials, clock.instant()));
  }

  /** Not where the clock was set back since. */
  private boolean isJustStarted() {
    var now = clock.instant();
    return !now.isBefore(started) && now.isBefore(started.plus(GRACE));
  }

  private static String names(List<StoredNode> nodes) {
    return nodes.stream().map(node -> node.name().text()).collect(Collectors.joining(", "));
  }

  private Trial trial(Known known, StoredNode node) {
    var steady = changes.desired().of(known.network()).steady(node);
    boolean hasTunnel =
        peers(node).filter(peer -> steady.contains(peer.publicKey())).anyMatch(Staging::hasSession);
    return new Trial(node.id(), hasTunnel, false);
  }

  private Stream<Report.PeerReport> peers(StoredNode node) {
    return live.of(node.id()).flatMap(LiveNodes.State::report).stream()
        .flatMap(report -> report.peers().stream());
  }

  private static boolean hasSession(Report.PeerReport peer) {
    return peer.handshakeSecondsAgo().orElse(Long.MAX_VALUE) <= SESSION_SECONDS;
  }

  private boolean follow(Known known) {
    var rollout = known.rollout();
    var trials = new ArrayList<Trial>();
    for (var trial : rollout.trials()) {
      var node = known.node(trial);
      if (node.isEmpty()) {
        // It is no node any more.
        continue;
      }
      var standing = known.standings().get(trial.node());
      var back =
          Optional.ofNullable(standing)
              .flatMap(Hosts.HostStanding::rejected)
              .filter(rejected -> rejected.revision() >= rollout.revision());
      if (back.isPresent()) {
        return stop(known, node.get().name() + " went back from it: " + back.get().why());
      }
      boolean isReached =
          Optional.ofNullable(standing)
                  .flatMap(Hosts.HostStanding::applied)
                  .filter(revision -> revision >= rollout.revision())
                  .isPresent()
              && (!trial.hadTunnel() || peers(node.get()).anyMatch(Staging::hasSession));
      trials.add(trial.confirmed() || isReached ? trial.confirm() : trial);
    }
    if (trials.stream().allMatch(Trial::confirmed)) {
      return release(known, "");
    }
    if (times.look(rollout, clock.instant()).compareTo(PATIENCE) >= 0) {
      return replace(known, trials);
    }
    if (!trials.equals(rollout.trials())) {
      return write(known, session -> new Rollouts(session).note(rollout, trials));
    }
    return false;
  }

  /** Has others in place of those that were not heard of, who are away by now. */
  private boolean replace(Known known, List<Trial> trials) {
    var kinds = concerned(known);
    var kept = new ArrayList<Trial>();
    var fresh = new ArrayList<StoredNode>();
    var tried = new HashSet<NodeId>();
    trials.forEach(trial -> tried.add(trial.node()));
    for (var trial : trials) {
      var node = known.node(trial).orElseThrow();
      if (trial.confirmed()) {
        kept.add(trial);
        continue;
      }
      var other =
          kinds.values().stream()
              .filter(nodes -> nodes.contains(node))
              .flatMap(List::stream)
              .filter(each -> !tried.contains(each.id()) && isOnline(each))
              .findFirst();
      other.ifPresent(each -> tried.add(each.id()));
      if (other.isEmpty() || isOnline(node)) {
        return stop(
            known,
            trial.hadTunnel() && isOnline(node)
                ? node.name() + " was not reached through a tunnel with it"
                : node.name() + " was not heard of with it");
      }
      fresh.add(other.get());
      kept.add(trial(known, other.get()));
    }
    return write(
        known,
        "change-tried",
        names(fresh),
        session -> new Rollouts(session).choose(known.rollout(), kept, clock.instant()));
  }

  private boolean release(Known known, String word) {
    return write(
        known,
        "change-everywhere",
        word,
        session -> new Rollouts(session).release(known.rollout(), word));
  }

  private boolean stop(Known known, String why) {
    return write(
        known,
        "change-stopped",
        why,
        session -> {
          new Rollouts(session).stop(known.rollout(), why);
          var webhooks = new Webhooks(session);
          if (webhooks.isAny()) {
            webhooks.happened(
                clock.instant(),
                "change-stopped",
                known.network().network().name().text(),
                "version " + known.rollout().version(),
                why);
          }
        });
  }

  private boolean write(Known known, String action, String detail, Consumer<Session> work) {
    return write(
        known,
        session -> {
          work.accept(session);
          new Audit(session)
              .add(
                  clock.instant(),
                  action,
                  known.network().network().name(),
                  "version " + known.rollout().version(),
                  detail);
        });
  }

  /** Goes a step, unless something happened since it was decided on. */
  private boolean write(Known known, Consumer<Session> work) {
    var network =
        database.write(session -> {
          if (!new Rollouts(session)
              .of(known.rollout().network())
              .equals(Optional.of(known.rollout()))) {
            return Optional.<StoredNetwork>empty();
          }
          work.accept(session);
          return new Networks(session).of(known.rollout().network());
        });
    network.ifPresent(changes::tell);
    return true;
  }
}
