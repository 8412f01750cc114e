package guywire.plan.definition;

import guywire.network.PortRange;
import guywire.network.Transport;
import java.util.Optional;

/**
 * What a line of policy or expectation is about: icmp, tcp, tcp/443, udp/8000-8099.
 *
 * @param transport the transport
 * @param ports the ports; empty for every port, and always for ICMP
 */
public record Service(Transport transport, Optional<PortRange> ports) {

  /** Reads the text form; empty if it is none. */
  static Optional<Service> tryParse(String text) {
    int slash = text.indexOf('/');
    String word = slash < 0 ? text : text.substring(0, slash);
    for (var transport : Transport.values()) {
      if (transport.word().equals(word)) {
        if (slash < 0) {
          return Optional.of(new Service(transport, Optional.empty()));
        }
        return transport == Transport.ICMP
            ? Optional.empty()
            : ports(text.substring(slash + 1))
                .map(range -> new Service(transport, Optional.of(range)));
      }
    }
    return Optional.empty();
  }

  private static Optional<PortRange> ports(String text) {
    if (!text.matches("[1-9][0-9]{0,4}(-[1-9][0-9]{0,4})?")) {
      return Optional.empty();
    }
    int hyphen = text.indexOf('-');
    int first = Integer.parseInt(hyphen < 0 ? text : text.substring(0, hyphen));
    int last = hyphen < 0 ? first : Integer.parseInt(text.substring(hyphen + 1));
    return first <= last && last <= 65535
        ? Optional.of(new PortRange(first, last))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return transport.word() + ports.map(range -> "/" + range).orElse("");
  }
}
