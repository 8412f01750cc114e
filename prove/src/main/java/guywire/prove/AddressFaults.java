package guywire.prove;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.network.AliasPool;
import guywire.network.Attachment;
import guywire.network.EndpointAddress;
import guywire.network.Part;
import guywire.network.Part.Setting;
import guywire.network.PeerConfig;
import guywire.network.Platform;
import guywire.network.RouteTable;
import guywire.network.Routes;
import guywire.network.Site;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.network.text.Place;
import guywire.network.text.Text;
import guywire.prove.HostFacts.Trait;
import guywire.prove.Inspection.InspectedLink;
import guywire.prove.Inspection.InspectedTunnel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Faults of allowed IPs and addresses: F10 to F23, and F73. */
final class AddressFaults {

  /** What Docker takes for its networks unless told otherwise. */
  private static final Prefix DOCKER = Prefix.parse("172.17.0.0/16");

  private AddressFaults() {}

  private record Written(InspectedLink link, int index) {}

  /** F10. */
  static void prefixAtTwoPeers(Inspection in, FaultReport report) {
    var seen = new HashMap<Prefix, Written>();
    Optional<InspectedTunnel> current = Optional.empty();
    for (var link : in.links()) {
      if (!current.equals(Optional.of(link.near()))) {
        current = Optional.of(link.near());
        seen.clear();
      }
      var allowed = link.peer().allowedIps();
      for (int i = 0; i < allowed.size(); i++) {
        var before = seen.put(allowed.get(i), new Written(link, i));
        if (before != null && !before.link().peer().publicKey().equals(link.peer().publicKey())) {
          report.error(
              "F10",
              link.near().node(),
              in.allowedIp(link, i),
              allowed.get(i).toString(),
              link.peerName(),
              before.link().peerName(),
              line(in.allowedIp(before.link(), before.index())),
              line(in.allowedIp(link, i)));
          var prefix = allowed.get(i);
          report.proposing(finding -> keeping(finding.mend(), before.link(), link, prefix));
        }
      }
    }
  }

  /** Takes a prefix from one of two peers; the one that has it itself is to keep it. */
  private static List<Mend> keeping(
      Text either, InspectedLink first, InspectedLink later, Prefix prefix) {
    var node = first.near().node().name();
    var fromFirst =
        new FileEdit.ReplaceAllowed(node, first.peerName(), first.peer(), prefix, List.of());
    var fromLater =
        new FileEdit.ReplaceAllowed(node, later.peerName(), later.peer(), prefix, List.of());
    var firstLoses = Mend.like("F10.first", either, fromFirst);
    var laterLoses = Mend.like("F10.later", either, fromLater);
    boolean firstOwns = first.far().filter(far -> far.has(prefix.address())).isPresent();
    boolean laterOwns = later.far().filter(far -> far.has(prefix.address())).isPresent();
    if (firstOwns && !laterOwns) {
      return List.of(laterLoses, firstLoses);
    }
    return laterOwns && !firstOwns
        ? List.of(firstLoses, laterLoses)
        : List.of(Mend.either(either, fromFirst, fromLater), firstLoses, laterLoses);
  }

  private static String line(Place place) {
    return place.line() == 0 ? place.file() : String.valueOf(place.line());
  }

  /** F12: the peer can't speak for itself; meant, if it only passes on what others send. */
  static void peerAddressNotAllowed(Inspection in, FaultReport report) {
    for (var link : in.links()) {
      if (link.far().isEmpty() || link.back().isEmpty()) {
        continue;
      }
      var written = link.near().tunnel().peers().get(link.index()).allowedIps();
      for (var own : link.far().get().tunnel().addresses()) {
        boolean allowed = false;
        boolean family = written.isEmpty();
        for (var prefix : written) {
          allowed |= prefix.contains(own.address());
          family |= prefix.family() == own.address().family();
        }
        if (!allowed && family) {
          boolean relay = !written.isEmpty() && !passedOn(link, written).isEmpty();
          if (relay) {
            report.info(
                "F12.relay",
                link.near().node(),
                in.place(link),
                link.peerName(),
                own.address().toString(),
                joined(written));
          } else {
            report.error(
                "F12",
                link.near().node(),
                in.place(link),
                link.peerName(),
                own.address().toString(),
                Prefix.host(own.address()).toString());
            report.proposing(
                new FileEdit.AllowMore(
                    link.near().node().name(),
                    link.peerName(),
                    link.peer(),
                    Prefix.host(own.address())));
          }
        }
      }
    }
  }

  /** Of the prefixes written for a peer those that it has itself from other peers. */
  private static List<Prefix> passedOn(InspectedLink link, List<Prefix> written) {
    var theirs = link.far().orElseThrow().cryptokeys().owners();
    var near = link.near().tunnel().publicKey();
    return written.stream()
        .filter(prefix ->
            theirs.entrySet().stream()
                .anyMatch(entry ->
                    entry.getKey().overlaps(prefix)
                        && !near.equals(Optional.of(entry.getValue().publicKey()))))
        .toList();
  }

