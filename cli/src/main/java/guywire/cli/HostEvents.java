package guywire.cli;

import guywire.agent.AgentStatus;
import guywire.agent.AgentStatus.DestinationStatus;
import guywire.agent.AgentStatus.WayStatus;
import guywire.agent.choice.Standing.Life;
import guywire.cli.HostEvent.Kind;
import guywire.network.Name;
import guywire.node.DriftReport;
import guywire.node.DriftReport.Outcome;
import guywire.node.NodeState;
import guywire.node.NodeState.PeerState;
import guywire.protocol.Limits;
import guywire.protocol.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What happened to the tunnels of this host between two looks at them. */
final class HostEvents {

  /** What is said of a way on which there is nobody between. */
  static final String DIRECT = "direct";

  /** No session is older. */
  private static final Duration SESSION = Duration.ofNanos(Limits.REJECT_AFTER_NANOS);

  /**
   * A look at this host.
   *
   * @param at when
   * @param interfaces its tunnels
   * @param agents what its agent says of each node
   */
  record Look(Instant at, List<NodeState> interfaces, List<AgentStatus> agents) {

    /** Copies the lists. */
    Look {
      interfaces = List.copyOf(interfaces);
      agents = List.copyOf(agents);
    }
  }

  private final Locale locale;
  private final List<HostEvent> events = new ArrayList<>();

  private HostEvents(Locale locale) {
    this.locale = locale;
  }

  /** What is known of the time before a first look, the oldest first. */
  static List<HostEvent> before(Look first, Locale locale) {
    var all = new HostEvents(locale);
    for (var tunnel : first.interfaces()) {
      for (var peer : tunnel.peers()) {
        peer.latestHandshake().ifPresent(at -> all.handshake(at, tunnel, peer));
      }
    }
    for (var agent : first.agents()) {
      for (var destination : agent.destinations()) {
        var since = first.at().minusSeconds(destination.sinceSeconds());
        destination.used().ifPresent(way -> all.way(since, Kind.WAY, agent, destination, way));
      }
      agent.mends().forEach(all::mend);
    }
    all.events.sort(Comparator.comparing(HostEvent::at));
    return List.copyOf(all.events);
  }

  /** What happened between two looks. */
  static List<HostEvent> between(Look before, Look now, Locale locale) {
    var all = new HostEvents(locale);
    var known = by(before.interfaces(), NodeState::name);
    var there = by(now.interfaces(), NodeState::name);
    known.forEach((name, state) -> {
      if (state.running()
          && !Optional.ofNullable(there.get(name)).filter(NodeState::running).isPresent()) {
        all.add(now.at(), Kind.INTERFACE_DOWN, "interface", name.text());
      }
    });
    for (var tunnel : now.interfaces()) {
      var former = Optional.ofNullable(known.get(tunnel.name())).filter(NodeState::running);
      if (former.isPresent() && tunnel.running()) {
        all.tunnel(former.get(), tunnel, before.at(), now.at());
      } else if (tunnel.running()) {
        all.add(now.at(), Kind.INTERFACE_UP, "interface", tunnel.name().text());
      }
    }
    var agents = by(before.agents(), AgentStatus::node);
    for (var agent : now.agents()) {
      var former = Optional.ofNullable(agents.get(agent.node()));
      former.ifPresent(each -> all.ways(each, agent, now.at()));
      agent.mends().stream()
          .filter(mend -> !former.map(AgentStatus::mends).orElse(List.of()).contains(mend))
          .forEach(all::mend);
    }
    return List.copyOf(all.events);
  }

  private static <K, V> Map<K, V> by(List<V> values, Function<V, K> key) {
    return values.stream()
        .collect(Collectors.toMap(key, each -> each, (one, _) -> one, LinkedHashMap::new));
  }

  private void add(Instant at, Kind kind, String... facts) {
    events.add(HostEvent.of(at, kind, facts));
  }

