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
}
