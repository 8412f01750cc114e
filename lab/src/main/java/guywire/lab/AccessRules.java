package guywire.lab;

import guywire.network.Internet;
import guywire.network.Internet.Nat;
import guywire.network.Site.PortForward;
import java.util.List;

/**
 * What the router of an access line does with packets, as an nftables table of its own beside
 * whatever a node puts there: it lets replies in and nothing else (unless its hosts are public),
 * and rewrites sources as declared.
 */
final class AccessRules {

  private AccessRules() {}

  /**
   * The rules of a router whose line to the internet is the interface {@code wan}.
   *
   * @param internet the line
   * @param isNode whether one of the network's nodes is the router; then that node's own firewall
   *     decides what reaches it
   * @param forwards the ports it passes on
   */
  static String of(Internet internet, boolean isNode, List<PortForward> forwards) {
    return new StringBuilder("table inet access {\n")
        .append(isNode ? "" : input())
        .append(forward(internet))
        .append(forwards.isEmpty() ? "" : prerouting(forwards))
        .append(postrouting(internet.nat()))
        .append("}\n")
        .toString();
  }

  /**
   * The rules of a carrier's NAT in front of a customer's router. It keeps ports; what it never
   * does is let anything of IPv4 in. IPv6 is left to the customer.
   */
  static String ofCarrier() {
    return """
    table inet access {
      chain forward {
        type filter hook forward priority filter; policy accept;
        iifname "wan" ct state established,related accept
        iifname "wan" meta nfproto ipv4 drop
      }
    %s}
    """
        .formatted(masquerade("masquerade"));
  }

  private static String input() {
    return """
      chain input {
        type filter hook input priority filter; policy accept;
        iifname "wan" ct state established,related accept
        iifname "wan" meta l4proto { icmp, ipv6-icmp } accept
        iifname "wan" drop
      }
    """;
  }

  private static String forward(Internet internet) {
    return """
      chain forward {
        type filter hook forward priority filter; policy accept;
        iifname "wan" ct state established,related accept
        iifname "wan" ct status dnat accept
    %s    iifname "wan" drop
      }
    """
        .formatted(
            internet.nat() == Nat.NONE ? "    iifname \"wan\" meta nfproto ipv4 accept\n" : "");
  }

  private static String prerouting(List<PortForward> forwards) {
    var rules = new StringBuilder();
    for (var forward : forwards) {
      rules.append(
          "    iifname \"wan\" udp dport %d dnat ip to %s:%d\n"
              .formatted(forward.publicPort(), forward.to(), forward.port()));
    }
    return """
      chain prerouting {
        type nat hook prerouting priority dstnat; policy accept;
    %s  }
    """
        .formatted(rules);
  }

  private static String postrouting(Nat nat) {
    return switch (nat) {
      case NONE -> "";
      case KEEPS_PORTS, CARRIER -> masquerade("masquerade");
      // Every destination is another connection, so each gets another random port.
      case RANDOM_PORTS -> masquerade("masquerade fully-random");
    };
  }

  private static String masquerade(String verdict) {
    return """
      chain postrouting {
        type nat hook postrouting priority srcnat; policy accept;
        oifname "wan" meta nfproto ipv4 %s
      }
    """
        .formatted(verdict);
  }
}
