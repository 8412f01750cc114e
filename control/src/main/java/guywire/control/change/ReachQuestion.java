package guywire.control.change;

import guywire.network.Transport;
import java.util.List;
import java.util.OptionalInt;

/**
 * Whether one reaches another.
 *
 * @param from a node, a machine of a LAN or the internet, by name
 * @param to the same, or an IP address
 * @param transport what the packets carry
 * @param port the destination port; empty for ICMP
 * @param down what is taken to be down, as {@link guywire.network.Failure#named} has it
 */
public record ReachQuestion(
    String from, String to, Transport transport, OptionalInt port, List<String> down) {

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if ICMP has a port, or another transport none
   */
  public ReachQuestion {
    down = List.copyOf(down);
    if (port.isPresent() == (transport == Transport.ICMP)) {
      throw new IllegalArgumentException("tcp and udp need a port, icmp has none");
    }
  }
}
