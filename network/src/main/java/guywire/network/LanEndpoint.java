package guywire.network;

import guywire.address.IpAddress;
import guywire.address.Prefix;

/**
 * Where a peer is called while this host is in the same LAN as it: few routers lead back what goes
 * from inside to their own public address.
 *
 * @param lan the prefix of the LAN
 * @param address the peer's address in it
 * @param port the UDP port that it listens on, 1 to 65535
 */
public record LanEndpoint(Prefix lan, IpAddress address, int port) {

  /**
   * Checks them.
   *
   * @throws IllegalArgumentException if the address is not in the LAN or the port out of range
   */
  public LanEndpoint {
    if (!lan.contains(address)) {
      throw new IllegalArgumentException(address + " is not in " + lan);
    }
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("a port is 1 to 65535, not " + port);
    }
  }

  /** The address and the port. */
  public EndpointAddress endpoint() {
    return EndpointAddress.of(address, port);
  }
}
