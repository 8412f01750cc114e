package guywire.protocol;

import guywire.address.IpAddress;
import java.util.Optional;

/**
 * Where a peer's datagrams go or come from: an address and a UDP port.
 *
 * @param address the IP address
 * @param scope the interface index of a link-local IPv6 address, otherwise 0
 * @param port the UDP port, 1 to 65535
 */
public record Endpoint(IpAddress address, int scope, int port) {

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if the port or scope is out of range
   */
  public Endpoint {
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("a UDP port is 1 to 65535, not " + port);
    }
    if (scope < 0 || (scope != 0 && address.isIpv4())) {
      throw new IllegalArgumentException("only an IPv6 endpoint has a scope");
    }
  }

  /** An endpoint without a scope. */
  public Endpoint(IpAddress address, int port) {
    this(address, 0, port);
  }

  /** Reads {@code 192.0.2.1:51820} or {@code [2001:db8::1]:51820}; empty if it is neither. */
  public static Optional<Endpoint> tryParse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1) {
      return Optional.empty();
    }
    String host = text.substring(0, colon);
    String digits = text.substring(colon + 1);
    boolean bracketed = host.length() > 2 && host.startsWith("[") && host.endsWith("]");
    if (!digits.matches("[1-9][0-9]{0,4}") || Integer.parseInt(digits) > 65535) {
      return Optional.empty();
    }
    return IpAddress.tryParse(bracketed ? host.substring(1, host.length() - 1) : host)
        .filter(address -> address.isIpv4() != bracketed)
        .map(address -> new Endpoint(address, Integer.parseInt(digits)));
  }

  /** {@code 192.0.2.1:51820}, {@code [2001:db8::1]:51820} or {@code [fe80::1%2]:51820}. */
  @Override
  public String toString() {
    if (address.isIpv4()) {
      return address + ":" + port;
    }
    return "[" + address + (scope == 0 ? "" : "%" + scope) + "]:" + port;
  }
}
