package guywire.control.hook;

import guywire.control.join.LiveNodes;
import guywire.control.store.Database;
import guywire.control.store.Hosts;
import guywire.control.store.Networks;
import guywire.control.store.StoredNetwork;
import guywire.control.store.StoredNode;
import guywire.control.store.Webhooks;
import guywire.network.Name;
import guywire.network.json.NodeId;
import guywire.network.managed.Report;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Sees what happens to managed nodes: that one goes and comes, takes another way, or goes back from
 * a change. For one thread.
 */
/*
 * It compares how things stand with how they stood when it looked last. A server that was just started takes
 * nodes for present until they had time to come back, so whoever stays away is told then, and nobody else.
 */
public final class Watch {

  /** Hosts come back within that after a new start of the server. */
  static final Duration GRACE = Duration.ofSeconds(60);

  private final Database database;
  private final LiveNodes nodes;
  private final Clock clock;
  private final Instant begun;
  private Map<NodeId, Seen> before = new HashMap<>();

  /** How a node stood. */
  private record Seen(
      boolean up, Optional<Report.Rejected> rejected, Map<Name, Report.WayReport> ways) {}

  private record Happening(String kind, String network, String subject, String detail) {}

  /** Begins to look. */
  public Watch(Database database, LiveNodes nodes, Clock clock) {
    this.database = database;
    this.nodes = nodes;
    this.clock = clock;
    this.begun = clock.instant();
  }

  /** Keeps what happened since it was called last. */
  public void look() {
    var now = clock.instant();
    var happenings = new ArrayList<Happening>();
    var seen = new HashMap<NodeId, Seen>();
    record Kept(
        StoredNetwork network, List<StoredNode> nodes, Map<NodeId, Hosts.Standing> standings) {}
    var all =
        database.read(session -> {
          if (!new Webhooks(session).isAny()) {
            // Nobody wants to know, and there may be many nodes.
            return List.<Kept>of();
          }
          return new Networks(session)
              .all().stream()
                  .map(network ->
                      new Kept(
                          network,
                          new Networks(session).nodes(network.id()),
                          new Hosts(session).standings(network.id())))
                  .toList();
        });
    for (var kept : all) {
      for (var node : kept.nodes()) {
        Optional.ofNullable(kept.standings().get(node.id()))
            .ifPresent(standing -> {
              var state = seen(node, standing, now);
              seen.put(node.id(), state);
              Optional.ofNullable(before.get(node.id()))
                  .ifPresent(old ->
                      compare(
                          happenings,
                          kept.network().name().text(),
                          node.name().text(),
                          old,
                          state));
            });
      }
    }
    before = seen;
    if (!happenings.isEmpty()) {
      database.write(session -> {
        var webhooks = new Webhooks(session);
        happenings.forEach(each ->
            webhooks.happened(now, each.kind(), each.network(), each.subject(), each.detail()));
        return true;
      });
    }
  }

  private Seen seen(StoredNode node, Hosts.Standing standing, Instant now) {
    var state = nodes.of(node.id());
    boolean up = state.map(each -> each.isOnline(now)).orElse(false);
    boolean grace = now.isBefore(begun.plus(GRACE));
    var ways =
        state.flatMap(LiveNodes.State::report).map(Report::ways).orElse(List.of()).stream()
            .collect(Collectors.toMap(Report.WayReport::node, way -> way, (one, _) -> one));
    return new Seen(up || grace, standing.rejected(), ways);
  }

  private static void compare(
      List<Happening> happenings, String network, String node, Seen old, Seen now) {
    if (old.up() != now.up()) {
      happenings.add(new Happening(now.up() ? "node-up" : "node-down", network, node, ""));
    }
    now.rejected()
        .filter(rejected -> !old.rejected().equals(now.rejected()))
        .ifPresent(rejected ->
            happenings.add(
                new Happening(
                    "change-refused",
                    network,
                    node,
                    "revision " + rejected.revision() + ": " + rejected.why())));
    now.ways()
        .forEach((to, way) -> {
          var former = Optional.ofNullable(old.ways().get(to));
          if (former.filter(was -> !same(was, way)).isPresent()) {
            happenings.add(new Happening("way-changed", network, node, words(to, way)));
          }
        });
  }

  private static boolean same(Report.WayReport one, Report.WayReport other) {
    return one.tunnel().equals(other.tunnel()) && one.via().equals(other.via());
  }

  private static String words(Name to, Report.WayReport way) {
    var via = way.via().stream().map(Name::text).collect(Collectors.joining(", "));
    return "to " + to + (via.isEmpty() ? ", directly" : " by " + via);
  }
}
