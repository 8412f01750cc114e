package guywire.agent;

import guywire.address.IpAddress;
import guywire.network.Transport;

/**
 * What is passed on: from whom, by which port, to where.
 *
 * @param asker whose connections they are
 * @param address the gateway's own address
 * @param transport TCP or UDP
 * @param port the gateway's port
 * @param target the target's address
 * @param targetPort its port
 */
record ForwardPath(
    IpAddress asker,
    IpAddress address,
    Transport transport,
    int port,
    IpAddress target,
    int targetPort) {

  /** For people who read logs. */
  @Override
  public String toString() {
    return asker
        + " by "
        + at(address, port)
        + "/"
        + transport.word()
        + " to "
        + at(target, targetPort);
  }

  private static String at(IpAddress address, int port) {
    return (address.isIpv4() ? address.toString() : "[" + address + "]") + ":" + port;
  }
}
