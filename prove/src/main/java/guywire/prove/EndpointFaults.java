package guywire.prove;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.Attachment;
import guywire.network.EndpointAddress;
import guywire.network.Internet.Nat;
import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.network.Part.Setting;
import guywire.network.PeerConfig;
import guywire.network.Site;
import guywire.prove.Inspection.InspectedLink;
import guywire.prove.Inspection.InspectedTunnel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Faults of endpoints, ports and NAT: F25 to F38, and F71. */
final class EndpointFaults {

  private EndpointFaults() {}

  /** F25 and F26: the port at which an endpoint calls is not where the peer listens. */
  static void ports(Inspection in, FaultReport report) {
    for (var link : in.links()) {
      if (link.peer().endpoint().isEmpty() || link.far().isEmpty()) {
        continue;
      }
      var endpoint = link.peer().endpoint().get();
      var far = link.far().get();
      var site = in.site(far.node());
      if (site.isEmpty()) {
        listening(in, link, endpoint, report);
        continue;
      }
      // A name leads to the router, or to an IPv6 address of the peer itself.
      boolean named = endpoint.address().isEmpty();
      var viaRouter =
          site.filter(s -> named || s.internet().publicAddress().equals(endpoint.address()))
              .filter(s -> !s.routerNode().equals(Optional.of(far.node().name())))
              .filter(s -> s.internet().nat() != Nat.NONE);
      if (viaRouter.isPresent() && !sameSite(in, link)) {
        forwarded(in, link, viaRouter.get(), endpoint, report);
      } else if (viaRouter.isEmpty()) {
        listening(in, link, endpoint, report);
      }
    }
  }

  /** Whether a port stands in a node's files that is none: then that is the fault. */
  private static boolean hasUnreadPort(Inspection in, NodeConfig node) {
    return in.subject().read().stream()
        .anyMatch(finding ->
            finding.code().equals("F37") && finding.node().equals(Optional.of(node.name().text())));
  }

  private static void listening(
      Inspection in, InspectedLink link, EndpointAddress endpoint, FaultReport report) {
    var far = link.far().orElseThrow();
    var port = far.tunnel().listenPort();
    String wanted = String.valueOf(endpoint.port());
    // One that calls by itself is answered wherever it calls from: what stands here is where it was
    // last seen, as SaveConfig writes it.
    boolean calls = link.back().flatMap(PeerConfig::endpoint).isPresent();
    if (calls && isUnreachable(in, link)) {
      return;
    }
    if (port.isEmpty() && hasUnreadPort(in, far.node())) {
      return;
    }
    if (port.isEmpty()) {
      report.error("F25", far.node(), in.place(far), far.name(), link.near().name(), wanted);
    } else if (port.getAsInt() != endpoint.port()) {
      report.error(
          "F25.other",
          link.near().node(),
          in.place(link, Setting.ENDPOINT),
          link.near().name(),
          far.name(),
          wanted,
          String.valueOf(port.getAsInt()));
      report.proposing(
          new FileEdit.SetEndpoint(
              link.near().node().name(),
              far.name(),
              link.peer(),
              new EndpointAddress(endpoint.host(), port.getAsInt())));
    }
  }

  /** Whether a peer is where nobody can call it. */
  private static boolean isUnreachable(Inspection in, InspectedLink link) {
    var far = link.far().orElseThrow();
    return in.isBehindNat(far.node()) || far.tunnel().listenPort().isEmpty();
  }

  private static void forwarded(
      Inspection in, InspectedLink link, Site site, EndpointAddress endpoint, FaultReport report) {
    var far = link.far().orElseThrow();
    int port = far.tunnel().listenPort().orElse(0);
    var own =
        in.attachment(far.node()).orElse(null) instanceof Attachment.InSite place
            ? place.addresses()
            : List.<IpAddress>of();
    boolean passes =
        site.portForwards().stream()
            .anyMatch(forward ->
                forward.publicPort() == endpoint.port()
                    && own.contains(forward.to())
                    && forward.port() == port);
    boolean calls =
        link.back().isPresent()
            && link.back().get().endpoint().isPresent()
            && link.back().get().keepaliveSeconds() > 0;
    boolean itself =
        endpoint.address().isEmpty()
            && site.internet().ipv6().isPresent()
            && endpoint.port() == port;
    if (!passes && !calls && !itself) {
      report.error(
          "F26",
          link.near().node(),
          in.place(link, Setting.ENDPOINT),
          endpoint.toString(),
          site.name().text(),
          String.valueOf(endpoint.port()),
          far.name());
    }
  }

  private static boolean sameSite(Inspection in, InspectedLink link) {
    var near = in.site(link.near().node()).map(Site::name);
    return near.isPresent()
        && near.equals(link.far().flatMap(f -> in.site(f.node())).map(Site::name));
  }

