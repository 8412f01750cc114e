package guywire.agent;

import guywire.agent.choice.Timing;
import guywire.guard.PlainText;
import guywire.node.AgentOrders;
import guywire.node.HelperLife;
import guywire.node.Machine;
import java.nio.file.Path;

/**
 * The process of a node's agent. What it chose stands in the kernel, so it can be ended and started
 * again without a packet being lost.
 */
public final class AgentProgram {

  private AgentProgram() {}

  /**
   * Works until the process is ended.
   *
   * @param arguments the node's state directory, where it finds its orders
   */
  public static void main(String[] arguments) {
    var directory = Path.of(arguments[0]);
    try (var life = HelperLife.ofAgent(directory);
        var agent = new Agent(AgentOrders.CODEC.read(life.told()), Machine.LOCAL, Timing.USUAL)) {
      agent.begin();
      agent.tellAt(directory);
      life.isReady();
      agent.run();
    } catch (Throwable e) {
      System.err.println(PlainText.line(e.toString()));
    } finally {
      // Whatever went wrong: the lock is free, and whoever looks sees that nobody is there.
      Runtime.getRuntime().halt(1);
    }
  }
}
