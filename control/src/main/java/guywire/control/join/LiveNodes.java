package guywire.control.join;

import guywire.control.change.ChangeFeed;
import guywire.control.store.Replicas.Heard;
import guywire.control.store.StoredHost;
import guywire.network.InterfaceName;
import guywire.network.json.NetworkId;
import guywire.network.json.NodeId;
import guywire.network.managed.Report;
import guywire.network.managed.Report.PeerReport;
import guywire.protocol.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What managed nodes told last, and their traffic of the last minutes, for each node of bounded
 * size: what they told this server, and what others heard that are one with it. Safe for use by
 * several threads.
 */
public final class LiveNodes {

  /** Who told nothing for so long, and has no connection, is not there. */
  private static final Duration SILENT = Duration.ofSeconds(35);

  /** Of each node so many samples are kept: ten minutes of them. */
  private static final int SAMPLES = 60;

  /**
   * Traffic in bytes a second.
   *
   * @param received what came
   * @param sent what went
   */
  public record Rate(long received, long sent) {}

  /**
   * The traffic of a node at a time.
   *
   * @param at when
   * @param rate of all its tunnels together
   */
  public record Sample(Instant at, Rate rate) {}

  /**
   * A peer as a node told of it.
   *
   * @param report what it told
   * @param at when
   * @param rate since it told before; empty the first time
   */
  public record LivePeer(PeerReport report, Instant at, Optional<Rate> rate) {

    /** When the latest handshake was. */
    public Optional<Instant> handshake() {
      return report.handshakeSecondsAgo().stream().mapToObj(at::minusSeconds).findFirst();
    }
  }

  /**
   * A node.
   *
   * @param network its network
   * @param node the node
   * @param connected where its connection stands: {@link #HERE}, or another server
   * @param seen when it was heard of last
   * @param report what it told last, once it did
   * @param peers the peers of its tunnels
   * @param samples its traffic lately, the newest last
   * @param clockAhead how far its clock was ahead of this server's as it told that, if it told
   */
  public record State(
      NetworkId network,
      NodeId node,
      Set<String> connected,
      Instant seen,
      Optional<Report> report,
      List<LivePeer> peers,
      List<Sample> samples,
      Optional<Duration> clockAhead) {
    /** Copies the collections. */
    public State {
      connected = Set.copyOf(connected);
      peers = List.copyOf(peers);
      samples = List.copyOf(samples);
    }

    /** Whether it is there. */
    public boolean isOnline(Instant now) {
      // Not longer for a clock that was set back.
      return !connected.isEmpty() || Duration.between(seen, now).abs().compareTo(SILENT) < 0;
    }
  }

  /** Where a peer is at a node. */
  private record Place(InterfaceName tunnel, PublicKey peer) {
    static Place of(PeerReport report) {
      return new Place(report.tunnel(), report.publicKey());
    }
  }

  /** What this server is called among the places of connections. */
  static final String HERE = "";

  private final Map<NodeId, State> states = new HashMap<>();

  /** How many connections each node has here: a former one may end after the next has begun. */
  private final Map<NodeId, Integer> connections = new HashMap<>();

  /** Of whom this server heard something since it was last asked. */
  private final Map<NodeId, Heard> heard = new LinkedHashMap<>();

  private final List<Consumer<NetworkId>> listeners = new CopyOnWriteArrayList<>();

