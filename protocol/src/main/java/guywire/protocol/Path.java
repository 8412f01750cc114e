package guywire.protocol;

import guywire.address.IpAddress;

/**
 * How datagrams travel to a peer: where they go, and from which of our addresses, so that replies
 * leave from the address the peer wrote to.
 *
 * <p>A receiver keeps the path of its last datagram and makes a new one only when the addresses
 * differ, so that identity is the quick test for "unchanged".
 *
 * @param endpoint the peer's address and port
 * @param source our address, or the unspecified one of the endpoint's family to let routing choose
 * @param sourceInterface the index of the interface of {@code source}, or 0
 */
public record Path(Endpoint endpoint, IpAddress source, int sourceInterface) {

  /** A path whose source address is left to routing. */
  public static Path to(Endpoint endpoint) {
    return new Path(endpoint, endpoint.address().family().any(), 0);
  }

  /** Whether the source address is left to routing. */
  public boolean isAnySource() {
    return source.isUnspecified() && sourceInterface == 0;
  }

  /** This path with the source address left to routing. */
  public Path withAnySource() {
    return isAnySource() ? this : to(endpoint);
  }
}
