package guywire.recognise;

import guywire.address.IpAddress;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.ShownLans;
import guywire.network.Site;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.prove.Reachability;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Who reaches whom in a network, in words that don't depend on the names of sites and hosts: nodes
 * by name, the LANs that somebody serves by prefix.
 */
final class Reach {

  private final Network network;
  private final Reachability proof;
  private final Map<String, Spot> parties = new LinkedHashMap<>();

  Reach(Network network) {
    this.network = network;
    this.proof = Reachability.of(network);
    network.nodes().forEach(node -> parties.put(node.name().text(), new Spot.Node(node.name())));
  }

  /** Adds the LANs that are routed in this network; hosts of the others are nobody's business. */
  Reach withLans(List<String> prefixes) {
    for (var site : network.underlay().sites()) {
      for (var lan : site.lans()) {
        String known = ShownLans.of(network).shown(site.name(), lan.prefix()).toString();
        if (prefixes.contains(known)) {
          host(site, lan).ifPresent(spot -> parties.put(known, spot));
        }
      }
    }
    return this;
  }

  private static java.util.Optional<Spot> host(Site site, Site.Lan lan) {
    return site.hosts().stream()
        .filter(host -> host.addresses().stream().anyMatch(lan.prefix()::contains))
        .findFirst()
        .map(host -> new Spot.Host(site.name(), host.name()));
  }

  /** The prefixes that somebody's allowed IPs send into a tunnel and that are no tunnel's own. */
  static List<String> routedLans(Network network) {
    var lans = new ArrayList<String>();
    for (var site : network.underlay().sites()) {
      for (var lan : site.lans()) {
        var known = ShownLans.of(network).shown(site.name(), lan.prefix());
        boolean routed =
            network.nodes().stream()
                .flatMap(node -> node.interfaces().stream())
                .flatMap(tunnel -> tunnel.peers().stream())
                .anyMatch(peer -> peer.allowedIps().contains(known));
        if (routed) {
          lans.add(known.toString());
        }
      }
    }
    return lans;
  }

  /** Every pair with what works between them. */
  Map<String, String> table() {
    var table = new TreeMap<String, String>();
    for (var from : parties.entrySet()) {
      for (var to : parties.entrySet()) {
        if (!from.getKey().equals(to.getKey()) && !areNeighbours(from.getValue(), to.getValue())) {
          for (var target : proof.addresses(from.getValue(), to.getValue())) {
            table.put(
                from.getKey() + " -> " + to.getKey() + " " + family(target),
                works(from.getValue(), target));
          }
        }
      }
    }
    return table;
  }

  private static String family(IpAddress address) {
    return address.isIpv4() ? "ipv4" : "ipv6";
  }

  private String works(Spot from, IpAddress target) {
    var words = new ArrayList<String>();
    for (var transport : Transport.values()) {
      for (int port : new int[] {22, 8080}) {
        boolean icmp = transport == Transport.ICMP;
        var answer =
            proof.answer(
                from, target, transport, icmp ? OptionalInt.empty() : OptionalInt.of(port));
        if (answer.works()) {
          words.add(transport.word() + (icmp ? "" : "/" + port));
        }
      }
    }
    return String.join(" ", words.stream().distinct().toList());
  }

  /** In one LAN, who reaches whom is not the tunnel's business. */
  private boolean areNeighbours(Spot one, Spot other) {
    return place(one).equals(place(other)) && !place(one).isEmpty();
  }

  private String place(Spot spot) {
    return switch (spot) {
      case Spot.Host host -> host.site().text();
      case Spot.Node node ->
          network.underlay().sites().stream()
              .filter(site -> site.routerNode().equals(java.util.Optional.of(node.name())))
              .map(Site::name)
              .map(Name::text)
              .findFirst()
              .or(() ->
                  network
                      .underlay()
                      .attachment(node.name())
                      .filter(guywire.network.Attachment.InSite.class::isInstance)
                      .map(at -> ((guywire.network.Attachment.InSite) at).site().text()))
              .orElse("");
      case Spot.Outside outside -> "";
    };
  }
}
