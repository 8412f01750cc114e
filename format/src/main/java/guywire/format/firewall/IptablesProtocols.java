package guywire.format.firewall;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What iptables takes after {@code -p}: a number, or a name that it or /etc/protocols has. */
final class IptablesProtocols {

  private static final Set<String> NAMES =
      Set.of(
          ("all tcp udp udplite icmp icmpv6 ipv6-icmp esp ah sctp dccp mh ipv6-mh gre igmp ip ggp"
                  + " ipencap ipip st egp igp pup hmp xns-idp rdp iso-tp4 ddp idpr-cmtp ipv6"
                  + " ipv6-route ipv6-frag idrp rsvp skip ipv6-nonxt ipv6-opts rspf vmtp eigrp ospf"
                  + " ax.25 etherip encap pim ipcomp vrrp l2tp isis fc mobility-header mpls-in-ip"
                  + " manet hip shim6 wesp rohc mptcp hopopt")
              .split(" "));

  private IptablesProtocols() {}

  /** Whether there is such a protocol. */
  static boolean isKnown(String written) {
    String name = written.toLowerCase(Locale.ROOT);
    return NAMES.contains(name) || number(name).isPresent();
  }

  private static Optional<Integer> number(String text) {
    return text.matches("[0-9]{1,3}") && Integer.parseInt(text) <= 255
        ? Optional.of(Integer.parseInt(text))
        : Optional.empty();
  }

  /** The protocol by one name for each: those that iptables has an extension for, by that name. */
  static String extension(String written) {
    String name = written.toLowerCase(Locale.ROOT);
    return switch (name) {
      case "6" -> "tcp";
      case "17" -> "udp";
      case "1" -> "icmp";
      case "58", "ipv6-icmp", "icmpv6" -> "icmp6";
      case "0" -> "all";
      default -> name;
    };
  }
}
