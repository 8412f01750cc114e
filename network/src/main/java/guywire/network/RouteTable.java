package guywire.network;

import guywire.address.Prefix;
import guywire.network.RoutingPolicy.Rule;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.zip.CRC32;

/** Where the routes to the allowed IPs of an interface go: wg-quick's {@code Table}. */
public sealed interface RouteTable {

  /**
   * Into the main table; a default route goes into a table of its own, reached by rules on the
   * firewall mark, as wg-quick does it.
   */
  record Auto() implements RouteTable {}

  /** Nowhere: the owner of the host routes by hand. */
  record Off() implements RouteTable {}

  /**
   * Where the node's agent has chosen this tunnel among several; and for what came out of the
   * tunnel itself, so that a relay passes it on by the same ({@link Agents#table}).
   */
  record Chosen() implements RouteTable {}

  /**
   * Where the node's agent has chosen this tunnel, which leads to a further gateway of a LAN and no
   * further: for every packet, also for what comes out of other tunnels, so that who sends through
   * this node needs no agent. The chosen routes stand in a table of the tunnel ({@link
   * Agents#table}), which is asked first of all.
   */
  record ToGateway() implements RouteTable {}

  /**
   * For what comes from a LAN, at a further gateway of it: into a table of the tunnel ({@link
   * Agents#table}), which is asked first of all. By the usual tunnels the LAN is the first
   * gateway's, and what came from there would be dropped.
   *
   * @param lans the LAN's prefixes
   */
  record FromLan(List<Prefix> lans) implements RouteTable {
    /** Copies the list. */
    public FromLan {
      lans = List.copyOf(lans);
    }

    /** The rules that lead to the table of a tunnel of this name. */
    public List<Rule> rules(InterfaceName tunnel) {
      String table = String.valueOf(Agents.table(tunnel));
      return lans.stream()
          .map(lan -> rule(lan, (int) Agents.GATEWAY_RULE, table, OptionalInt.empty()))
          .toList();
    }
  }

  /** Whether it is that of a tunnel which is there for an agent, beside the usual ones. */
  default boolean isSpare() {
    return this instanceof Chosen || this instanceof ToGateway || this instanceof FromLan;
  }

  /**
   * Into one table, whatever they are.
   *
   * @param number 1 to 4294967295
   */
  record Number(long number) implements RouteTable {
    /**
     * Checks the range.
     *
     * @throws IllegalArgumentException if it is out of range
     */
    public Number {
      if (number < 1 || number > 0xffffffffL) {
        throw new IllegalArgumentException("a routing table is 1 to 4294967295, not " + number);
      }
    }
  }

  /**
   * As {@link Auto}, but a default route among the allowed IPs is not the host's own: what comes
   * from these sources takes it, where no longer route leads. So a hub sends on what its clients
   * have for the internet to an exit that stands behind it, and keeps its own line for itself.
   *
   * <p>The default route stands in a table of its own. Two rules for each source lead there, past
   * the default route of the main table. They name no interface that a packet came in by, because
   * the kernel's check of the way back (rp_filter) asks as if it came in by none: the answers,
   * which arrive from the exit with the internet's addresses, would fail it.
   *
   * @param sources whose packets go there
   */
  record Onward(List<Prefix> sources) implements RouteTable {

    /** The place of the rules for routes longer than the default; the way to the exit is next. */
    public static final int FIRST_RULE = (int) Agents.RULE + 1;

    private static final long FIRST_TABLE = 0x6800_0000;

    /** Copies the list. */
    public Onward {
      sources = List.copyOf(sources);
    }

    /** The table of a tunnel's exit: each tunnel of a host has its own. */
    public static long table(InterfaceName tunnel) {
      var sum = new CRC32();
      sum.update(tunnel.text().getBytes(StandardCharsets.UTF_8));
      return FIRST_TABLE + (sum.getValue() & 0xff_ffff);
    }

    /** The rules that lead to the exit behind a tunnel of this name. */
    public List<Rule> rules(InterfaceName tunnel) {
      String exit = String.valueOf(table(tunnel));
      var rules = new ArrayList<Rule>();
      for (var source : sources) {
        rules.add(rule(source, FIRST_RULE, RoutingPolicy.MAIN, OptionalInt.of(0)));
        rules.add(rule(source, FIRST_RULE + 1, exit, OptionalInt.empty()));
      }
      return rules;
    }
  }

  private static Rule rule(Prefix source, int place, String table, OptionalInt suppressed) {
    return new Rule(
        source.family(),
        OptionalInt.of(place),
        false,
        Optional.of(source),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(table),
        suppressed,
        0);
  }
}