  private void tunnel(NodeState before, NodeState now, Instant then, Instant at) {
    Map<PublicKey, PeerState> known = by(before.peers(), PeerState::publicKey);
    Map<PublicKey, PeerState> there = by(now.peers(), PeerState::publicKey);
    known.forEach((key, peer) -> {
      if (!there.containsKey(key)) {
        add(at, Kind.PEER_REMOVED, about(now, peer));
      }
    });
    there.forEach((key, peer) -> {
      var former = Optional.ofNullable(known.get(key));
      if (former.isEmpty()) {
        add(at, Kind.PEER_ADDED, about(now, peer));
      }
      peer(now, former, peer, then, at);
    });
    now.drops()
        .forEach((reason, count) -> {
          long more = count - before.drops().getOrDefault(reason, 0L);
          if (more > 0) {
            add(
                at,
                Kind.DROPPED,
                "interface",
                now.name().text(),
                "reason",
                reason,
                "packets",
                String.valueOf(more));
          }
        });
  }

  /** What it is about, and more. */
  private static String[] about(NodeState tunnel, PeerState peer, String... more) {
    return Stream.concat(
            Stream.of(
                "interface",
                tunnel.name().text(),
                "peer",
                peer.publicKey().toString(),
                "allowed-ips",
                peer.allowedIps().isEmpty() ? "-" : String.join(", ", peer.allowedIps())),
            Stream.of(more))
        .toArray(String[]::new);
  }

  private void peer(
      NodeState tunnel, Optional<PeerState> before, PeerState peer, Instant then, Instant at) {
    var last = peer.latestHandshake();
    if (last.isPresent() && !last.equals(before.flatMap(PeerState::latestHandshake))) {
      handshake(last.get(), tunnel, peer);
    } else if (last.filter(time -> isOver(time, at) && !isOver(time, then)).isPresent()) {
      add(at, Kind.SILENT, about(tunnel, peer));
    }
    var moved = before.flatMap(PeerState::endpoint);
    if (moved.isPresent() && peer.endpoint().isPresent() && !moved.equals(peer.endpoint())) {
      add(
          at,
          Kind.ROAMED,
          about(tunnel, peer, "from", moved.get(), "endpoint", peer.endpoint().get()));
    }
  }

  private static boolean isOver(Instant handshake, Instant at) {
    return Duration.between(handshake, at).compareTo(SESSION) > 0;
  }

  private void handshake(Instant at, NodeState tunnel, PeerState peer) {
    add(at, Kind.HANDSHAKE, about(tunnel, peer, "endpoint", peer.endpoint().orElse("-")));
  }

  private void ways(AgentStatus before, AgentStatus now, Instant at) {
    Map<Name, DestinationStatus> known = by(before.destinations(), DestinationStatus::node);
    for (var destination : now.destinations()) {
      var former = Optional.ofNullable(known.get(destination.node()));
      var used = destination.used();
      var was = former.flatMap(DestinationStatus::used);
      if (used.isEmpty()) {
        continue;
      }
      boolean same = was.map(WayStatus::tunnel).equals(used.map(WayStatus::tunnel));
      if (!same) {
        way(at, Kind.WAY, now, destination, used.get());
      } else if (isLost(used.get()) && !was.map(HostEvents::isLost).orElse(false)) {
        way(at, Kind.WAY_LOST, now, destination, used.get());
      } else if (!isLost(used.get()) && was.map(HostEvents::isLost).orElse(false)) {
        way(at, Kind.WAY, now, destination, used.get());
      }
    }
  }

  private static boolean isLost(WayStatus way) {
    return way.life() == Life.SILENT || way.life() == Life.GONE;
  }

  private void way(
      Instant at, Kind kind, AgentStatus agent, DestinationStatus destination, WayStatus way) {
    add(
        at,
        kind,
        "node",
        agent.node().text(),
        "to",
        destination.node().text(),
        "interface",
        way.tunnel().text(),
        "via",
        way.via().isEmpty()
            ? DIRECT
            : way.via().stream().map(Name::text).collect(Collectors.joining(", ")));
  }

  private void mend(DriftReport mend) {
    add(
        Instant.ofEpochSecond(mend.atSeconds()),
        mend.outcome() == Outcome.MENDED ? Kind.MENDED : Kind.NOT_MENDED,
        "node",
        mend.node().text(),
        "what",
        mend.words().in(locale));
  }
}