  /** F15. */
  static void bothTakeAll(Inspection in, FaultReport report) {
    for (var link : in.links()) {
      if (link.back().isPresent()
          && takesAll(link.peer())
          && takesAll(link.back().get())
          && link.near().tunnel().table() instanceof RouteTable.Auto
          && link.near().name().compareTo(link.peerName()) < 0) {
        report.warning(
            "F15", link.near().node(), in.place(link), link.near().name(), link.peerName());
      }
    }
  }

  private static boolean takesAll(PeerConfig peer) {
    return peer.allowedIps().stream().anyMatch(Prefix::isDefault);
  }

  /** Two sites may have LANs that are equal in every word. */
  private record LanOfSite(Site site, Site.Lan lan) {}

  /** F16: two sites, or a site and what a tunnel brings there, share addresses. */
  static void overlappingLans(Inspection in, FaultReport report) {
    var seen = new PrefixMap<Site>();
    var aliases = takenByNone(in);
    var widest = new ArrayList<LanOfSite>();
    for (var site : in.sites()) {
      site.lans().forEach(lan -> widest.add(new LanOfSite(site, lan)));
    }
    widest.sort(Comparator.comparing(one -> one.lan().prefix().length()));
    for (var one : widest) {
      var site = one.site();
      var lan = one.lan();
      for (var entry : seen.around(lan.prefix())) {
        var other = entry.value();
        carrierOf(in, other)
            .filter(tunnel -> !other.name().equals(site.name()))
            .filter(_ -> !areToldApart(in, site, lan.prefix(), other, entry.prefix()))
            .ifPresent(tunnel -> {
              var alias = aliases.give(site.name(), lan.prefix());
              var otherAlias = aliases.give(other.name(), entry.prefix());
              boolean both = alias.isPresent() && otherAlias.isPresent();
              report.error(
                  both ? "F16" : "F16.wide",
                  tunnel.node(),
                  in.place(tunnel),
                  other.name().text(),
                  site.name().text(),
                  lan.prefix().toString(),
                  otherAlias.map(Prefix::toString).orElse(""),
                  alias.map(Prefix::toString).orElse(""));
            });
      }
      seen.put(lan.prefix(), site);
    }
    for (var link : in.links()) {
      ownLan(in, link, report);
    }
    for (var tunnel : in.tunnels()) {
      insideOwnLan(in, tunnel, report);
    }
  }

  /** Aliases that no LAN has, and that no tunnel leads to or has an address in. */
  private static AliasPool takenByNone(Inspection in) {
    var pool = new AliasPool();
    in.sites().forEach(site -> site.lans().forEach(lan -> pool.take(lan.prefix())));
    for (var tunnel : in.tunnels()) {
      tunnel.tunnel().addresses().forEach(own -> pool.take(own.prefix()));
    }
    for (var link : in.links()) {
      link.peer().allowedIps().stream().filter(p -> !p.isDefault()).forEach(pool::take);
    }
    return pool;
  }

  /** Whether nothing leads to two LANs, or gateways show them so that it leads to one alone. */
  private static boolean areToldApart(
      Inspection in, Site one, Prefix lan, Site other, Prefix otherLan) {
    var lans = in.reachability().shownLans();
    var shown = lans.shown(one.name(), lan);
    var otherShown = lans.shown(other.name(), otherLan);
    return leadsToNone(in, one, shown, List.of(otherLan, otherShown))
        && leadsToNone(in, other, otherShown, List.of(lan, shown));
  }

  /** Whether what tunnels lead to a site by this prefix is part of none of the others. */
  private static boolean leadsToNone(Inspection in, Site to, Prefix shown, List<Prefix> others) {
    return others.stream().noneMatch(shown::overlaps)
        || in.links().stream()
            .filter(link -> link.far().flatMap(far -> in.site(far.node())).equals(Optional.of(to)))
            .flatMap(link -> link.peer().allowedIps().stream())
            .noneMatch(prefix -> !prefix.isDefault() && prefix.overlaps(shown));
  }

