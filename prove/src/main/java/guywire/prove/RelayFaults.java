package guywire.prove;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.network.Forwarding;
import guywire.network.InterfaceAddress;
import guywire.network.Name;
import guywire.network.PeerConfig;
import guywire.network.Site;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.prove.Inspection.InspectedLink;
import guywire.prove.Inspection.InspectedTunnel;
import guywire.prove.Stop.Why;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Faults of the way through another node: F13, F14 and F69. */
final class RelayFaults {

  /** Of many gateways behind a hub these many stand for the rest. */
  private static final int MOST_GATEWAYS = 8;

  private RelayFaults() {}

  /**
   * F14: a relay would pass the packet on, but the receiver does not accept its source from there.
   * Looked at for prefixes that are written for the relay in particular, used or not, and for every
   * pair of spots that behave like no other, if anything was read from files.
   */
  static void relayedSources(Inspection in, FaultReport report) {
    var tunnels = new HashMap<String, InspectedTunnel>();
    in.tunnels().forEach(tunnel -> tunnels.putIfAbsent(tunnel.name(), tunnel));
    for (var link : in.links()) {
      for (var prefix : link.peer().allowedIps()) {
        boolean particular = prefix.isHost() && link.far().isPresent() && link.back().isPresent();
        if (particular && !link.sends(prefix)) {
          through(in, link, prefix.address())
              .ifPresent(answer -> report(in, report, tunnels, link.near().name(), answer));
        }
      }
    }
    if (in.nodes().stream().noneMatch(in.subject()::isRead)) {
      // In a plan who has no way to whom is as it was asked for; a promise says what must be.
      return;
    }
    for (var family : Family.values()) {
      for (var cell : in.reachability().matrix(family).cells()) {
        report(in, report, tunnels, cell.sampleFrom().toString(), cell.sample());
      }
    }
  }

  private static void report(
      Inspection in,
      FaultReport report,
      Map<String, InspectedTunnel> tunnels,
      String from,
      Answer answer) {
    var way =
        answer.there().stop().isPresent() ? answer.there() : answer.back().orElse(answer.there());
    var stop = way.stop().filter(s -> s.why() == Why.SOURCE_NOT_ALLOWED);
    var receiver = stop.map(Stop::machine).map(tunnels::get);
    if (receiver.isEmpty() || way.hops().size() < 2) {
      return;
    }
    var source = way.seen().source();
    var relay = way.hops().get(way.hops().size() - 2).machine();
    var entry =
        in.links().stream()
            .filter(link -> link.near() == receiver.get() && link.peerName().equals(relay))
            .findFirst();
    boolean ownSource =
        Optional.ofNullable(tunnels.get(relay)).map(t -> t.has(source)).orElse(false);
    // Who stands in the sender's LAN is called there: its entries can't have what it is connected
    // to.
    boolean sameLan =
        in.site(receiver.get().node()).stream()
            .flatMap(site -> site.lans().stream())
            .anyMatch(lan -> lan.prefix().contains(source));
    // What comes back to where it was went in a circle, and lacks another entry.
    boolean circle =
        receiver.get().has(source)
            || way.hops().stream()
                .limit(way.hops().size() - 1L)
                .anyMatch(hop -> hop.machine().equals(receiver.get().name()));
    if (entry.isPresent() && !ownSource && !sameLan && !circle && !relay.equals(from)) {
      report.error(
          "F14",
          receiver.get().node(),
          in.place(entry.get()),
          from,
          relay,
          source.toString(),
          receiver.get().name(),
          entry.get().peer().allowedIps().isEmpty()
              ? "-"
              : String.join(
                  ", ", entry.get().peer().allowedIps().stream().map(Prefix::toString).toList()),
          ofSource(in, source).toString());
      report.changing(4);
      report.proposing(
          new FileEdit.AllowMore(
              receiver.get().node().name(), relay, entry.get().peer(), ofSource(in, source)));
    }
  }

  /** The LAN that a source lies in, if it is no tunnel's: all its machines have the same way. */
  private static Prefix ofSource(Inspection in, IpAddress source) {
    boolean tunnel = in.tunnels().stream().anyMatch(one -> one.has(source));
    var found = Prefix.host(source);
    for (var site : in.sites()) {
      for (var lan : in.knownLans(site)) {
        if (!tunnel && lan.contains(source)) {
          found = lan;
        }
      }
    }
    return found;
  }

