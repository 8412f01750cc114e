package guywire.format.tunnel;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.format.syntax.FileValues;
import guywire.format.syntax.IniFile;
import guywire.format.syntax.IniFile.Entry;
import guywire.format.syntax.IniFile.Section;
import guywire.network.Doubt.Stage;
import guywire.network.Forwarding;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.NatRule;
import guywire.network.PacketMatch;
import guywire.network.PacketMatch.InterfaceMatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What networkd's files say that concerns a host as a whole: forwarding, masquerading, rules. */
final class NetworkdHost {

  private NetworkdHost() {}

  /** The file of an interface that is no tunnel, as far as it matters to tunnels. */
  static void other(IniFile file, Optional<InterfaceName> device, NodeDraft draft) {
    var own = new ArrayList<Prefix>();
    for (var section : file.sections()) {
      if (section.name().equals("Network") || section.name().equals("Address")) {
        for (var entry : section.all("Address")) {
          InterfaceAddress.tryParse(entry.value())
              .map(address -> address.prefix())
              .ifPresent(prefix -> {
                own.add(prefix);
                draft.elsewhere(prefix, entry.place(), "Address=" + entry.value());
              });
        }
      }
    }
    for (var section : file.sections()) {
      switch (section.name()) {
        case "Network" -> section.entries().forEach(entry -> setting(entry, own, device, draft));
        case "RoutingPolicyRule" -> NetworkdRouting.rules(section, draft).forEach(draft::rule);
        case "Route" -> route(section, draft);
        default -> {}
      }
    }
  }

  private static void setting(
      Entry entry, List<Prefix> own, Optional<InterfaceName> device, NodeDraft draft) {
    switch (entry.key()) {
      case "IPForward" -> forwarding(entry, draft);
      // Of each interface only what comes in by it; that of one is not that of the tunnel.
      case "IPv4Forwarding" -> forwarded(entry, Prefix.ALL_IPV4, draft);
      case "IPv6Forwarding" -> forwarded(entry, Prefix.ALL_IPV6, draft);
      case "IPMasquerade" -> masquerade(entry, own, device, draft);
      default -> {}
    }
  }

  private static void forwarded(Entry entry, Prefix all, NodeDraft draft) {
    draft.doubt(
        Stage.FORWARD,
        PacketMatch.ANY.from(List.of(all)),
        entry.place(),
        entry.key() + "=" + entry.value());
  }

  /** Forwarding by one of its three names. */
  static void forwarding(Entry entry, NodeDraft draft) {
    boolean yes = yes(entry.value());
    boolean isNew = !entry.key().equals("IPForward");
    if (entry.key().equals("IPv4Forwarding") || (!isNew && (yes || entry.value().equals("ipv4")))) {
      draft.forwardIpv4(yes || !isNew ? Forwarding.ON : Forwarding.OFF, entry.place());
    }
    if (entry.key().equals("IPv6Forwarding") || (!isNew && (yes || entry.value().equals("ipv6")))) {
      draft.forwardIpv6(yes || !isNew ? Forwarding.ON : Forwarding.OFF, entry.place());
    }
  }

  /** What comes from an interface's own prefixes leaves with the host's address. */
  static void masquerade(
      Entry entry, List<Prefix> own, Optional<InterfaceName> device, NodeDraft draft) {
    boolean ipv4 = yes(entry.value()) || Set.of("ipv4", "both").contains(entry.value());
    boolean ipv6 = Set.of("ipv6", "both").contains(entry.value());
    var from = own.stream().filter(prefix -> prefix.address().isIpv4() ? ipv4 : ipv6).toList();
    if (!from.isEmpty()) {
      var match = PacketMatch.ANY.from(from);
      draft
          .firewall()
          .nat(
              new NatRule.Masquerade(
                  device.map(name -> match.goingOut(InterfaceMatch.not(name))).orElse(match)),
              entry.place());
    } else if (ipv4 || ipv6) {
      // Its addresses are not in the file.
      draft.doubt(Stage.ROUTING, PacketMatch.ANY, entry.place(), entry.key() + "=" + entry.value());
    }
    if (ipv4) {
      draft.forwardIpv4(Forwarding.ON, entry.place());
    }
    if (ipv6) {
      draft.forwardIpv6(Forwarding.ON, entry.place());
    }
  }

  /** A route elsewhere counts where it takes away what a tunnel would carry. */
  private static void route(Section section, NodeDraft draft) {
    var to = section.last("Destination").flatMap(entry -> Prefix.tryParse(entry.value()));
    if (to.filter(draft::meets).isPresent()) {
      draft.doubt(
          Stage.ROUTING,
          PacketMatch.ANY.to(List.of(to.orElseThrow())),
          section.place(),
          "[Route] Destination=" + to.get());
    }
  }

  static boolean yes(String value) {
    return Set.of("yes", "true", "1", "on").contains(value);
  }

  /** What is said of a tunnel's own settings that decide and that are not followed. */
  static boolean decides(Entry entry) {
    boolean off = Set.of("", "no", "false", "0", "off").contains(entry.value());
    return switch (entry.key()) {
      case "VRF", "Gateway" -> !entry.value().isEmpty();
      case "DefaultRouteOnDevice", "IPv4ReversePathFilter", "Unmanaged" -> !off;
      case "ActivationPolicy" -> !Set.of("", "up", "always-up").contains(entry.value());
      default -> false;
    };
  }

  /** Makes the answers depend on a setting of a tunnel. */
  static void doubt(Entry entry, NodeDraft draft) {
    String what = entry.key() + "=" + FileValues.shown(entry.value());
    draft.notes().info("F66", entry.place(), "import.unknown", what);
    draft.doubt(Stage.ANYWHERE, PacketMatch.ANY, entry.place(), what);
  }

  /** The address of an {@code [Address]} section; what it has beside that is not followed. */
  static void address(Section section, TunnelDraft tunnel, NodeDraft draft) {
    section.last("Address").ifPresent(e -> tunnel.address(e.value(), e.place()));
    section
        .last("AddPrefixRoute")
        .filter(entry -> !yes(entry.value()))
        .ifPresent(entry -> doubt(entry, draft));
    section
        .last("Peer")
        .filter(entry -> !entry.value().isEmpty())
        .ifPresent(entry -> doubt(entry, draft));
  }

  /** The address of a gateway, if it is one. */
  static Optional<IpAddress> gateway(Section section) {
    return section.last("Gateway").flatMap(entry -> IpAddress.tryParse(entry.value()));
  }
}
