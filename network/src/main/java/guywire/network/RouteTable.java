package guywire.network;

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
}
