package guywire.network;

import guywire.address.IpAddress;
import java.util.List;

/** Where a node is plugged in, beneath its tunnels. */
public sealed interface Attachment {

  /** The node. */
  Name node();

  /**
   * Straight on the internet, with public addresses of its own.
   *
   * @param addresses at least one; at most one IPv4 and one IPv6
   */
  record Direct(Name node, List<IpAddress> addresses) implements Attachment {
    /** Copies the list. */
    public Direct {
      addresses = List.copyOf(addresses);
    }
  }

  /**
   * In a site: its router (if the site's {@code routerNode} is this node) or a host in its LAN.
   *
   * @param site the site
   * @param addresses its addresses in the site's LANs; of a router, its own address in each
   */
  record InSite(Name node, Name site, List<IpAddress> addresses) implements Attachment {
    /** Copies the list. */
    public InSite {
      addresses = List.copyOf(addresses);
    }
  }

  /**
   * Wherever its owner is: one network today, another tomorrow.
   *
   * @param networks the kinds of network it meets, in the order the lab visits them; at least one
   */
  record Roaming(Name node, List<Internet> networks) implements Attachment {
    /**
     * Copies the list.
     *
     * @throws IllegalArgumentException if it is empty
     */
    public Roaming {
      networks = List.copyOf(networks);
      if (networks.isEmpty()) {
        throw new IllegalArgumentException("a roaming node is somewhere");
      }
    }
  }
}