  /** F27. */
  static void privateEndpoints(Inspection in, FaultReport report) {
    for (var link : in.links()) {
      var address = link.peer().endpoint().flatMap(EndpointAddress::address);
      if (address.isEmpty() || !World.isPrivate(address.get())) {
        continue;
      }
      boolean reachable =
          in.site(link.near().node()).stream()
                  .flatMap(site -> site.lans().stream())
                  .anyMatch(lan -> lan.prefix().contains(address.get()))
              || otherTunnel(link, address.get());
      if (!reachable) {
        report.error(
            "F27",
            link.near().node(),
            in.place(link, Setting.ENDPOINT),
            link.near().name(),
            address.get().toString());
      }
    }
  }

  private static boolean otherTunnel(InspectedLink link, IpAddress address) {
    return link.near().node().interfaces().stream()
        .filter(tunnel -> tunnel != link.near().tunnel())
        .flatMap(tunnel -> tunnel.peers().stream())
        .flatMap(peer -> peer.allowedIps().stream())
        .anyMatch(prefix -> prefix.contains(address));
  }

  /** F28. */
  static void carrierNat(Inspection in, FaultReport report) {
    for (var link : in.links()) {
      var site = link.far().flatMap(far -> in.site(far.node()));
      boolean carrier = site.filter(s -> s.internet().nat() == Nat.CARRIER).isPresent();
      if (carrier && link.peer().endpoint().isPresent() && !sameSite(in, link)) {
        report.error(
            "F28",
            link.near().node(),
            in.place(link, Setting.ENDPOINT),
            link.peerName(),
            site.orElseThrow().name().text());
      }
    }
  }

  /** F29: something behind NAT is to be reached, and does not keep the way open. */
  static void missingKeepalive(Inspection in, FaultReport report) {
    for (var link : in.links()) {
      boolean called = link.back().flatMap(back -> back.endpoint()).isPresent();
      if (link.back().isEmpty()
          || called
          || link.peer().keepaliveSeconds() > 0
          || !in.isBehindNat(link.near().node())) {
        continue;
      }
      var serves =
          link.back().get().allowedIps().stream()
              .filter(prefix -> !link.near().has(prefix.address()) && !prefix.isDefault())
              .findFirst();
      if (serves.isPresent() || link.near().tunnel().listenPort().isPresent()) {
        report.warning(
            "F29",
            link.near().node(),
            in.place(link),
            link.near().name(),
            link.peerName(),
            serves.map(Prefix::toString).orElse(link.near().name()));
      }
    }
  }

  /** F30. */
  static void uselessKeepalive(Inspection in, FaultReport report) {
    for (var link : in.links()) {
      int seconds = link.peer().keepaliveSeconds();
      if (seconds == 0) {
        continue;
      }
      boolean nearNat = in.isBehindNat(link.near().node());
      boolean farNat = link.far().map(far -> in.isBehindNat(far.node())).orElse(true);
      var place = in.place(link, Setting.KEEPALIVE);
      if (!nearNat && link.peer().endpoint().isEmpty()) {
        report.info("F30", link.near().node(), place, link.near().name(), link.peerName());
      } else if (!nearNat && !farNat) {
        report.info("F30.public", link.near().node(), place, link.near().name(), link.peerName());
      } else if (seconds < 10) {
        report.info("F30.often", link.near().node(), place, String.valueOf(seconds));
      }
    }
  }

  private record PortAtNat(Name site, int port) {}

  /** F31. */
  static void sharedPorts(Inspection in, FaultReport report) {
    var seen = new HashMap<PortAtNat, InspectedTunnel>();
    for (var tunnel : in.tunnels()) {
      var site = in.site(tunnel.node());
      var port = tunnel.tunnel().listenPort();
      if (site.isEmpty() || port.isEmpty() || site.get().internet().nat() == Nat.NONE) {
        continue;
      }
      var before = seen.putIfAbsent(new PortAtNat(site.get().name(), port.getAsInt()), tunnel);
      if (before != null && before.node() != tunnel.node()) {
        report.warning(
            "F31",
            tunnel.node(),
            in.place(tunnel, Setting.LISTEN_PORT),
            before.name(),
            tunnel.name(),
            site.get().name().text(),
            String.valueOf(port.getAsInt()),
            String.valueOf(port.getAsInt() + 1));
      }
    }
  }