  /** A tunnel address of a host that lies in the LAN that the host is plugged into. */
  private static void insideOwnLan(Inspection in, InspectedTunnel tunnel, FaultReport report) {
    var place = in.attachment(tunnel.node());
    if (!(place.orElse(null) instanceof Attachment.InSite inSite)) {
      return;
    }
    for (var lan : in.site(tunnel.node()).map(Site::lans).orElse(List.of())) {
      boolean plugged = inSite.addresses().stream().anyMatch(lan.prefix()::contains);
      // Without a word on its address there, a single one may be meant to stand for it.
      boolean unsaid = inSite.addresses().isEmpty();
      for (int i = 0; i < tunnel.tunnel().addresses().size(); i++) {
        var own = tunnel.tunnel().addresses().get(i);
        boolean shares = plugged || unsaid && !own.prefix().isHost();
        if (shares
            && lan.prefix().contains(own.address())
            && !inSite.addresses().contains(own.address())) {
          report.error(
              "F16.tunnel",
              tunnel.node(),
              in.address(tunnel, i),
              own.toString(),
              lan.prefix().toString(),
              tunnel.name());
        }
      }
    }
  }

  private static Optional<InspectedTunnel> carrierOf(Inspection in, Site site) {
    return in.tunnels().stream()
        .filter(tunnel -> in.site(tunnel.node()).equals(Optional.of(site)))
        .findFirst();
  }

  private static void ownLan(Inspection in, InspectedLink link, FaultReport report) {
    var node = link.near().node();
    var lans = in.site(node).map(Site::lans).orElse(List.of());
    var allowed = link.peer().allowedIps();
    for (int i = 0; i < allowed.size(); i++) {
      var prefix = allowed.get(i);
      for (var lan : lans) {
        if (lan.prefix().contains(prefix) && !prefix.isHost()) {
          report.warning(
              "F16.own",
              node,
              in.allowedIp(link, i),
              prefix.toString(),
              lan.prefix().toString(),
              link.near().name());
        }
      }
      if (in.facts(node).has(Trait.DOCKER) && DOCKER.overlaps(prefix) && prefix.length() >= 12) {
        report.warning(
            "F16.docker", node, in.allowedIp(link, i), prefix.toString(), DOCKER.toString());
      }
    }
  }

  /** F17. */
  static void endpointInsideTunnel(Inspection in, FaultReport report) {
    for (var link : in.links()) {
      var address = link.peer().endpoint().flatMap(EndpointAddress::address);
      if (address.isEmpty()) {
        continue;
      }
      var covering =
          link.near().tunnel().table() instanceof RouteTable.Auto
              ? in.owners(link.near())
                  .longest(address.get())
                  .map(PrefixMap.Entry::prefix)
                  .filter(prefix -> !prefix.isDefault())
              : Optional.<Prefix>empty();
      if (covering.isPresent() && !isOnLan(in, link.near(), address.get())) {
        report.error(
            "F17",
            link.near().node(),
            in.place(link, Setting.ENDPOINT),
            link.peer().endpoint().get().toString(),
            covering.get().toString());
      }
    }
  }

  private static boolean isOnLan(Inspection in, InspectedTunnel tunnel, IpAddress address) {
    return in.site(tunnel.node()).stream()
        .flatMap(site -> site.lans().stream())
        .anyMatch(lan -> lan.prefix().contains(address));
  }

  /** F18. */
  static void addresses(Inspection in, FaultReport report) {
    var owners = new HashMap<IpAddress, InspectedTunnel>();
    for (var tunnel : in.tunnels()) {
      for (int i = 0; i < tunnel.tunnel().addresses().size(); i++) {
        var own = tunnel.tunnel().addresses().get(i);
        var before = owners.putIfAbsent(own.address(), tunnel);
        if (before != null) {
          report.error(
              "F18", tunnel.node(), in.address(tunnel, i), own.address().toString(), before.name());
        }
        var prefix = own.prefix();
        boolean edge =
            own.address().isIpv4()
                && own.prefixLength() < 31
                && (own.address().equals(prefix.address()) || own.address().equals(prefix.last()));
        if (edge) {
          report.warning(
              "F18.edge", tunnel.node(), in.address(tunnel, i), own.toString(), prefix.toString());
        }
      }
    }
  }

  /** F19. */
  static void missingAddress(Inspection in, FaultReport report) {
    for (var tunnel : in.tunnels()) {
      // Where agents choose, their routes name the usual tunnel's address as the source.
      boolean chosen = tunnel.tunnel().table().isSpare();
      if (tunnel.tunnel().addresses().isEmpty()
          && !chosen
          && !isTakenAnyway(in, tunnel)
          && !KeyFaults.isUnread(in, tunnel)) {
        report.warning(
            "F19", tunnel.node(), in.place(tunnel), tunnel.name(), tunnel.tunnel().name().text());
      }
    }
  }

  /** Whether the peers take what a host sends with another of its addresses. */
  private static boolean isTakenAnyway(Inspection in, InspectedTunnel tunnel) {
    var peers =
        in.links().stream()
            .filter(link -> link.near() == tunnel && link.far().isPresent())
            .flatMap(link -> link.far().get().tunnel().addresses().stream())
            .map(own -> own.address())
            .toList();
    return !peers.isEmpty()
        && peers.stream()
            .allMatch(address ->
                in.reachability()
                    .answer(
                        new Spot.Node(tunnel.node().name()),
                        address,
                        Transport.ICMP,
                        OptionalInt.empty())
                    .works());
  }

