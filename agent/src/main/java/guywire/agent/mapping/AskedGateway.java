package guywire.agent.mapping;

import guywire.address.IpAddress;
import guywire.network.Internet;

/**
 * The router by which this host reaches the internet.
 *
 * @param address its address in the LAN
 * @param self this host's own address there
 * @param link the interface
 * @param index the number of the interface
 */
public record AskedGateway(IpAddress address, IpAddress self, String link, int index) {

  /**
   * Checks that both are of IPv4.
   *
   * @throws IllegalArgumentException if they are not
   */
  public AskedGateway {
    if (!address.isIpv4() || !self.isIpv4()) {
      throw new IllegalArgumentException("ports are mapped in IPv4 alone");
    }
  }

  /** Whether it hides this host behind an address of its own. */
  boolean hides() {
    return !Internet.routes(self);
  }
}
