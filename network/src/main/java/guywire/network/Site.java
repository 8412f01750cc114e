package guywire.network;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import java.util.List;
import java.util.Optional;

/**
 * A place with a LAN behind a router: a home, an office, a rack.
 *
 * @param name the site
 * @param lans its LANs
 * @param internet how it meets the internet
 * @param routerNode the node that is the site's router, if one of the network's nodes is
 * @param hosts machines in the LAN that know nothing of WireGuard
 * @param routes static routes that the site's router has (towards a gateway that is not the router)
 * @param portForwards ports of the public address that the router passes on
 */
public record Site(
    Name name,
    List<Lan> lans,
    Internet internet,
    Optional<Name> routerNode,
    List<LanHost> hosts,
    List<LanRoute> routes,
    List<PortForward> portForwards) {

  /** Copies the lists. */
  public Site {
    lans = List.copyOf(lans);
    hosts = List.copyOf(hosts);
    routes = List.copyOf(routes);
    portForwards = List.copyOf(portForwards);
  }

  /**
   * One LAN of a site.
   *
   * @param prefix its addresses
   * @param router the address of the site's router in it, the default gateway of its hosts
   */
  public record Lan(Prefix prefix, IpAddress router) {}

  /**
   * A machine in a LAN that knows nothing of WireGuard.
   *
   * @param name its name, unique in the network
   * @param addresses its addresses, at most one for each LAN
   */
  public record LanHost(Name name, List<IpAddress> addresses) {
    /** Copies the list. */
    public LanHost {
      addresses = List.copyOf(addresses);
    }
  }

  /**
   * A static route of the site's router.
   *
   * @param to the destination
   * @param via the next hop in the LAN
   */
  public record LanRoute(Prefix to, IpAddress via) {}

  /**
   * A UDP port of the site's public address that the router passes on.
   *
   * @param publicPort the port outside
   * @param to the address inside
   * @param port the port inside
   */
  public record PortForward(int publicPort, IpAddress to, int port) {}
}
