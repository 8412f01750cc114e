package guywire.network;

/** What the agents of all nodes agree on, and planner and prover know of them. */
public final class Agents {

  /** The UDP port at which agents speak with each other, inside the tunnels only. */
  public static final int PORT = 51899;

  /**
   * The routing table in which an agent puts the routes of chosen ways. It is asked before the main
   * table, so that the ordinary routes stand untouched, and stay when the agent is gone.
   */
  public static final long TABLE = 51899;

  /** The place of the rule that leads to that table, before all that others usually make. */
  public static final long RULE = 1000;

  private Agents() {}
}