  /** What becomes of a packet to this address that the far end of a link gets from the near one. */
  static Optional<Answer> through(Inspection in, InspectedLink link, IpAddress target) {
    var far = link.far().orElseThrow();
    return source(link.near(), target.family())
        .filter(source -> link.near() != far && !source.equals(target))
        .map(source ->
            in.reachability()
                .afterTunnel(
                    far.node().name(),
                    far.tunnel().name(),
                    new Packet(source, target, Transport.ICMP, 0, 0)));
  }

  private static Optional<IpAddress> source(InspectedTunnel tunnel, Family family) {
    return tunnel.tunnel().addresses().stream()
        .map(InterfaceAddress::address)
        .filter(address -> address.family() == family)
        .findFirst();
  }

  /**
   * F13: a LAN behind a peer of the hub that the hub would pass packets to, and whose gateway would
   * take them, is not routed to the hub.
   */
  static void unroutedLans(Inspection in, FaultReport report) {
    var told = new HashSet<List<Object>>();
    var gateways = new HashMap<InspectedTunnel, List<InspectedLink>>();
    for (var link : in.links()) {
      if (link.back().isPresent() && namesMoreThanHosts(link.peer()) && !lans(in, link).isEmpty()) {
        var known = gateways.computeIfAbsent(link.near(), key -> new ArrayList<>());
        if (known.size() < MOST_GATEWAYS) {
          known.add(link);
        }
      }
    }
    if (gateways.isEmpty()) {
      return;
    }
    var alike = alike(in);
    for (var spokeToHub : in.links()) {
      var hub = spokeToHub.far();
      if (hub.isEmpty() || spokeToHub.back().isEmpty()) {
        continue;
      }
      var spoke = spokeToHub.near();
      for (var hubToGateway : gateways.getOrDefault(hub.get(), List.of())) {
        if (hubToGateway.far().orElseThrow() == spoke) {
          continue;
        }
        for (var lan : lans(in, hubToGateway)) {
          boolean routed =
              spoke.cryptokeys().owners().keySet().stream().anyMatch(p -> p.overlaps(lan));
          boolean own =
              in.site(spoke.node()).stream()
                  .flatMap(site -> site.lans().stream())
                  .anyMatch(mine -> mine.prefix().overlaps(lan));
          var pair =
              List.<Object>of(
                  alike.getOrDefault(spoke.node().name(), -1),
                  alike.getOrDefault(hubToGateway.far().orElseThrow().node().name(), -1),
                  hub.get());
          if (!routed && !own && told.add(pair)) {
            wouldWork(in, spokeToHub, lan, report, hubToGateway);
          }
        }
      }
    }
  }

  private static boolean namesMoreThanHosts(PeerConfig peer) {
    for (var prefix : peer.allowedIps()) {
      if (!prefix.isHost()) {
        return true;
      }
    }
    return false;
  }

  /**
   * F13: a LAN that facts speak of, whose gateway nobody's allowed IPs give it; where somebody
   * lists a prefix that no LAN has, and that looks like it, that is said too.
   */
  static void unnamedLans(Inspection in, FaultReport report) {
    for (var tunnel : in.tunnels()) {
      var node = tunnel.node();
      boolean gateway =
          node.forwardIpv4() == Forwarding.ON
              || in.site(node).flatMap(Site::routerNode).equals(Optional.of(node.name()));
      if (!gateway || in.facts(node).attachment().isEmpty()) {
        continue;
      }
      for (var lan : in.site(node).map(Site::lans).orElse(List.of())) {
        var callers =
            in.links().stream().filter(link -> link.far().equals(Optional.of(tunnel))).toList();
        boolean named =
            callers.stream()
                .flatMap(link -> link.peer().allowedIps().stream())
                .anyMatch(prefix -> prefix.overlaps(lan.prefix()));
        if (!named && !callers.isEmpty()) {
          unnamed(in, tunnel, lan.prefix(), callers, report);
        }
      }
    }
  }

  private static void unnamed(
      Inspection in,
      InspectedTunnel gateway,
      Prefix lan,
      List<InspectedLink> callers,
      FaultReport report) {
    for (var link : callers) {
      var allowed = link.peer().allowedIps();
      for (int i = 0; i < allowed.size(); i++) {
        if (isNear(allowed.get(i), lan) && !isSomewhere(in, allowed.get(i))) {
          report.warning(
              "F13.near",
              link.near().node(),
              in.allowedIp(link, i),
              allowed.get(i).toString(),
              lan.toString(),
              gateway.name());
          report.proposing(
              new FileEdit.ReplaceAllowed(
                  link.near().node().name(),
                  gateway.name(),
                  link.peer(),
                  allowed.get(i),
                  List.of(lan)));
          return;
        }
      }
    }
    report.info(
        "F13.nobody",
        gateway.node(),
        in.subject().place(gateway.node()),
        lan.toString(),
        gateway.name());
  }

