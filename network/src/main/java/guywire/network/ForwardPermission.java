package guywire.network;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import java.util.List;

/**
 * What a gateway's agent passes on when somebody asks it to, and to whom: connections to one port
 * of its tunnel address, from the asker's address alone. It stands in the configuration of the
 * gateway, and in that of each node that may ask.
 *
 * @param gateway the node that passes on
 * @param at the gateway's tunnel addresses, at which it is asked and opens ports
 * @param from who may ask
 * @param target who is meant
 * @param to the addresses of the target
 * @param transport TCP or UDP
 * @param ports the ports of the target; empty for all
 */
public record ForwardPermission(
    Name gateway,
    List<IpAddress> at,
    List<Prefix> from,
    Name target,
    List<Prefix> to,
    Transport transport,
    List<PortRange> ports) {

  /**
   * The ports that a gateway may open: those that need no right. Below are services of the host.
   */
  public static final PortRange OPENED = new PortRange(1024, 65535);

  /**
   * Copies the lists and checks them.
   *
   * @throws IllegalArgumentException if there is no address, or it is of ICMP
   */
  public ForwardPermission {
    at = List.copyOf(at);
    from = List.copyOf(from);
    to = List.copyOf(to);
    ports = List.copyOf(ports);
    if (at.isEmpty() || from.isEmpty() || to.isEmpty()) {
      throw new IllegalArgumentException("nothing to forward from, by or to");
    }
    if (transport == Transport.ICMP) {
      throw new IllegalArgumentException("TCP and UDP are forwarded");
    }
  }

  /** Whether it is for connections of this asker to this port. */
  public boolean permits(IpAddress asker, IpAddress address, Transport carried, int port) {
    return carried == transport
        && from.stream().anyMatch(prefix -> prefix.contains(asker))
        && to.stream().anyMatch(prefix -> prefix.contains(address))
        && (ports.isEmpty() || ports.stream().anyMatch(range -> range.contains(port)));
  }
}
