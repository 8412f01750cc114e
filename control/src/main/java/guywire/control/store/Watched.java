package guywire.control.store;

import guywire.network.json.NodeId;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How managed nodes stood when it was looked last what happened to them.
 *
 * @param session the transaction they are seen and changed in
 */
public record Watched(Session session) {

  /**
   * How a node stood.
   *
   * @param up whether it was there
   * @param rejected the document that it went back from, by revision and digest; empty for none
   * @param ways the ways that it took to others, by their names; a way holds no line break
   */
  public record Stood(boolean up, String rejected, Map<String, String> ways) {
    /** Copies the map. */
    public Stood {
      ways = Map.copyOf(ways);
    }

    private String lines() {
      return ways.entrySet().stream()
          .map(way -> way.getKey() + " " + way.getValue())
          .sorted()
          .collect(Collectors.joining("\n"));
    }

    private static Map<String, String> ways(String lines) {
      return lines
          .lines()
          .map(line -> line.split(" ", 2))
          .collect(Collectors.toMap(words -> words[0], words -> words[1]));
    }
  }

  /** How all of them stood. */
  public Map<NodeId, Stood> all() {
    record Of(NodeId node, Stood stood) {}
    return session
        .list(
            row ->
                new Of(
                    new NodeId(row.text("node")),
                    new Stood(
                        row.number("up") != 0, row.text("rejected"), Stood.ways(row.text("ways")))),
            "SELECT node, up, rejected, ways FROM watched_nodes")
        .stream()
        .collect(Collectors.toMap(Of::node, Of::stood));
  }

  /** Keeps how they stand now, in place of how they stood. */
  public void keep(Map<NodeId, Stood> now) {
    var before = all();
    before.keySet().stream().filter(node -> !now.containsKey(node)).forEach(this::forget);
    now.forEach((node, stood) -> {
      if (!stood.equals(before.get(node))) {
        forget(node);
        session.update(
            "INSERT INTO watched_nodes (node, up, rejected, ways) VALUES (?, ?, ?, ?)",
            node.text(),
            stood.up() ? 1 : 0,
            stood.rejected(),
            stood.lines());
      }
    });
  }

  private void forget(NodeId node) {
    session.update("DELETE FROM watched_nodes WHERE node = ?", node.text());
  }
}
