package guywire.network;

import guywire.address.IpAddress;
import java.util.List;

/**
 * The resolver settings that a tunnel interface brings.
 *
 * @param servers the name servers, in order; none means the host's own stay
 * @param searchDomains the domains tried for short names
 */
public record DnsClient(List<IpAddress> servers, List<String> searchDomains) {

  /** Leaves the host's resolver alone. */
  public static final DnsClient NONE = new DnsClient(List.of(), List.of());

  /** Copies the lists. */
  public DnsClient {
    servers = List.copyOf(servers);
    searchDomains = List.copyOf(searchDomains);
  }

  /** Whether nothing is set. */
  public boolean isEmpty() {
    return servers.isEmpty() && searchDomains.isEmpty();
  }
}
