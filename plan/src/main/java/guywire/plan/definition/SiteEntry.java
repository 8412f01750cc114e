package guywire.plan.definition;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.Internet;
import guywire.network.Name;
import guywire.network.text.Place;
import guywire.plan.definition.Definition.Ref;
import guywire.plan.definition.NodeEntry.Placed;
import java.util.List;
import java.util.Optional;

/**
 * A site as declared: a place with a LAN behind a router.
 *
 * @param name the site
 * @param place where it is named
 * @param lans its LANs
 * @param internet how it meets the internet
 * @param hosts machines in the LAN that know nothing of WireGuard
 * @param forwards UDP ports of its public address that its router passes on
 * @param virtualAddresses addresses in its LANs that its gateways share
 */
public record SiteEntry(
    Name name,
    Place place,
    List<LanEntry> lans,
    Internet internet,
    List<HostEntry> hosts,
    List<Forward> forwards,
    List<Placed<IpAddress>> virtualAddresses) {

  /** Copies the lists. */
  public SiteEntry {
    lans = List.copyOf(lans);
    hosts = List.copyOf(hosts);
    forwards = List.copyOf(forwards);
    virtualAddresses = List.copyOf(virtualAddresses);
  }

  /**
   * A LAN.
   *
   * @param prefix its addresses
   * @param router the address of the site's router in it
   * @param place where it stands
   * @param alias the prefix as which it is known outside of the site, if that is said
   */
  public record LanEntry(
      Prefix prefix, IpAddress router, Place place, Optional<Placed<Prefix>> alias) {}

  /**
   * A machine in the LAN.
   *
   * @param name its name
   * @param addresses its addresses, at most one in each LAN
   * @param place where it is named
   */
  public record HostEntry(Name name, List<IpAddress> addresses, Place place) {
    /** Copies the list. */
    public HostEntry {
      addresses = List.copyOf(addresses);
    }
  }

  /**
   * A forwarded UDP port; it leads to the port the node listens on.
   *
   * @param publicPort the port of the public address
   * @param node the node it leads to
   */
  public record Forward(int publicPort, Ref node) {}
}
