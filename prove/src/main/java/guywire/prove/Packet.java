package guywire.prove;

import guywire.address.IpAddress;
import guywire.network.Transport;

/**
 * A packet as far as routers and filters tell packets apart.
 *
 * @param source where it says it comes from
 * @param destination where it goes
 * @param transport what it carries
 * @param sourcePort its source port; 0 for ICMP
 * @param port its destination port; 0 for ICMP
 */
public record Packet(
    IpAddress source, IpAddress destination, Transport transport, int sourcePort, int port) {

  /** A port from the range that hosts choose their own from (RFC 6335 section 6). */
  static final int SOME_PORT = 50_000;

  /** The answer to it. */
  Packet reply() {
    return new Packet(destination, source, transport, port, sourcePort);
  }

  /** The same from another address. */
  Packet from(IpAddress address) {
    return new Packet(address, destination, transport, sourcePort, port);
  }

  /** The same to another address and port. */
  Packet to(IpAddress address, int newPort) {
    return new Packet(source, address, transport, sourcePort, newPort);
  }

  /** {@code 10.0.0.1 -> 10.0.0.2 tcp/445}. */
  @Override
  public String toString() {
    return source
        + " -> "
        + destination
        + " "
        + transport.word()
        + (transport == Transport.ICMP ? "" : "/" + port);
  }
}
