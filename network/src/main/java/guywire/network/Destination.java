package guywire.network;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import java.util.List;

/**
 * Another node that a node reaches by more than one way, with what lies behind it. Its agent takes
 * the first way that is alive.
 *
 * @param node the other node
 * @param address the tunnel address at which its agent answers
 * @param prefixes what is routed there: its tunnel addresses, and the LANs that it serves
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
}
