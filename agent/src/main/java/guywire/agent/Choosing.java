package guywire.agent;

import guywire.agent.choice.Timing;
import guywire.node.AgentOrders;
import guywire.node.HostAgent;
import guywire.node.Machine;
import java.util.concurrent.CompletableFuture;

/** The choice of a node's ways, in a thread of its own. */
final class Choosing implements HostAgent.RunningChoice {

  private final Agent agent;
  private final Thread thread;

  private Choosing(Agent agent, Thread thread) {
    this.agent = agent;
    this.thread = thread;
  }

  /** Begins for a node of this host; returns when it is ready. */
  static HostAgent.RunningChoice begin(AgentOrders orders) {
    return begin(orders, Machine.LOCAL, Timing.USUAL);
  }

  /** Begins in the network namespace of the calling thread. */
  static Choosing begin(AgentOrders orders, Machine machine, Timing timing) {
    var agent = new Agent(orders, machine, timing);
    try {
      agent.begin();
    } catch (RuntimeException e) {
      agent.close();
      throw e;
    }
    return new Choosing(agent, Thread.ofPlatform().daemon().name("ways").start(agent::run));
  }

  @Override
  public String status() {
    var status = new CompletableFuture<AgentStatus>();
    agent.ask(status);
    return AgentStatus.CODEC.write(status.join());
  }

  @Override
  public void close() {
    agent.end();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    agent.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
