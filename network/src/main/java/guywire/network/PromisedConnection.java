package guywire.network;

import guywire.address.IpAddress;
import java.util.OptionalInt;

/**
 * Who connects to whom, and by what: that of which something is promised.
 *
 * @param from who starts the connection
 * @param to who is meant
 * @param target the address that {@code from} uses
 * @param transport what the packet carries; for TCP and UDP there is a port
 * @param port the destination port
 */
public record PromisedConnection(
    Spot from, Spot to, IpAddress target, Transport transport, OptionalInt port) {

  /**
   * Checks what belongs together.
   *
   * @throws IllegalArgumentException if the transport and port don't fit
   */
  public PromisedConnection {
    if ((transport == Transport.ICMP) != port.isEmpty()) {
      throw new IllegalArgumentException("TCP and UDP have a port, ICMP has none");
    }
  }
}
