package guywire.network;

import guywire.address.IpAddress;

/** A machine that can send or receive a packet: where a promise begins or ends. */
public sealed interface Spot {

  /**
   * A node of the network.
   *
   * @param name the node
   */
  record Node(Name name) implements Spot {
    @Override
    public String toString() {
      return name.text();
    }
  }

  /**
   * A machine in a site's LAN that knows nothing of WireGuard.
   *
   * @param site its site
   * @param name the machine
   */
  record Host(Name site, Name name) implements Spot {
    @Override
    public String toString() {
      return name.text();
    }
  }

  /** A server somewhere on the internet, outside the network. */
  record Outside() implements Spot {

    /** Its IPv4 address in promises: from the range set aside for benchmarks (RFC 2544). */
    public static final IpAddress IPV4 = IpAddress.parse("198.18.0.1");

    /** Its IPv6 address in promises: from the range set aside for benchmarks (RFC 5180). */
    public static final IpAddress IPV6 = IpAddress.parse("2001:2::1");

    @Override
    public String toString() {
      return "internet";
    }
  }
}
