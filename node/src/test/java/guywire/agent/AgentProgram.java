package guywire.agent;

import guywire.node.AgentOrders;
import guywire.node.HostAgent;

/** The agent's program as far as it lives in this room: all of it but the choice among ways. */
public final class AgentProgram {

  private AgentProgram() {}

  /** Works until no node of this host needs it any more. */
  public static void main(String[] arguments) {
    HostAgent.run(
        AgentProgram::choosing,
        AgentProgram::forwarding,
        new HostAgent.ServerConnector() {
          @Override
          public boolean isJoined() {
            return false;
          }

          @Override
          public HostAgent.ServerSession begin() {
            return () -> {};
          }
        });
  }

  private static HostAgent.RunningForwards forwarding(AgentOrders orders) {
    throw new IllegalStateException("no test here forwards");
  }

  private static HostAgent.RunningChoice choosing(AgentOrders orders) {
    if (!orders.destinations().isEmpty() || !orders.introductions().isEmpty()) {
      throw new IllegalStateException("no test here has several ways");
    }
    // Only ports of which a router may be told.
    return new HostAgent.RunningChoice() {
      @Override
      public String status() {
        return "";
      }

      @Override
      public void close() {}
    };
  }
}
