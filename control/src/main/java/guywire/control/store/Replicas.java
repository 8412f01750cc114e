package guywire.control.store;

import guywire.network.json.NetworkId;
import guywire.network.json.NodeId;
import guywire.network.managed.Report;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The servers on a shared database, and what nodes told each of them.
 *
 * @param session the transaction they are seen and changed in
 */
public record Replicas(Session session) {

  private static final String MARKS =
      "SELECT id, name, version, revision, created, news FROM networks";

  /**
   * A node as one server knows it by itself.
   *
   * @param network its network
   * @param node the node
   * @param connected whether its connection to that server stands
   * @param report what it told that server since that was asked last, if it did
   */
  public record Heard(NetworkId network, NodeId node, boolean connected, Optional<Report> report) {

    /** The same, with what was told earlier and nobody has heard yet. */
    public Heard after(Optional<Heard> earlier) {
      return new Heard(network, node, connected, report.or(() -> earlier.flatMap(Heard::report)));
    }
  }

  /**
   * How far a network is, for whoever follows it.
   *
   * @param network it
   * @param news what there is to be looked at without a new revision
   */
  public record Mark(StoredNetwork network, long news) {}

  /** How far all networks are. */
  public List<Mark> marks() {
    return session.list(Replicas::mark, MARKS);
  }

  /** How far a network is, if it is one. */
  public Optional<Mark> mark(NetworkId network) {
    return session.first(Replicas::mark, MARKS + " WHERE id = ?", network.text());
  }

  private static Mark mark(Session.Row row) throws SQLException {
    return new Mark(Networks.network(row), row.number("news"));
  }

  /** The beat of each server but this one. */
  public Map<String, Long> others(String own) {
    record Of(String id, long beat) {}
    return session
        .list(
            row -> new Of(row.text("id"), row.number("beat")),
            "SELECT id, beat FROM replicas WHERE id <> ?",
            own)
        .stream()
        .collect(Collectors.toMap(Of::id, Of::beat));
  }

  /** What a server heard after one of its beats; before the first, who is connected to it. */
  public List<Heard> heard(String replica, long after) {
    return session.list(
        row ->
            new Heard(
                new NetworkId(row.text("network")),
                new NodeId(row.text("node")),
                row.number("connected") != 0,
                row.optionalText("report").map(Report.CODEC::read)),
        "SELECT network, node, connected, CASE WHEN report_beat > ? THEN report END AS report"
            + " FROM live_nodes WHERE replica = ? AND beat > ? AND (connected = 1 OR ? > 0)",
        after,
        replica,
        after,
        after);
  }

  /** Counts a server's beat; false if it was not there, and all that it told is gone. */
  public boolean beat(String own, long beat) {
    boolean known = session.update("UPDATE replicas SET beat = ? WHERE id = ?", beat, own) == 1;
    if (!known) {
      session.update("INSERT INTO replicas (id, beat) VALUES (?, ?)", own, beat);
    }
    return known;
  }

  /** Keeps what a server heard before this beat of its own. */
  public void tell(String own, long beat, Collection<Heard> heard) {
    for (var each : heard) {
      session.update(
          "INSERT INTO live_nodes (replica, node, network, connected, report, beat, report_beat)"
              + " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (replica, node) DO UPDATE SET"
              + " connected = excluded.connected, beat = excluded.beat,"
              + " report = coalesce(excluded.report, live_nodes.report), report_beat ="
              + " CASE WHEN excluded.report IS NULL THEN live_nodes.report_beat"
              + " ELSE excluded.beat END",
          own,
          each.node().text(),
          each.network().text(),
          each.connected() ? 1 : 0,
          each.report().map(Report.CODEC::write),
          beat,
          beat);
    }
  }

  /** Forgets a server that has ended, and all that it told. */
  public void remove(String id) {
    session.update("DELETE FROM replicas WHERE id = ?", id);
  }

  /** Has all servers look at a network once more. */
  public void touch(NetworkId network) {
    session.update("UPDATE networks SET news = news + 1 WHERE id = ?", network.text());
  }
}
