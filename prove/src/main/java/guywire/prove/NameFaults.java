package guywire.prove;

import guywire.address.IpAddress;
import guywire.network.Attachment;
import guywire.network.EndpointAddress;
import guywire.network.NodeConfig;
import guywire.network.Part.Setting;
import guywire.network.Platform;
import guywire.prove.Facts.NameFacts;
import guywire.prove.HostFacts.Trait;
import guywire.prove.Inspection.InspectedLink;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Faults of endpoints that are names, or addresses of a family that is not everywhere. */
final class NameFaults {

  /** What looks a name up again by itself: NetworkManager regularly, Apple on a new network. */
  private static final Set<Platform> LOOK_AGAIN =
      Set.of(Platform.NETWORKMANAGER, Platform.IOS, Platform.MACOS);

  /** The usual scripts that look names up again. */
  private static final String SCRIPTS = "reresolve-dns|wireguard_watchdog|wireguard-dyndns";

  private NameFaults() {}

  private static Optional<String> name(InspectedLink link) {
    return link.peer().endpoint().filter(e -> e.address().isEmpty()).map(EndpointAddress::host);
  }

  /** F33: the name of an endpoint is looked up once, and its address changes. */
  static void staleNames(Inspection in, FaultReport report) {
    for (var link : in.links()) {
      var name = name(link);
      if (name.isEmpty() || looksAgain(in, link.near().node()) || callsBack(link)) {
        continue;
      }
      var known = in.subject().facts().ofName(name.get());
      var node = link.near().node();
      var place = in.place(link, Setting.ENDPOINT);
      if (known.filter(NameFacts::dynamic).isPresent()) {
        report.warning("F33", node, place, name.get(), node.name().text());
      } else if (known.isEmpty() && node.platform() != Platform.OPENWRT) {
        report.info("F33.unknown", node, place, name.get(), node.name().text());
      }
    }
  }

  private static boolean looksAgain(Inspection in, NodeConfig node) {
    return LOOK_AGAIN.contains(node.platform())
        || in.facts(node).has(Trait.RERESOLVES)
        || node.hooks().stream()
            .anyMatch(hook -> hook.command().matches("(?s).*(" + SCRIPTS + ").*"));
  }

  /** Whether the peer calls by itself, which tells this end the new address. */
  private static boolean callsBack(InspectedLink link) {
    return link.back()
        .filter(back -> back.endpoint().isPresent() && back.keepaliveSeconds() > 0)
        .isPresent();
  }

  /** F35: a name has an address at which the peer is not. */
  static void strayAddresses(Inspection in, FaultReport report) {
    for (var link : in.links()) {
      var known = name(link).flatMap(in.subject().facts()::ofName).map(NameFacts::addresses);
      if (known.isEmpty()) {
        continue;
      }
      var own = link.far().map(far -> publicAddresses(in, far.node())).orElse(List.of());
      if (own.isEmpty()) {
        continue;
      }
      var stray = known.get().stream().filter(address -> !own.contains(address)).findFirst();
      if (stray.isPresent()) {
        report.warning(
            "F35",
            link.near().node(),
            in.place(link, Setting.ENDPOINT),
            name(link).orElseThrow(),
            link.peerName(),
            stray.get().toString(),
            own.getFirst().toString(),
            String.valueOf(link.peer().endpoint().orElseThrow().port()));
      }
    }
  }

  private static List<IpAddress> publicAddresses(Inspection in, NodeConfig node) {
    var addresses = new ArrayList<IpAddress>();
    switch (in.attachment(node).orElse(null)) {
      case Attachment.Direct direct -> addresses.addAll(direct.addresses());
      case Attachment.InSite place -> {
        in.site(node).flatMap(site -> site.internet().publicAddress()).ifPresent(addresses::add);
        place.addresses().stream().filter(a -> !World.isPrivate(a)).forEach(addresses::add);
      }
      case Attachment.Roaming _ -> {}
      case null -> {}
    }
    return addresses;
  }

  /** F72: an IPv4 address is called from networks that have none. */
  static void literalAddresses(Inspection in, FaultReport report) {
    for (var link : in.links()) {
      var address =
          link.peer()
              .endpoint()
              .flatMap(EndpointAddress::address)
              .filter(IpAddress::isIpv4)
              .filter(a -> !World.isPrivate(a));
      if (address.isPresent() && in.facts(link.near().node()).has(Trait.IPV6_ONLY)) {
        report.warning(
            "F72",
            link.near().node(),
            in.place(link, Setting.ENDPOINT),
            link.near().name(),
            address.get().toString());
      }
    }
  }
}
