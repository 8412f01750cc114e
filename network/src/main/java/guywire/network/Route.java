package guywire.network;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A route that a node has beside those to its allowed IPs.
 *
 * @param to the destination
 * @param via the next hop, if any
 * @param device the interface, if named
 * @param metric the metric; a smaller one wins among equal prefixes
 */
public record Route(
    Prefix to, Optional<IpAddress> via, Optional<InterfaceName> device, OptionalInt metric) {

  /**
   * Checks that it leads somewhere.
   *
   * @throws IllegalArgumentException if there is neither next hop nor device
   */
  public Route {
    if (via.isEmpty() && device.isEmpty()) {
      throw new IllegalArgumentException("a route needs a next hop or a device");
    }
  }
}
