package guywire.network;

import guywire.address.IpAddress;
import guywire.protocol.Endpoint;
import java.util.Optional;
import java.util.regex.Pattern;

/** A peer's endpoint as configured: a host name or IP address, and a UDP port. Immutable. */
public final class EndpointAddress {

  private static final Pattern DNS_NAME =
      Pattern.compile(
          "(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?"
              + "(\\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\\.?");

  private final String host;
  private final int port;
  private final Optional<IpAddress> address;

  /**
   * Checks host and port.
   *
   * @param host a DNS name, or an IP address without brackets
   * @param port the UDP port, 1 to 65535
   * @throws IllegalArgumentException if the host is neither name nor address, or the port is out of
   *     range
   */
  public EndpointAddress(String host, int port) {
    this.host = host;
    this.port = port;
    this.address = IpAddress.tryParse(host);
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("a UDP port is 1 to 65535, not " + port);
    }
    if (address.isEmpty() && !DNS_NAME.matcher(host).matches()) {
      throw new IllegalArgumentException("neither a host name nor an IP address: " + host);
    }
  }

  /** The endpoint at this address. */
  public static EndpointAddress of(IpAddress address, int port) {
    return new EndpointAddress(address.toString(), port);
  }

  /** A DNS name, or an IP address without brackets. */
  public String host() {
    return host;
  }

  /** The UDP port, 1 to 65535. */
  public int port() {
    return port;
  }

  /** The IP address, if the host is one rather than a name. */
  public Optional<IpAddress> address() {
    return address;
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
