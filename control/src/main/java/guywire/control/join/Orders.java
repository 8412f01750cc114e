package guywire.control.join;

import guywire.control.change.Changes;
import guywire.control.store.Database;
import guywire.control.store.Hosts;
import guywire.control.store.Networks;
import guywire.control.store.StoredHost;
import guywire.control.store.StoredNetwork;
import guywire.network.json.NodeDocument;
import guywire.network.json.NodeId;
import guywire.network.managed.Report;
import java.time.Clock;
import java.util.Optional;

/**
 * What managed nodes shall be, and what they tell of themselves. Safe for use by several threads.
 */
public final class Orders {

  private final Database database;
  private final Changes changes;
  private final Clock clock;
  private final LiveNodes live = new LiveNodes();

  /** Those of the networks in a database. */
  Orders(Database database, Changes changes, Clock clock) {
    this.database = database;
    this.changes = changes;
    this.clock = clock;
  }

  /** What nodes told last. */
  public LiveNodes live() {
    return live;
  }

  /** Where changes are told. */
  public Changes changes() {
    return changes;
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
   * @param isRejected whether the host tried just that and did not keep to it
   */
  public record Order(long revision, Optional<NodeDocument> document, boolean isRejected) {}

  /** The order of a host; empty if there is no such host any more. */
  public Optional<Order> of(NodeId id) {
    record Known(StoredHost host, Optional<StoredNetwork> network, Optional<String> rejected) {}
    var known =
        database.read(session -> {
          var hosts = new Hosts(session);
          return hosts
              .of(id)
              .map(host ->
                  new Known(
                      host, new Networks(session).of(host.network()), hosts.rejectedDigest(id)));
        });
    return known.flatMap(found ->
        found
            .network()
            .map(network -> {
              var document =
                  found
                      .host()
                      .node()
                      .flatMap(node ->
                          database.read(session -> new Networks(session).node(network.id(), node)))
                      .flatMap(node -> changes.order(network, node));
              return new Order(
                  document.map(NodeDocument::revision).orElse(network.revision()),
                  document,
                  document.map(NodeDocument::digest).equals(found.rejected())
                      && document.isPresent());
            }));
  }

  /** Takes a host's report. */
  public void report(StoredHost host, Report report) {
    if (host.node().isEmpty()) {
      return;
    }
    var before = live.take(host, host.node().get(), report, clock.instant());
    boolean isSame =
        before
            .map(told ->
                told.applied().equals(report.applied())
                    && told.rejected().equals(report.rejected()))
            .orElse(false);
    if (!isSame) {
      database.write(session -> {
        new Hosts(session).tell(host.id(), report, clock.instant());
        return true;
      });
    }
  }
}
