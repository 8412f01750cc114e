package guywire.node;

import guywire.network.config.InterfaceName;
import guywire.network.config.NodeConfig;

/** Sets up a machine as a node, changes it to another configuration, and takes it back. */
public final class NodeSetup {

  private NodeSetup() {}

  /**
   * Makes the machine what the configuration says, changing only what differs; if a step fails, all
   * steps before it are undone.
   *
   * @throws MissingRequirement if the machine lacks a program or this process a right
   * @throws SetupFailure if a step fails
   * @throws IllegalArgumentException if the configuration has no interface
   */
  public static Applied apply(
      NodeConfig config, Machine machine, TunnelProgram program, Progress progress) {
    throw new UnsupportedOperationException();
  }

  /**
   * Takes back what is recorded for this interface; does nothing if nothing is.
   *
   * @throws SetupFailure if something could not be taken back; all the rest was
   */
  public static void takeBack(Machine machine, InterfaceName name, Progress progress) {
    throw new UnsupportedOperationException();
  }
}