  /** F32. */
  static void hairpin(Inspection in, FaultReport report) {
    for (var link : in.links()) {
      var site = in.site(link.near().node());
      if (site.isEmpty()) {
        continue;
      }
      var address = link.peer().endpoint().flatMap(EndpointAddress::address);
      boolean hairpin =
          address.isPresent()
              && site.flatMap(s -> s.internet().publicAddress()).equals(address)
              && !site.flatMap(Site::routerNode).equals(link.far().map(far -> far.node().name()));
      if (hairpin) {
        var inside =
            link.far().flatMap(far -> in.attachment(far.node())).stream()
                .filter(Attachment.InSite.class::isInstance)
                .flatMap(place -> ((Attachment.InSite) place).addresses().stream())
                .findFirst();
        report.warning(
            "F32",
            link.near().node(),
            in.place(link, Setting.ENDPOINT),
            link.near().name(),
            address.get().toString(),
            inside.map(IpAddress::toString).orElse("LAN"),
            link.far().map(f -> f.tunnel().listenPort().orElse(0)).orElse(0).toString());
      }
    }
  }

  /** F34: the name of an endpoint is known only to a name server inside the tunnel. */
  static void namesInside(Inspection in, FaultReport report) {
    for (var link : in.links()) {
      var host =
          link.peer().endpoint().filter(e -> e.address().isEmpty()).map(EndpointAddress::host);
      var dns = link.near().tunnel().dns();
      if (host.isPresent()
          && dns.searchDomains().stream().anyMatch(domain -> host.get().endsWith("." + domain))) {
        report.error("F34", link.near().node(), in.place(link, Setting.ENDPOINT), host.get());
      }
    }
  }

  private record PortOfHost(Name host, int port) {}

  /** F37: two interfaces of a host want the same port. */
  static void portsOfOneHost(Inspection in, FaultReport report) {
    var taken = new HashMap<PortOfHost, InspectedTunnel>();
    for (var tunnel : in.tunnels()) {
      var port = tunnel.tunnel().listenPort();
      if (port.isPresent()) {
        var before =
            taken.putIfAbsent(new PortOfHost(tunnel.node().name(), port.getAsInt()), tunnel);
        if (before != null) {
          report.error(
              "F37",
              tunnel.node(),
              in.place(tunnel, Setting.LISTEN_PORT),
              before.tunnel().name().text(),
              tunnel.tunnel().name().text(),
              String.valueOf(port.getAsInt()));
        }
      }
    }
  }

  /** F71; not where an entry is there, and only its key is wrong or can't be read. */
  static void oneSided(Inspection in, FaultReport report) {
    var meant = new HashMap<InspectedTunnel, Set<InspectedTunnel>>();
    for (var link : in.links()) {
      if (link.far().isEmpty()) {
        KeyFaults.meant(in, link)
            .ifPresent(one -> meant.computeIfAbsent(link.near(), key -> new HashSet<>()).add(one));
      }
    }
    var unread = new HashSet<String>();
    in.subject().read().stream()
        .filter(finding -> finding.code().equals("F07") || finding.code().equals("F09"))
        .forEach(finding -> finding.node().ifPresent(unread::add));
    for (var link : in.links()) {
      var own = link.near().tunnel().publicKey();
      boolean self = own.equals(Optional.of(link.peer().publicKey()));
      if (own.isPresent()
          && link.far().isPresent()
          && link.back().isEmpty()
          && !self
          && !unread.contains(link.far().get().name())
          && !meant.getOrDefault(link.far().get(), Set.of()).contains(link.near())) {
        var far = link.far().get();
        var key = own.get().toString();
        report.error(
            "F71",
            far.node(),
            in.place(far),
            far.name(),
            link.near().name(),
            key,
            hostPrefixes(link.near()));
        report.proposing(
            new FileEdit.AddPeer(
                far.node().name(),
                link.near().name(),
                new PeerConfig(
                    Optional.of(link.near().node().name()),
                    own.get(),
                    link.peer().presharedKey(),
                    Optional.empty(),
                    link.near().tunnel().addresses().stream()
                        .map(a -> Prefix.host(a.address()))
                        .toList(),
                    0)));
      }
    }
  }

  private static String hostPrefixes(InspectedTunnel tunnel) {
    var prefixes = new ArrayList<String>();
    tunnel.tunnel().addresses().forEach(a -> prefixes.add(Prefix.host(a.address()).toString()));
    return String.join(", ", prefixes);
  }

  /** F38: the peer's own firewall drops what is sent to its port. */
  static void closedPort(Inspection in, FaultReport report) {
    for (var tunnel : in.tunnels()) {
      var port = tunnel.tunnel().listenPort();
      boolean called =
          port.isPresent()
              && in.attachment(tunnel.node()).orElse(null) instanceof Attachment.Direct;
      if (called && in.reachability().refuses(tunnel.node().name(), port.getAsInt())) {
        report.error(
            "F38",
            tunnel.node(),
            in.place(tunnel, Setting.LISTEN_PORT),
            tunnel.name(),
            String.valueOf(port.getAsInt()));
      }
    }
  }
}