  /** Whether two prefixes of one length look like each other: one digit group differs a little. */
  static boolean isNear(Prefix one, Prefix other) {
    if (one.equals(other) || one.family() != other.family() || one.isHost() || one.isDefault()) {
      return false;
    }
    String split = one.family() == Family.IPV4 ? "[./]" : "[:/]";
    var first = one.toString().split(split, -1);
    var second = other.toString().split(split, -1);
    if (first.length != second.length) {
      return false;
    }
    int different = 0;
    for (int i = 0; i < first.length; i++) {
      different += first[i].equals(second[i]) ? 0 : 1;
    }
    return different == 1;
  }

  /** Whether a prefix is a LAN, or holds tunnel addresses. */
  private static boolean isSomewhere(Inspection in, Prefix prefix) {
    for (var site : in.sites()) {
      if (Stream.concat(site.lans().stream().map(Site.Lan::prefix), in.knownLans(site).stream())
          .anyMatch(prefix::overlaps)) {
        return true;
      }
    }
    return in.tunnels().stream()
        .flatMap(tunnel -> tunnel.tunnel().addresses().stream())
        .anyMatch(own -> prefix.contains(own.address()));
  }

  private static Map<Name, Integer> alike(Inspection in) {
    var classes = new HashMap<Name, Integer>();
    var groups = in.reachability().matrix(Family.IPV4).groups();
    for (int i = 0; i < groups.size(); i++) {
      for (var spot : groups.get(i).spots()) {
        if (spot instanceof Spot.Node node) {
          classes.put(node.name(), i);
        }
      }
    }
    return classes;
  }

  private static List<Prefix> lans(Inspection in, InspectedLink hubToGateway) {
    var site = in.site(hubToGateway.far().orElseThrow().node());
    return site.stream()
        .flatMap(s -> in.knownLans(s).stream())
        .filter(lan -> hubToGateway.peer().allowedIps().stream().anyMatch(p -> p.contains(lan)))
        .toList();
  }

  private static void wouldWork(
      Inspection in,
      InspectedLink spokeToHub,
      Prefix lan,
      FaultReport report,
      InspectedLink hubToGateway) {
    var far = hubToGateway.far().orElseThrow();
    var target = lan.address().plus(lan.isHost() ? 0 : 1);
    var answer = through(in, spokeToHub, target);
    boolean onlyOwnEntry =
        answer
            .filter(Answer::arrives)
            .flatMap(Answer::back)
            .filter(back ->
                back.arrived()
                    || back.stop().orElseThrow().why() == Why.SOURCE_NOT_ALLOWED
                        && back.stop().orElseThrow().machine().equals(spokeToHub.near().name()))
            .isPresent();
    if (onlyOwnEntry) {
      report.warning(
          "F13",
          spokeToHub.near().node(),
          in.place(spokeToHub),
          spokeToHub.near().name(),
          lan.toString(),
          far.name(),
          spokeToHub.peerName());
      report.proposing(
          new FileEdit.AllowMore(
              spokeToHub.near().node().name(), spokeToHub.peerName(), spokeToHub.peer(), lan));
    }
  }

  private static boolean areNeighbours(InspectedLink link) {
    return link.back().isPresent() && link.far().orElseThrow().node() != link.near().node();
  }

  /** F69: a node of files without which others reach no one. */
  static void singlePoint(Inspection in, FaultReport report) {
    if (in.nodes().stream().noneMatch(in.subject()::isRead)) {
      return;
    }
    var only = new HashMap<Name, Optional<Name>>();
    for (var link : in.links()) {
      if (areNeighbours(link)) {
        var far = Optional.of(link.far().orElseThrow().node().name());
        only.merge(
            link.near().node().name(),
            far,
            (before, one) -> before.equals(one) ? one : Optional.empty());
      }
    }
    var leaves = new HashMap<Name, Set<Name>>();
    for (var link : in.links()) {
      if (areNeighbours(link)) {
        var far = link.far().orElseThrow().node().name();
        if (only.getOrDefault(far, Optional.empty()).isPresent()) {
          leaves.computeIfAbsent(link.near().node().name(), _ -> new HashSet<>()).add(far);
        }
      }
    }
    for (var hub : in.nodes()) {
      int hanging = leaves.getOrDefault(hub.name(), Set.of()).size();
      if (hanging > 1 && in.subject().isRead(hub)) {
        report.info(
            "F69", hub, in.subject().place(hub), hub.name().text(), String.valueOf(hanging));
      }
    }
  }
}