  /** Calls a listener with the network of each node that told something; it must return at once. */
  public ChangeFeed.Subscription subscribe(Consumer<NetworkId> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  private void tell(NetworkId network) {
    listeners.forEach(listener -> listener.accept(network));
  }

  /** Notes that a host's connection stands, or no longer does. */
  public void connected(StoredHost host, boolean stands, Instant now) {
    if (host.node().isEmpty()) {
      return;
    }
    var node = host.node().get();
    synchronized (this) {
      int left = connections.getOrDefault(node, 0) + (stands ? 1 : -1);
      if (left > 0) {
        connections.put(node, left);
      } else {
        connections.remove(node);
      }
      var state = connected(known(host.network(), node, now), HERE, left > 0, now);
      note(state, Optional.empty());
    }
    tell(host.network());
  }

  private State connected(State before, String place, boolean stands, Instant now) {
    var places = new HashSet<>(before.connected());
    if (stands) {
      places.add(place);
    } else {
      places.remove(place);
    }
    var state =
        new State(
            before.network(),
            before.node(),
            places,
            now,
            before.report(),
            before.peers(),
            before.samples(),
            before.clockAhead());
    states.put(state.node(), state);
    return state;
  }

  private void note(State state, Optional<Report> report) {
    boolean here = state.connected().contains(HERE);
    var now = new Heard(state.network(), state.node(), here, report);
    heard.put(state.node(), now.after(Optional.ofNullable(heard.get(state.node()))));
  }

  /** What this server heard since it was asked last. */
  public synchronized List<Heard> drain() {
    var all = List.copyOf(heard.values());
    heard.clear();
    return all;
  }

  /** All that this server knows of those who are connected to it. */
  public synchronized List<Heard> here() {
    return states.values().stream()
        .filter(state -> state.connected().contains(HERE))
        .map(state -> new Heard(state.network(), state.node(), true, state.report()))
        .toList();
  }

  /** Takes what another server heard. */
  public void hear(String replica, Heard other, Instant now) {
    synchronized (this) {
      var before = known(other.network(), other.node(), now);
      if (other.report().isPresent() && !other.report().equals(before.report())) {
        before = take(before, other.report().get(), now);
      }
      connected(before, replica, other.connected(), now);
    }
    tell(other.network());
  }

  /** Notes that another server is gone, and with it all connections to it. */
  public void lost(String replica, Instant now) {
    var networks = new HashSet<NetworkId>();
    synchronized (this) {
      for (var state : List.copyOf(states.values())) {
        if (state.connected().contains(replica)) {
          connected(state, replica, false, now);
          networks.add(state.network());
        }
      }
    }
    networks.forEach(this::tell);
  }

  /** Keeps what a host tells; what it told before. */
  public Optional<Report> take(StoredHost host, NodeId node, Report report, Instant now) {
    Optional<Report> told;
    synchronized (this) {
      var before = known(host.network(), node, now);
      told = before.report();
      note(take(before, report, now), Optional.of(report));
    }
    tell(host.network());
    return told;
  }

  private State take(State before, Report report, Instant now) {
    var former = new HashMap<Place, LivePeer>();
    before.peers().forEach(peer -> former.putIfAbsent(Place.of(peer.report()), peer));
    var peers = new ArrayList<LivePeer>();
    long received = 0;
    long sent = 0;
    for (var each : report.peers()) {
      var rate = rate(Optional.ofNullable(former.get(Place.of(each))), each, now);
      received += rate.map(Rate::received).orElse(0L);
      sent += rate.map(Rate::sent).orElse(0L);
      peers.add(new LivePeer(each, now, rate));
    }
    var samples = new ArrayList<>(before.samples());
    if (before.report().isPresent()) {
      samples.add(new Sample(now, new Rate(received, sent)));
    }
    var state =
        new State(
            before.network(),
            before.node(),
            before.connected(),
            now,
            Optional.of(report),
            peers,
            samples.subList(Math.max(0, samples.size() - SAMPLES), samples.size()),
            report.clockMillis().stream()
                .mapToObj(millis -> Duration.ofMillis(millis - now.toEpochMilli()))
                .findFirst());
    states.put(state.node(), state);
    return state;
  }

  private State known(NetworkId network, NodeId node, Instant now) {
    return Optional.ofNullable(states.get(node))
        .orElse(
            new State(
                network,
                node,
                Set.of(),
                now,
                Optional.empty(),
                List.of(),
                List.of(),
                Optional.empty()));
  }

  private static Optional<Rate> rate(Optional<LivePeer> before, PeerReport peer, Instant now) {
    return before
        .filter(old -> old.at().isBefore(now))
        .map(old -> {
          double seconds = Duration.between(old.at(), now).toMillis() / 1000.0;
          // A tunnel that was made anew counts from 0 again.
          long received = Math.max(0, peer.receivedBytes() - old.report().receivedBytes());
          long sent = Math.max(0, peer.sentBytes() - old.report().sentBytes());
          return new Rate((long) (received / seconds), (long) (sent / seconds));
        });
  }

  /** What a node told, if it did. */
  public synchronized Optional<State> of(NodeId node) {
    return Optional.ofNullable(states.get(node));
  }

  /** What a network's nodes told of each peer: of several, who had the latest handshake with it. */
  public synchronized Map<PublicKey, LivePeer> peers(NetworkId network) {
    return states.values().stream()
        .filter(state -> state.network().equals(network))
        .flatMap(state -> state.peers().stream())
        .collect(
            Collectors.toMap(
                peer -> peer.report().publicKey(), Function.identity(), LiveNodes::later));
  }

  private static LivePeer later(LivePeer one, LivePeer other) {
    var at = one.handshake().orElse(Instant.MIN);
    return other.handshake().orElse(Instant.MIN).isAfter(at) ? other : one;
  }

  /** Forgets a node. */
  public void forget(NetworkId network, NodeId node) {
    synchronized (this) {
      states.remove(node);
      heard.remove(node);
    }
    tell(network);
  }
}