  /** F20. */
  static void halfIpv6(Inspection in, FaultReport report) {
    for (var link : in.links()) {
      var own = link.near().tunnel().addresses();
      var allowed = link.peer().allowedIps();
      for (int i = 0; i < allowed.size(); i++) {
        if (allowed.get(i).family() == Family.IPV6
            && !allowed.get(i).isDefault()
            && !own.isEmpty()
            && own.stream().allMatch(one -> one.address().isIpv4())) {
          report.warning(
              "F20",
              link.near().node(),
              in.allowedIp(link, i),
              link.near().name(),
              allowed.get(i).toString());
          break;
        }
      }
    }
  }

  /** F21. */
  static void leakingIpv6(Inspection in, FaultReport report) {
    for (var tunnel : in.tunnels()) {
      var marked = Routes.marked(tunnel.tunnel(), tunnel.cryptokeys());
      if (marked.contains(Family.IPV4) && !marked.contains(Family.IPV6)) {
        report.warning("F21", tunnel.node(), allTraffic(in, tunnel), tunnel.name());
      }
    }
  }

  /** Where an interface says that it takes all traffic. */
  static Place allTraffic(Inspection in, InspectedTunnel tunnel) {
    for (var link : in.links()) {
      if (link.near() == tunnel) {
        var allowed = link.peer().allowedIps();
        for (int i = 0; i < allowed.size(); i++) {
          if (allowed.get(i).isDefault()) {
            return in.allowedIp(link, i);
          }
        }
      }
    }
    return in.place(tunnel);
  }

  /** F22. */
  static void allTrafficOfServer(Inspection in, FaultReport report) {
    for (var tunnel : in.tunnels()) {
      boolean all = !Routes.marked(tunnel.tunnel(), tunnel.cryptokeys()).isEmpty();
      if (all && in.attachment(tunnel.node()).orElse(null) instanceof Attachment.Direct direct) {
        report.warning(
            "F22",
            tunnel.node(),
            allTraffic(in, tunnel),
            tunnel.name(),
            direct.addresses().getFirst().toString());
      }
    }
  }

  /** F23. */
  static void windowsKillSwitch(Inspection in, FaultReport report) {
    for (var tunnel : in.tunnels()) {
      if (tunnel.node().platform() == Platform.WINDOWS
          && tunnel.tunnel().peers().size() == 1
          && takesAll(tunnel.tunnel().peers().getFirst())) {
        report.info("F23", tunnel.node(), allTraffic(in, tunnel), tunnel.name());
      }
    }
  }

  /** F73: the longer prefix stays with its peer even while that peer is dead. */
  static void deadFallback(Inspection in, FaultReport report) {
    for (var tunnel : in.tunnels()) {
      if (tunnel.tunnel().table().isSpare()) {
        // An agent takes another tunnel then.
        continue;
      }
      var owners = in.owners(tunnel);
      var told = new HashSet<Object>();
      for (Map.Entry<Prefix, PeerConfig> entry : tunnel.cryptokeys().owners().entrySet()) {
        var around = entry.getKey().isHost() ? owners.around(entry.getKey()) : List.of();
        if (around.size() < 2 || !told.add(entry.getValue().publicKey())) {
          continue;
        }
        var wider = owners.around(entry.getKey()).get(1);
        if (!wider.value().publicKey().equals(entry.getValue().publicKey())
            && !wider.prefix().isDefault()
            && passesOn(in, wider.value())) {
          report.info(
              "F73",
              tunnel.node(),
              place(in, tunnel, entry.getValue()),
              name(entry.getValue()),
              entry.getKey().toString(),
              name(wider.value()),
              wider.prefix().toString(),
              wider.value().publicKey().toString());
        }
      }
    }
  }

  /** Whether a peer knows others than the one that asks, so that it could relay. */
  private static boolean passesOn(Inspection in, PeerConfig peer) {
    return in.withKey(peer.publicKey()).stream()
        .allMatch(tunnel -> tunnel.cryptokeys().peers().size() > 1);
  }

  private static Place place(Inspection in, InspectedTunnel tunnel, PeerConfig peer) {
    int index = tunnel.tunnel().peers().indexOf(peer);
    return in.subject().place(tunnel.node(), new Part.AllowedIp(tunnel.tunnel().name(), index, 0));
  }

  private static String name(PeerConfig peer) {
    return peer.name().map(Object::toString).orElse(peer.publicKey().toString());
  }

  private static String joined(List<Prefix> prefixes) {
    return String.join(", ", prefixes.stream().map(Prefix::toString).toList());
  }
}
