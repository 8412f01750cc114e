package guywire.control.store;

import guywire.network.json.NetworkId;
import guywire.network.json.NodeId;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A version that is not everywhere yet, as it is kept.
 *
 * @param network its network
 * @param version the version
 * @param former the one that all have who do not try it
 * @param state how far it is
 * @param revision the network's revision of the last step
 * @param trials the nodes that have it first
 * @param begun when the last of them was chosen; before that, when it was made
 */
public record Rollout(
    NetworkId network,
    long version,
    long former,
    State state,
    long revision,
    List<Trial> trials,
    Instant begun) {

  /** How far a version is. */
  public enum State {
    /** Nobody was told of it. */
    LANDED,
    /** A few nodes try it. */
    TRIED,
    /** It did not work, and all are what the former says. */
    STOPPED;

    /** The word in the API and in the database. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A node that has a version before the others.
   *
   * @param node the node
   * @param hadTunnel whether it had a session with a peer for which the version changes nothing
   * @param confirmed whether it was reached with it
   */
  public record Trial(NodeId node, boolean hadTunnel, boolean confirmed) {

    /** The same, reached. */
    public Trial confirm() {
      return new Trial(node, hadTunnel, true);
    }

    private static Trial parse(String text) {
      var parts = text.split(":", -1);
      return new Trial(new NodeId(parts[0]), parts[1].equals("tunnel"), parts[2].equals("reached"));
    }

    @Override
    public String toString() {
      return node.text() + ":" + (hadTunnel ? "tunnel" : "") + ":" + (confirmed ? "reached" : "");
    }
  }

  /** Copies the list. */
  public Rollout {
    trials = List.copyOf(trials);
  }

  /** Whether a node is what the version says, not the former. */
  public boolean isTriedBy(NodeId node) {
    return state == State.TRIED && trials.stream().anyMatch(trial -> trial.node().equals(node));
  }

  static List<Trial> trials(String text) {
    return text.isEmpty()
        ? List.of()
        : List.of(text.split(" ")).stream().map(Trial::parse).toList();
  }

  static String text(List<Trial> trials) {
    return trials.stream().map(Trial::toString).collect(Collectors.joining(" "));
  }
}
