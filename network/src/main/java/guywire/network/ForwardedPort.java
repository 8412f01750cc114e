package guywire.network;

import guywire.address.IpAddress;

/**
 * A port that a gateway opens when it is asked to, and by which a connection is made.
 *
 * @param gateway the node that opens it
 * @param address its tunnel address
 * @param port the port, one that may be opened
 */
public record ForwardedPort(Name gateway, IpAddress address, int port) {

  /**
   * Checks the port.
   *
   * @throws IllegalArgumentException if no agent opens it
   */
  public ForwardedPort {
    if (!ForwardPermission.OPENED.contains(port)) {
      throw new IllegalArgumentException("not a port that is opened: " + port);
    }
  }
}
