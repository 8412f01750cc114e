package guywire.control.join;

import guywire.control.change.Changes;
import guywire.control.change.DesiredState;
import guywire.control.change.Snapshot;
import guywire.control.store.Database;
import guywire.control.store.Hosts;
import guywire.control.store.KeyRotation;
import guywire.control.store.Networks;
import guywire.control.store.Replicas;
import guywire.control.store.Rollouts;
import guywire.control.store.Session;
import guywire.control.store.StoredHost;
import guywire.control.store.StoredNode;
import guywire.network.json.NetworkId;
import guywire.network.json.NodeDocument;
import guywire.network.json.NodeId;
import guywire.network.managed.Report;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * What managed nodes shall be, and what they tell of themselves. Safe for use by several threads.
 */
public final class Orders {

  /** So long one look at a network does for all its hosts. */
  private static final long ONE_LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Database database;
  private final Changes changes;
  private final Clock clock;
  private volatile Optional<Look> latest = Optional.empty();
  private final LiveNodes live = new LiveNodes();
  private final Staging staging;
  private final Followers followers = new Followers(this::staged);
  private final BooleanSupplier leads;

  /** Those of the networks in a database. */
  Orders(Database database, Changes changes, Clock clock, BooleanSupplier leads) {
    this.database = database;
    this.changes = changes;
    this.clock = clock;
    this.leads = leads;
    this.staging = new Staging(database, changes, live, clock);
    changes.feed().subscribe(network -> followers.changed(network.id()));
  }

  /** What nodes told last. */
  public LiveNodes live() {
    return live;
  }

  /** Notes that a host's connection stands, or no longer does. */
  public void connected(StoredHost host, boolean stands) {
    live.connected(host, stands, clock.instant());
  }

  /**
   * What a host is to be now.
   *
   * @param revision the revision of its network
   * @param document what it shall be; empty if it waits, or can't be told
   * @param rejected the digest of the document that the host tried and did not keep to
   * @param rotation how far it is, if it changes its key
   */
  public record Order(
      long revision,
      Optional<NodeDocument> document,
      Optional<String> rejected,
      Optional<KeyRotation> rotation) {
    /** Whether the host needs to hear nothing that it has not heard by another one. */
    boolean isSame(Order other) {
      return document.map(NodeDocument::config).equals(other.document.map(NodeDocument::config))
          && rotation.equals(other.rotation);
    }
  }

  /** A network as it was read, and when. */
  private record Look(Snapshot network, Replicas.Mark mark, long at) {
    boolean isOf(Replicas.Mark now) {
      return mark.equals(now) && System.nanoTime() - at < ONE_LOOK_NANOS;
    }
  }

  /**
   * The order of a host; empty if there is no such host any more. Hundreds that come back in one
   * moment share a look at their network, as long as nothing in it changes: what ends by the clock
   * may be noticed a second late.
   */
  public Optional<Order> of(NodeId id) {
    record Known(Hosts.Ordered host, Snapshot network) {}
    var known =
        database.read(session ->
            new Hosts(session)
                .ordered(id)
                .flatMap(host ->
                    new Replicas(session)
                        .mark(host.network())
                        .map(mark -> new Known(host, look(session, mark)))));
    return known.map(found ->
        order(
            found.host(),
            changes.desired().of(found.network()),
            found.host().node().flatMap(found.network()::node)));
  }

  private Snapshot look(Session session, Replicas.Mark mark) {
    var before = latest;
    if (before.isPresent() && before.get().isOf(mark)) {
      return before.get().network();
    }
    var network = Snapshot.of(session, mark.network(), clock.instant());
    var look = new Look(network, mark, System.nanoTime());
    latest = Optional.of(look);
    return look.network();
  }

  /** Goes the next step with versions that are not everywhere yet, wherever it can be gone. */
  public void look() {
    staging.look();
  }

  private Map<NodeId, Order> staged(NetworkId id) {
    if (leads.getAsBoolean()) {
      staging.look(id);
    }
    return all(id);
  }

  /** The orders of all hosts of a network in one moment. */
  Map<NodeId, Order> all(NetworkId id) {
    record Known(List<Hosts.Ordered> hosts, Snapshot network) {}
    var known =
        database.read(session ->
            new Networks(session)
                .of(id)
                .map(network ->
                    new Known(
                        new Hosts(session).ordered(id),
                        Snapshot.of(session, network, clock.instant()))));
    var orders = new HashMap<NodeId, Order>();
    known.ifPresent(found -> {
      var nodes =
          found.network().nodes().stream().collect(Collectors.toMap(StoredNode::id, node -> node));
      var planned = changes.desired().of(found.network());
      for (var host : found.hosts()) {
        var node = host.node().flatMap(of -> Optional.ofNullable(nodes.get(of)));
        orders.put(host.host(), order(host, planned, node));
      }
    });
    return orders;
  }

  private static Order order(Hosts.Ordered host, DesiredState planned, Optional<StoredNode> node) {
    var network = planned.snapshot();
    return new Order(
        network.network().revision(),
        node.flatMap(planned::order),
        host.rejected()
            .filter(rejected -> !isTriedAnew(network, node, rejected))
            .map(Report.Rejected::digest),
        node.flatMap(of -> Optional.ofNullable(network.rotations().get(of.id()))));
  }

  /** What a node went back from may work by now: it is tried once more where somebody wants it. */
  private static boolean isTriedAnew(
      Snapshot network, Optional<StoredNode> node, Report.Rejected rejected) {
    return network
        .rollout()
        .filter(rollout -> node.filter(of -> rollout.isTriedBy(of.id())).isPresent())
        .filter(rollout -> rejected.revision() < rollout.revision())
        .isPresent();
  }

  /** Begins to follow what a host shall be. */
  public Follower follow(StoredHost host) {
    var follower = new Follower(host.id(), host.network(), () -> of(host.id()), followers::remove);
    followers.add(follower);
    return follower;
  }

  /** Takes a host's report. */
  public void report(StoredHost host, Report report) {
    if (host.node().isEmpty()) {
      return;
    }
    var before = live.take(host, host.node().get(), report, clock.instant());
    boolean isKnown =
        before.isPresent()
            && database
                .read(session -> new Hosts(session).standing(host.id()))
                .filter(standing -> isSame(standing, report))
                .isPresent();
    if (!isKnown) {
      boolean isAwaited =
          database.write(session -> {
            new Hosts(session).tell(host.id(), report, clock.instant());
            boolean tries =
                new Rollouts(session)
                    .of(host.network())
                    .filter(rollout -> rollout.isTriedBy(host.node().get()))
                    .isPresent();
            if (tries) {
              new Replicas(session).touch(host.network());
            }
            return tries;
          });
      if (isAwaited) {
        followers.changed(host.network());
      }
    }
  }

  /** Whether a report says what is kept of a host: its last one may have come to another server. */
  private static boolean isSame(Hosts.HostStanding standing, Report report) {
    return standing.applied().equals(report.applied().map(Report.Applied::revision))
        && standing
            .rejected()
            .map(Report.Rejected::digest)
            .equals(report.rejected().map(Report.Rejected::digest))
        && standing
            .rejected()
            .map(Report.Rejected::revision)
            .equals(report.rejected().map(Report.Rejected::revision));
  }
}
