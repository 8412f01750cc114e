package guywire.network;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** What the agents of all nodes agree on, and planner and prover know of them. */
public final class Agents {

  /** The UDP port at which agents speak with each other, inside the tunnels only. */
  public static final int PORT = 51899;

  /** The UDP port at which a gateway's agent is asked to forward, inside the tunnels only. */
  public static final int FORWARD_PORT = 51898;

  /**
   * The place of the rule that leads to the table of choices, before all that others usually make.
   * So the ordinary routes stand untouched, and stay when the agent is gone.
   */
  public static final long RULE = 1000;

  /**
   * The place of the rules by which what came out of a tunnel that agents choose is routed by that
   * tunnel alone, whatever the agents of the node between have chosen for themselves.
   */
  public static final long ARRIVAL_RULE = RULE - 1;

  /**
   * The place of the rules to and from further gateways of LANs, before those of what came out of
   * tunnels: they are for all packets, because a gateway passes them to its LAN and nowhere else.
   */
  public static final long GATEWAY_RULE = ARRIVAL_RULE - 1;

  private static final long FIRST_TABLE = 0x6700_0000;

  private Agents() {}

  /**
   * The table of a tunnel: of one that agents choose, the routes for what came out of it; of a
   * node's usual one, the routes of the ways that the node's agent has chosen. Each node of a host
   * has tables of its own, so that the agents of two networks don't meet.
   */
  public static long table(InterfaceName tunnel) {
    var sum = new CRC32();
    sum.update(tunnel.text().getBytes(StandardCharsets.UTF_8));
    return FIRST_TABLE + (sum.getValue() & 0xff_ffff);
  }
}
