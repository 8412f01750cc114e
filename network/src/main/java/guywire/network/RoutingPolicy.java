package guywire.network;

import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.network.text.Place;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a host chooses among several routing tables, beside what its tunnels bring: the rules that it
 * has ({@code ip rule}) and the routes of the tables that they lead to.
 *
 * @param node the host
 * @param rules the rules, in the order made
 * @param routes the routes of tables other than the main one
 */
public record RoutingPolicy(Name node, List<Rule> rules, List<TableRoute> routes) {

  /** The table that is asked where no rule says otherwise. */
  public static final String MAIN = "main";

  /** Copies the lists. */
  public RoutingPolicy {
    rules = List.copyOf(rules);
    routes = List.copyOf(routes);
  }

  /**
   * A rule.
   *
   * @param family whose packets it is asked about
   * @param priority when it is asked, smaller first; empty for before all that are there
   * @param inverted whether it is for all packets but those it names
   * @param from the source, if it asks for it
   * @param to the destination, if it asks for it
   * @param mark the firewall mark, if it asks for it
   * @param in the interface that the packet came in by, if it asks for it; {@code lo} for the
   *     host's own
   * @param table the table it leads to; empty if it discards
   * @param suppressed routes of that table with a prefix of at most this length don't count
   * @param after how many of the host's tunnels are up when it is made
   */
  public record Rule(
      Family family,
      OptionalInt priority,
      boolean inverted,
      Optional<Prefix> from,
      Optional<Prefix> to,
      Optional<Mark> mark,
      Optional<InterfaceName> in,
      Optional<String> table,
      OptionalInt suppressed,
      int after) {

    /** The same rule, made when so many tunnels are up. */
    public Rule after(int tunnels) {
      return new Rule(family, priority, inverted, from, to, mark, in, table, suppressed, tunnels);
    }

    /** Whether {@code ip rule del} with the words of another rule takes this one away. */
    public boolean isMeantBy(Rule words) {
      return family == words.family
          && inverted == words.inverted
          && from.equals(words.from)
          && to.equals(words.to)
          && mark.equals(words.mark)
          && in.equals(words.in)
          && (words.table.equals(table) || words.table.equals(Optional.of(MAIN)))
          && (words.priority.isEmpty() || words.priority.equals(priority));
    }
  }

  /**
   * A firewall mark.
   *
   * @param value its value
   * @param mask which of its 32 bits count
   */
  public record Mark(long value, long mask) {
    /** Whether a packet with this mark has it. */
    public boolean covers(long mark) {
      return (mark & mask) == (value & mask);
    }
  }

  /**
   * A route of a table. One by {@code lo} discards what it is for.
   *
   * @param place where it stands
   */
  public record TableRoute(String table, Route route, Place place) {}

  /** The name of a table, whose number may stand for it. */
  public static String table(String written) {
    return switch (written) {
      case "254", "0" -> MAIN;
      case "255" -> "local";
      case "253" -> "default";
      default -> written;
    };
  }
}
