package guywire.network;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import java.util.OptionalInt;

/** How a node rewrites the addresses of the connections that pass through it. */
public sealed interface NatRule {

  /** Which packets. */
  PacketMatch match();

  /** The same rule for other packets. */
  default NatRule on(PacketMatch other) {
    return switch (this) {
      case Masquerade _ -> new Masquerade(other);
      case Source rule -> new Source(other, rule.to());
      case Destination rule -> new Destination(other, rule.to(), rule.port());
      case Map rule -> new Map(other, rule.real(), rule.shown());
    };
  }

  /** Source NAT to the address of the interface a packet leaves by. */
  record Masquerade(PacketMatch match) implements NatRule {}

  /**
   * Source NAT to a fixed address.
   *
   * @param to the new source
   */
  record Source(PacketMatch match, IpAddress to) implements NatRule {}

  /**
   * Destination NAT: a port forward.
   *
   * @param to the new destination
   * @param port the new destination port; empty keeps it
   */
  record Destination(PacketMatch match, IpAddress to, OptionalInt port) implements NatRule {}

  /**
   * One prefix shown as another of the same length, host by host, in both directions.
   *
   * @param real the prefix as it is behind the node
   * @param shown the prefix as the tunnel sees it
   */
  record Map(PacketMatch match, Prefix real, Prefix shown) implements NatRule {
    /**
     * Checks the lengths.
     *
     * @throws IllegalArgumentException if they differ
     */
    public Map {
      if (real.family() != shown.family() || real.length() != shown.length()) {
        throw new IllegalArgumentException("both prefixes have the same length");
      }
    }

    /** The address as which one of the real prefix is shown. */
    public IpAddress shown(IpAddress address) {
      return moved(address, real, shown);
    }

    /** The address that is shown as this one. */
    public IpAddress real(IpAddress address) {
      return moved(address, shown, real);
    }

    private static IpAddress moved(IpAddress address, Prefix from, Prefix to) {
      long high = address.high() ^ from.address().high() ^ to.address().high();
      long low = address.low() ^ from.address().low() ^ to.address().low();
      return new IpAddress(address.family(), high, low);
    }
  }
}
