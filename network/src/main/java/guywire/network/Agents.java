package guywire.network;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

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

  /**
   * The place of the rules by which what came out of a tunnel that agents choose is routed by that
   * tunnel alone, whatever the agents of the node between have chosen for themselves.
   */
  public static final long ARRIVAL_RULE = RULE - 1;

  private static final long FIRST_TABLE = 0x6700_0000;

  private Agents() {}

  /** The table of the routes for what came out of a tunnel that agents choose. */
  public static long table(InterfaceName tunnel) {
    var sum = new CRC32();
    sum.update(tunnel.text().getBytes(StandardCharsets.UTF_8));
    return FIRST_TABLE + (sum.getValue() & 0xff_ffff);
  }

  /** Whether a table is one of agents. */
  public static boolean owns(long table) {
    return table == TABLE || table >> 24 == FIRST_TABLE >> 24;
  }
}
