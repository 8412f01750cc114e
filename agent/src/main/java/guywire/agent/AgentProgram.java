package guywire.agent;

import guywire.agent.managed.Managed;
import guywire.agent.managed.NodeTraffic;
import guywire.guard.ProgramFiles;
import guywire.node.AgentOrders;
import guywire.node.HostAgent;

/**
 * The process of a host's agent. What it chose stands in the kernel, so it can be ended and started
 * again without a packet being lost.
 */
public final class AgentProgram {

  private static final TrafficNews NEWS = new TrafficNews();

  private static final HostAgent.ServerConnector SERVER =
      new HostAgent.ServerConnector() {
        @Override
        public boolean isJoined() {
          return Managed.isJoined();
        }

        @Override
        public HostAgent.ServerSession begin() {
          return Managed.begin(new NodeTraffic(WaysInUse::of, ForwardsInUse::of), NEWS::heardBy);
        }
      };

  private AgentProgram() {}

  private static HostAgent.RunningForwards forwards(AgentOrders orders) {
    return ForwardService.begin(orders, NEWS);
  }

  /** Works until no node of this host needs it any more. */
  public static void main(String[] arguments) {
    ProgramFiles.hold();
    HostAgent.run(orders -> Agent.begin(orders, NEWS), AgentProgram::forwards, SERVER);
  }

  /**
   * Works until the process is ended from outside, in the stead of one that may be there already.
   *
   * @param ready what to do when it does what it was told for all nodes
   * @throws guywire.node.MissingRequirement if this process is not root's
   */
  public static void stay(Runnable ready) {
    ProgramFiles.hold();
    HostAgent.stay(orders -> Agent.begin(orders, NEWS), AgentProgram::forwards, SERVER, ready);
  }
}
