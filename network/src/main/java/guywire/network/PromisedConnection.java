package guywire.network;

import guywire.address.IpAddress;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Who connects to whom, and by what: that of which something is promised.
 *
 * @param from who starts the connection
 * @param to who is meant
 * @param target the address that {@code from} uses
 * @param transport what the packet carries; for TCP and UDP there is a port
 * @param port the destination port
 * @param forward the port of a gateway to which the connection is really made, if it is: the
 *     gateway is asked before to pass it on to the target
 */
public record PromisedConnection(
    Spot from,
    Spot to,
    IpAddress target,
    Transport transport,
    OptionalInt port,
    Optional<ForwardedPort> forward) {

  /**
   * Checks what belongs together.
   *
   * @throws IllegalArgumentException if the transport and port don't fit
   */
  public PromisedConnection {
    if ((transport == Transport.ICMP) != port.isEmpty()) {
      throw new IllegalArgumentException("TCP and UDP have a port, ICMP has none");
    }
    if (transport == Transport.ICMP && forward.isPresent()) {
      throw new IllegalArgumentException("TCP and UDP are forwarded");
    }
  }

  /** One that goes by the routes alone. */
  public PromisedConnection(
      Spot from, Spot to, IpAddress target, Transport transport, OptionalInt port) {
    this(from, to, target, transport, port, Optional.empty());
  }
}
