package guywire.network;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import java.util.List;

/**
 * What a node's agent chooses a way to, the first that is alive: another node, with what lies
 * behind it, or the LAN of a site that has several gateways.
 *
 * @param node the other node, or the site
 * @param address the tunnel address at which its agent answers; that of the first gateway of a LAN
 * @param prefixes what is routed there: its tunnel addresses, and the LANs that it alone serves
 * @param ways the ways, the best first
 */
public record Destination(Name node, IpAddress address, List<Prefix> prefixes, List<Way> ways) {

  /**
   * Copies the lists and checks them.
   *
   * @throws IllegalArgumentException if nothing is routed there, there is no way, two ways share an
   *     interface, or two are called routed
   */
  public Destination {
    prefixes = List.copyOf(prefixes);
    ways = List.copyOf(ways);
    if (prefixes.isEmpty() || ways.isEmpty()) {
      throw new IllegalArgumentException("no prefix or no way to " + node);
    }
    if (ways.stream().map(Way::tunnel).distinct().count() != ways.size()) {
      throw new IllegalArgumentException("two ways to " + node + " share an interface");
    }
    if (ways.stream().filter(Way::routed).count() > 1) {
      throw new IllegalArgumentException("ordinary routes lead one way to " + node);
    }
  }

  /** The tunnel address at which an agent answers on one of the ways. */
  public IpAddress address(Way way) {
    return way.answers().orElse(address);
  }
}
