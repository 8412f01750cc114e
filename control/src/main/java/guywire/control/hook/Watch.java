package guywire.control.hook;

import guywire.control.join.LiveNodes;
import guywire.control.store.Database;
import guywire.control.store.Hosts;
import guywire.control.store.Networks;
import guywire.control.store.Session;
import guywire.control.store.StoredNode;
import guywire.control.store.Watched;
import guywire.control.store.Watched.Stood;
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
 * It compares how things stand with how they stood when anybody looked last, which is in the database, and keeps
 * what happened in one step with that: so nothing is told twice or lost, whoever looks, and however it ends. A
 * server that was just started takes nodes for as present as they were until they had time to come back.
 */
public final class Watch {

  /** Hosts come back within that after a new start of the server. */
  static final Duration GRACE = Duration.ofSeconds(60);

  private final Database database;
  private final LiveNodes nodes;
  private final Clock clock;
  private final Instant begun;

  private record Happening(String kind, String network, String subject, String detail) {}

  /**
   * What there is to know of the nodes.
   *
   * @param now how they stand
   * @param happenings what that says of what happened
   */
  private record Seen(Map<NodeId, Stood> now, List<Happening> happenings) {}

  /** Begins to look. */
  public Watch(Database database, LiveNodes nodes, Clock clock) {
    this.database = database;
    this.nodes = nodes;
    this.clock = clock;
    this.begun = clock.instant();
  }

  /** Keeps what happened since it was called last. */
  public void look() {
    boolean isNew =
        database.read(session -> {
          var before = new Watched(session).all();
          return !seen(session, before).now().equals(before);
        });
    if (isNew) {
      database.write(session -> {
        var seen = seen(session, new Watched(session).all());
        var webhooks = new Webhooks(session);
        seen.happenings()
            .forEach(each ->
                webhooks.happened(
                    clock.instant(), each.kind(), each.network(), each.subject(), each.detail()));
        new Watched(session).keep(seen.now());
        return true;
      });
    }
  }

  private Seen seen(Session session, Map<NodeId, Stood> before) {
    var seen = new Seen(new HashMap<>(), new ArrayList<>());
    if (!new Webhooks(session).isAny()) {
      // Nobody wants to know, and there may be many nodes.
      return seen;
    }
    for (var network : new Networks(session).all()) {
      var standings = new Hosts(session).standings(network.id());
      for (var node : new Networks(session).nodes(network.id())) {
        var standing = Optional.ofNullable(standings.get(node.id()));
        standing.ifPresent(known -> see(seen, network.name(), node, known, before));
      }
    }
    return seen;
  }

  private void see(
      Seen seen,
      Name network,
      StoredNode node,
      Hosts.HostStanding standing,
      Map<NodeId, Stood> before) {
    var old = Optional.ofNullable(before.get(node.id()));
    var state = nodes.of(node.id());
    var now = clock.instant();
    boolean up = state.map(each -> each.isOnline(now)).orElse(false);
    boolean grace = now.isBefore(begun.plus(GRACE)) && old.map(Stood::up).orElse(true);
    var ways =
        state.flatMap(LiveNodes.State::report).map(Report::ways).orElse(List.of()).stream()
            .collect(Collectors.toMap(Report.WayReport::node, way -> way, (one, _) -> one));
    var taken = new HashMap<String, String>();
    if (state.flatMap(LiveNodes.State::report).isEmpty()) {
      old.ifPresent(stood -> taken.putAll(stood.ways()));
    }
    ways.forEach((to, way) -> taken.put(to.text(), text(way)));
    var stands =
        new Stood(
            up || grace,
            standing.rejected().map(each -> each.revision() + " " + each.digest()).orElse(""),
            taken);
    seen.now().put(node.id(), stands);
    old.ifPresent(stood -> {
      var told = new Teller(seen.happenings(), network.text(), node.name().text());
      if (stood.up() != stands.up()) {
        told.add(stands.up() ? "node-up" : "node-down", "");
      }
      standing
          .rejected()
          .filter(_ -> !stood.rejected().equals(stands.rejected()))
          .ifPresent(rejected ->
              told.add(
                  "change-refused", "revision " + rejected.revision() + ": " + rejected.why()));
      ways.forEach((to, way) ->
          Optional.ofNullable(stood.ways().get(to.text()))
              .filter(former -> !former.equals(text(way)))
              .ifPresent(_ -> told.add("way-changed", words(to, way))));
    });
  }

  /** Adds what happened to one node. */
  private record Teller(List<Happening> happenings, String network, String node) {
    void add(String kind, String detail) {
      happenings.add(new Happening(kind, network, node, detail));
    }
  }

  private static String text(Report.WayReport way) {
    return way.tunnel().text() + " " + names(way, ",");
  }

  private static String names(Report.WayReport way, String between) {
    return way.via().stream().map(Name::text).collect(Collectors.joining(between));
  }

  private static String words(Name to, Report.WayReport way) {
    return "to " + to + (way.via().isEmpty() ? ", directly" : " by " + names(way, ", "));
  }
}
