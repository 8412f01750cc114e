package guywire.network;

import guywire.address.IpAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A node's part in an address of its LAN that several gateways share by VRRP (RFC 9568): the one
 * with the highest priority that is alive has it, and the LAN's static route leads there.
 *
 * @param id the number of the virtual router in its LAN, 1 to 255
 * @param addresses the shared addresses
 * @param priority the node's priority, 1 to 254; it falls below that of every other one while what
 *     is watched is silent
 * @param watched the node to which its tunnel leads; a gateway that can't reach it is of no use
 * @param watchedAddress the tunnel address of that node
 */
public record VirtualRouter(
    int id, List<IpAddress> addresses, int priority, Name watched, IpAddress watchedAddress) {

  /** What the priority falls by while what is watched is silent. */
  public static final int FALL = 100;

  /**
   * Copies the list and checks the ranges.
   *
   * @throws IllegalArgumentException if a number is out of range or no address is shared
   */
  public VirtualRouter {
    addresses = List.copyOf(addresses);
    if (id < 1 || id > 255 || priority < 1 || priority > 254 || addresses.isEmpty()) {
      throw new IllegalArgumentException("no such virtual router: " + id + ", " + priority);
    }
  }

  /**
   * Which of the nodes that share these addresses has them while some parts of a network are down;
   * empty if none is alive.
   */
  public static Optional<Name> holder(
      List<NodeConfig> nodes, List<IpAddress> addresses, Set<Failure> failures) {
    return nodes.stream()
        .filter(node -> !failures.contains(new Failure.OfNode(node.name())))
        .filter(node ->
            node.virtualRouter().filter(own -> own.addresses().equals(addresses)).isPresent())
        .max(
            Comparator.comparingInt(
                node -> node.virtualRouter().orElseThrow().priority(node.name(), failures)))
        .map(NodeConfig::name);
  }

  private int priority(Name node, Set<Failure> failures) {
    boolean silent =
        failures.contains(new Failure.OfNode(watched))
            || failures.stream()
                .anyMatch(failure ->
                    failure instanceof Failure.OfLink link
                        && link.isBetween(node.text(), watched.text()));
    return priority - (silent ? FALL : 0);
  }
}
