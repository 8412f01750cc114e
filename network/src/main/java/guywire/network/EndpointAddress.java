package guywire.network;

import guywire.address.IpAddress;
import guywire.protocol.Endpoint;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A peer's endpoint as configured: a host name or IP address, and a UDP port.
 *
 * @param host a DNS name, or an IP address without brackets
 * @param port the UDP port, 1 to 65535
 */
public record EndpointAddress(String host, int port) {

  private static final Pattern DNS_NAME =
      Pattern.compile(
          "(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?"
              + "(\\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\\.?");

  /**
   * Checks host and port.
   *
   * @throws IllegalArgumentException if the host is neither name nor address, or the port is out of
   *     range
   */
  public EndpointAddress {
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("a UDP port is 1 to 65535, not " + port);
    }
    if (IpAddress.tryParse(host).isEmpty() && !DNS_NAME.matcher(host).matches()) {
      throw new IllegalArgumentException("neither a host name nor an IP address: " + host);
    }
  }

  /** The endpoint at this address. */
  public static EndpointAddress of(IpAddress address, int port) {
    return new EndpointAddress(address.toString(), port);
  }

  /** The IP address, if the host is one rather than a name. */
  public Optional<IpAddress> address() {
    return IpAddress.tryParse(host);
  }

  /** The endpoint, if the host is an IP address rather than a name. */
  public Optional<Endpoint> endpoint() {
    return address().map(address -> new Endpoint(address, port));
  }

  /** Whether the other is written alike: one address can be written in several ways. */
  @Override
  public boolean equals(Object other) {
    return this == other
        || other instanceof EndpointAddress endpoint
            && port == endpoint.port
            && host.equals(endpoint.host);
  }

  @Override
  public int hashCode() {
    return 31 * host.hashCode() + port;
  }

  /** {@code host:port}, an IPv6 address in brackets. */
  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
