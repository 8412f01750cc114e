package guywire.linux;

import java.net.InetAddress;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A rule of the kernel's routing policy: which table a packet's route is looked up in.
 *
 * @param ipv4 whether it is for IPv4; otherwise for IPv6
 * @param priority its place, a smaller one comes first; empty lets the kernel put it before all
 *     rules but that of the local table
 * @param from where packets must come from, if anywhere
 * @param arrivingBy the interface by which packets must have come in, if any
 * @param mark the firewall mark that packets must have, if any
 * @param inverted whether the rule is for all packets that do not match
 * @param table the table
 * @param suppressPrefixLength routes of this prefix length or less are passed over, if set
 */
public record KernelRule(
    boolean ipv4,
    OptionalLong priority,
    Optional<Source> from,
    Optional<String> arrivingBy,
    OptionalLong mark,
    boolean inverted,
    long table,
    OptionalInt suppressPrefixLength) {

  /** The addresses that begin with the first {@code length} bits of this one. */
  public record Source(InetAddress address, int length) {}

  /**
   * Written out, as a record's own goes through method handles that each process makes anew, and
   * commands look at the rules of a host first of all.
   */
  @Override
  public boolean equals(Object other) {
    return this == other
        || other instanceof KernelRule rule
            && ipv4 == rule.ipv4
            && inverted == rule.inverted
            && table == rule.table
            && priority.equals(rule.priority)
            && from.equals(rule.from)
            && arrivingBy.equals(rule.arrivingBy)
            && mark.equals(rule.mark)
            && suppressPrefixLength.equals(rule.suppressPrefixLength);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * Long.hashCode(table) + priority.hashCode()) + mark.hashCode();
  }

  /** Packets without this mark look into the table: {@code not fwmark M table T}. */
  public static KernelRule unlessMarked(boolean ipv4, long mark, long table) {
    return new KernelRule(
        ipv4,
        OptionalLong.empty(),
        Optional.empty(),
        Optional.empty(),
        OptionalLong.of(mark),
        true,
        table,
        OptionalInt.empty());
  }

  /** The main table without its default route: {@code table main suppress_prefixlength 0}. */
  public static KernelRule mainWithoutDefault(boolean ipv4) {
    return new KernelRule(
        ipv4,
        OptionalLong.empty(),
        Optional.empty(),
        Optional.empty(),
        OptionalLong.empty(),
        false,
        KernelRoute.MAIN,
        OptionalInt.of(0));
  }

  /** All packets look into the table: {@code table T}. */
  public static KernelRule lookup(boolean ipv4, long table) {
    return new KernelRule(
        ipv4,
        OptionalLong.empty(),
        Optional.empty(),
        Optional.empty(),
        OptionalLong.empty(),
        false,
        table,
        OptionalInt.empty());
  }

  /** The same rule for what came in by this interface. */
  public KernelRule of(String name) {
    return new KernelRule(
        ipv4, priority, from, Optional.of(name), mark, inverted, table, suppressPrefixLength);
  }

  /** The same rule for what comes from these addresses. */
  public KernelRule from(InetAddress address, int length) {
    var source = Optional.of(new Source(address, length));
    return new KernelRule(
        ipv4, priority, source, arrivingBy, mark, inverted, table, suppressPrefixLength);
  }

  /** The same rule at this place. */
  public KernelRule at(long number) {
    return new KernelRule(
        ipv4,
        OptionalLong.of(number),
        from,
        arrivingBy,
        mark,
        inverted,
        table,
        suppressPrefixLength);
  }
}
