package guywire.agent;

import guywire.agent.managed.Managed;
import guywire.guard.ProgramFiles;
import guywire.node.HostAgent;

/**
 * The process of a host's agent. What it chose stands in the kernel, so it can be ended and started
 * again without a packet being lost.
 */
public final class AgentProgram {

  private static final WayNews NEWS = new WayNews();

  private static final HostAgent.ServerConnector SERVER =
      new HostAgent.ServerConnector() {
        @Override
        public boolean isJoined() {
          return Managed.isJoined();
        }

        @Override
        public HostAgent.ServerSession begin() {
          return Managed.begin(WaysInUse::of, NEWS::heardBy);
        }
      };

  private AgentProgram() {}

  /** Works until no node of this host needs it any more. */
  public static void main(String[] arguments) {
    ProgramFiles.hold();
    HostAgent.run(orders -> Agent.begin(orders, NEWS), ForwardService::begin, SERVER);
  }

  /**
   * Works until the process is ended from outside, in the stead of one that may be there already.
   *
   * @param ready what to do when it does what it was told for all nodes
   * @throws guywire.node.MissingRequirement if this process is not root's
   */
  public static void stay(Runnable ready) {
    ProgramFiles.hold();
    HostAgent.stay(orders -> Agent.begin(orders, NEWS), ForwardService::begin, SERVER, ready);
  }
}
