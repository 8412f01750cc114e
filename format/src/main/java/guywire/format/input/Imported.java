package guywire.format.input;

import guywire.network.Doubt;
import guywire.network.NodeConfig;
import guywire.network.Places;
import guywire.network.RoutingPolicy;
import guywire.network.Setback;
import guywire.network.text.Finding;
import java.util.List;

/**
 * What the files of one node say.
 *
 * @param node the node, as WireGuard and the host would understand the files
 * @param places where its parts stand in them
 * @param findings what is wrong with the files as such, or could not be understood; a part that
 *     can't be read is reported here and left out of the node
 * @param commands what scripts among the files run, or a guide tells people to type
 * @param setbacks what the node's own programs refuse to take when they set its interfaces up
 * @param doubts what of the files is known to matter to packets and is not understood
 * @param policies how the host chooses among several routing tables, if it does
 */
public record Imported(
    NodeConfig node,
    Places places,
    List<Finding> findings,
    List<Command> commands,
    List<Setback> setbacks,
    List<Doubt> doubts,
    List<RoutingPolicy> policies) {

  /** Copies the lists. */
  public Imported {
    findings = List.copyOf(findings);
    commands = List.copyOf(commands);
    setbacks = List.copyOf(setbacks);
    doubts = List.copyOf(doubts);
    policies = List.copyOf(policies);
  }

  /** What files say of which all that matters is understood. */
  public Imported(
      NodeConfig node,
      Places places,
      List<Finding> findings,
      List<Command> commands,
      List<Setback> setbacks) {
    this(node, places, findings, commands, setbacks, List.of(), List.of());
  }

  /** What files say that hold nothing a host would refuse. */
  public Imported(NodeConfig node, Places places, List<Finding> findings, List<Command> commands) {
    this(node, places, findings, commands, List.of());
  }

  /** What files say among which there is no script. */
  public Imported(NodeConfig node, Places places, List<Finding> findings) {
    this(node, places, findings, List.of());
  }
}
