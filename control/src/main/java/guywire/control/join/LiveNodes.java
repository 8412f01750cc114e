package guywire.control.join;

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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What managed nodes told last, and their traffic of the last minutes. It is in memory alone, and
 * for each node of bounded size. Safe for use by several threads.
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
  public record Peer(PeerReport report, Instant at, Optional<Rate> rate) {

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
   * @param connected whether its connection stands
   * @param seen when it was heard of last
   * @param report what it told last, once it did
   * @param peers the peers of its tunnels
   * @param samples its traffic lately, the newest last
   */
  public record State(
      NetworkId network,
      NodeId node,
      boolean connected,
      Instant seen,
      Optional<Report> report,
      List<Peer> peers,
      List<Sample> samples) {
    /** Copies the lists. */
    public State {
      peers = List.copyOf(peers);
      samples = List.copyOf(samples);
    }

    /** Whether it is there. */
    public boolean isOnline(Instant now) {
      return connected || now.isBefore(seen.plus(SILENT));
    }
  }

  /** Where a peer is at a node. */
  private record Place(InterfaceName tunnel, PublicKey peer) {
    static Place of(PeerReport report) {
      return new Place(report.tunnel(), report.publicKey());
    }
  }

  private final Map<NodeId, State> states = new HashMap<>();
  private final List<Consumer<NetworkId>> listeners = new CopyOnWriteArrayList<>();

  /** Something to be ended. */
  @FunctionalInterface
  public interface Subscription extends AutoCloseable {
    @Override
    void close();
  }

  /** Calls a listener with the network of each node that told something; it must return at once. */
  public Subscription subscribe(Consumer<NetworkId> listener) {
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
    synchronized (this) {
      var before = known(host, host.node().get(), now);
      states.put(
          before.node(),
          new State(
              before.network(),
              before.node(),
              stands,
              now,
              before.report(),
              before.peers(),
              before.samples()));
    }
    tell(host.network());
  }

  /** Keeps what a host tells; what it told before. */
  public Optional<Report> take(StoredHost host, NodeId node, Report report, Instant now) {
    Optional<Report> told;
    synchronized (this) {
      var before = known(host, node, now);
      told = before.report();
      var former = new HashMap<Place, Peer>();
      before.peers().forEach(peer -> former.putIfAbsent(Place.of(peer.report()), peer));
      var peers = new ArrayList<Peer>();
      long received = 0;
      long sent = 0;
      for (var each : report.peers()) {
        var rate = rate(Optional.ofNullable(former.get(Place.of(each))), each, now);
        received += rate.map(Rate::received).orElse(0L);
        sent += rate.map(Rate::sent).orElse(0L);
        peers.add(new Peer(each, now, rate));
      }
      var samples = new ArrayList<>(before.samples());
      if (told.isPresent()) {
        samples.add(new Sample(now, new Rate(received, sent)));
      }
      states.put(
          node,
          new State(
              host.network(),
              node,
              before.connected(),
              now,
              Optional.of(report),
              peers,
              samples.subList(Math.max(0, samples.size() - SAMPLES), samples.size())));
    }
    tell(host.network());
    return told;
  }

  private State known(StoredHost host, NodeId node, Instant now) {
    return Optional.ofNullable(states.get(node))
        .orElse(
            new State(host.network(), node, false, now, Optional.empty(), List.of(), List.of()));
  }

  private static Optional<Rate> rate(Optional<Peer> before, PeerReport peer, Instant now) {
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
  public synchronized Map<PublicKey, Peer> peers(NetworkId network) {
    return states.values().stream()
        .filter(state -> state.network().equals(network))
        .flatMap(state -> state.peers().stream())
        .collect(
            Collectors.toMap(
                peer -> peer.report().publicKey(), Function.identity(), LiveNodes::later));
  }

  private static Peer later(Peer one, Peer other) {
    var at = one.handshake().orElse(Instant.MIN);
    return other.handshake().orElse(Instant.MIN).isAfter(at) ? other : one;
  }

  /** Forgets a node. */
  public void forget(NetworkId network, NodeId node) {
    synchronized (this) {
      states.remove(node);
    }
    tell(network);
  }
}
