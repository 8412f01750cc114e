package guywire.network;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * The set in a node's table of nftables with the ports that its agent has opened, each for one
 * sender, and the rule that lets them in. It is empty until the agent is asked to forward; so the
 * table itself stays as it was loaded.
 *
 * @param family of the senders' addresses
 * @param transport what is let in
 * @param tunnels by which interfaces
 */
public record OpenedPorts(Family family, Transport transport, List<InterfaceName> tunnels) {

  /** Copies the list. */
  public OpenedPorts {
    tunnels = List.copyOf(tunnels);
  }

  /** The sets that a node needs: for what it may be asked to forward. */
  static List<OpenedPorts> of(NodeConfig node) {
    var tunnels = node.interfaces().stream().map(TunnelInterface::name).toList();
    var sets = new LinkedHashSet<OpenedPorts>();
    for (var permission : node.ownForwards()) {
      for (var sender : permission.from()) {
        sets.add(new OpenedPorts(sender.family(), permission.transport(), tunnels));
      }
    }
    return List.copyOf(sets);
  }

  private static String name(Family family, Transport transport) {
    return "forwards_" + transport.word() + (family == Family.IPV4 ? "4" : "6");
  }

  /** The declaration of the set. */
  List<String> lines() {
    String address = family == Family.IPV4 ? "ipv4_addr" : "ipv6_addr";
    return List.of(
        "\tset " + name(family, transport) + " {",
        "\t\ttype " + address + " . inet_service",
        "\t}");
  }

  /** The rule. */
  String rule() {
    return "iifname %s %s saddr . %s dport @%s accept comment \"asked to forward\""
        .formatted(
            Nftables.names(tunnels),
            family == Family.IPV4 ? "ip" : "ip6",
            transport.word(),
            name(family, transport));
  }

  /** The command of nft that lets a sender in, or does so no more. */
  public static String command(
      boolean open, String table, IpAddress sender, Transport transport, int port) {
    return "%s element inet %s %s { %s . %d }%n"
        .formatted(open ? "add" : "delete", table, name(sender.family(), transport), sender, port);
  }
}
