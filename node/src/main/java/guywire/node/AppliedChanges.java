package guywire.node;

import guywire.network.InterfaceName;
import guywire.network.text.Text;
import java.util.List;

/**
 * A node as it was set up.
 *
 * @param machine where
 * @param name the node's first interface, under which its state is recorded
 * @param changes what had to be changed, in order; empty if all was as wanted
 */
public record AppliedChanges(Machine machine, InterfaceName name, List<Text> changes) {

  /** Copies the list. */
  public AppliedChanges {
    changes = List.copyOf(changes);
  }

  /**
   * Takes back everything: the machine is as before its first setup.
   *
   * @throws SetupFailure if something could not be taken back; all the rest was
   */
  public void takeBack() {
    NodeSetup.takeBack(machine, name, Progress.SILENT);
  }
}
