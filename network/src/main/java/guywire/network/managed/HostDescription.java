package guywire.network.managed;

import guywire.address.IpAddress;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import java.util.List;
import java.util.Optional;

/**
 * What a host finds out about itself when it wants to be a node: enough to propose where it stands
 * in a network, and nothing of its files.
 *
 * @param hostName what it calls itself
 * @param kernel the release of its kernel
 * @param links its interfaces, but for the loopback
 * @param defaultRoutes where it sends what it has no other route for, of each family
 */
public record HostDescription(
    String hostName, String kernel, List<HostLink> links, List<DefaultRoute> defaultRoutes) {

  private static final int LONGEST = 255;

  /** No host tells of more interfaces. */
  public static final int MOST_LINKS = 64;

  /** No interface tells of more addresses. */
  public static final int MOST_ADDRESSES = 16;

  private static final int MOST_ROUTES = 8;

  /**
   * An interface of a host.
   *
   * @param name its name
   * @param addresses its addresses with their prefixes
   */
  public record HostLink(InterfaceName name, List<InterfaceAddress> addresses) {
    /**
     * Copies the list.
     *
     * @throws IllegalArgumentException if it is too long
     */
    public HostLink {
      addresses = Bounds.list(addresses, MOST_ADDRESSES);
    }
  }

  /**
   * A default route.
   *
   * @param link the interface
   * @param via the next hop, if there is one
   */
  public record DefaultRoute(InterfaceName link, Optional<IpAddress> via) {}

  /**
   * Copies the lists and checks their lengths.
   *
   * @throws IllegalArgumentException if a text or list is too long, or a text can't be shown
   */
  public HostDescription {
    Bounds.text(hostName, LONGEST);
    Bounds.text(kernel, LONGEST);
    links = Bounds.list(links, MOST_LINKS);
    defaultRoutes = Bounds.list(defaultRoutes, MOST_ROUTES);
  }
}
