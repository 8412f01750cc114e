package guywire.plan;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.network.Destination;
import guywire.network.DnsClient;
import guywire.network.Introduction;
import guywire.network.Name;
import guywire.network.PeerConfig;
import guywire.network.Route;
import guywire.network.RouteTable;
import guywire.network.TunnelInterface;
import guywire.network.Way;
import guywire.plan.Aliases.Alias;
import guywire.plan.Planes.Plane;
import guywire.plan.definition.LinkEntry;
import guywire.plan.definition.NodeEntry;
import guywire.protocol.PublicKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/** The tunnels that nodes have beside their usual one, and the ways that come of them. */
final class SpareTunnels {

  /**
   * The metric of the routes by which a probe finds a spare tunnel; every other route of the host
   * is before it (the kernel's own have 0 or 1024, those of network managers some hundreds).
   */
  private static final int LAST_METRIC = 1_000_000;

  private final Scene scene;
  private final RemoteLans remoteLans;
  private final KeyStore keys;
  private final Ports ports;
  private final Tunnels usual;
  private final Map<String, PublicKey> publicKeys = new HashMap<>();

  SpareTunnels(Scene scene, RemoteLans remoteLans, KeyStore keys, Ports ports, Tunnels usual) {
    this.scene = scene;
    this.remoteLans = remoteLans;
    this.keys = keys;
    this.ports = ports;
    this.usual = usual;
  }

  /** The tunnels of a node, in the order of their relays in the definition. */
  List<TunnelInterface> of(NodeEntry node) {
    return scene.planes().of(node.name()).stream().map(plane -> tunnel(node, plane)).toList();
  }

  private TunnelInterface tunnel(NodeEntry node, Plane plane) {
    boolean relays = plane.relay().equals(node.name());
    if (plane.gateway()) {
      return relays ? ofGateway(node, plane) : toGateway(node, plane);
    }
    var peers = new ArrayList<PeerConfig>();
    var mtus = new ArrayList<Integer>();
    for (var name : relays ? plane.members() : List.of(plane.relay())) {
      var peer = scene.node(name);
      mtus.add(Mtu.between(scene, node.name(), name));
      peers.add(peer(node, peer, plane, relays ? behind(peer) : everyone(node, plane)));
    }
    for (var name : scene.planes().met(plane, node.name())) {
      var peer = scene.node(name);
      mtus.add(Mtu.between(scene, node.name(), name));
      var met = peer(node, peer, plane, behind(peer));
      peers.add(met.keptAwake(usual.refresh(node, peer)));
    }
    return tunnel(node, plane, mtus, new RouteTable.Chosen(), peers);
  }

  /**
   * A further gateway of a LAN sends by it what the LAN has for others, to whom it usually goes.
   */
  private TunnelInterface ofGateway(NodeEntry node, Plane plane) {
    var peers = new ArrayList<PeerConfig>();
    var mtus = new ArrayList<Integer>();
    for (var name : plane.members()) {
      mtus.add(Mtu.between(scene, node.name(), name));
      peers.add(peer(node, scene.node(name), plane, usual.allowed(node, name)));
    }
    return tunnel(
        node,
        plane,
        mtus,
        new RouteTable.FromLan(scene.servedAs(node).stream().map(Alias::real).toList()),
        peers);
  }

  private TunnelInterface toGateway(NodeEntry node, Plane plane) {
    var gateway = scene.node(plane.relay());
    var allowed = new LinkedHashSet<Prefix>(scene.tunnelPrefixes(gateway.name()));
    allowed.addAll(scene.servedLans(gateway));
    return tunnel(
        node,
        plane,
        List.of(Mtu.between(scene, node.name(), gateway.name())),
        new RouteTable.ToGateway(),
        List.of(peer(node, gateway, plane, allowed)));
  }

  private TunnelInterface tunnel(
      NodeEntry node, Plane plane, List<Integer> mtus, RouteTable table, List<PeerConfig> peers) {
    int port = ports.of(node.name(), plane.relay());
    return new TunnelInterface(
        scene.planes().tunnel(node.name(), plane),
        keys.heldKey(node.name(), plane.relay()),
        Optional.of(publicKey(node.name(), plane)),
        List.of(),
        port == 0 ? OptionalInt.empty() : OptionalInt.of(port),
        0,
        OptionalInt.of(mtus.stream().min(Comparator.naturalOrder()).orElseThrow()),
        table,
        DnsClient.NONE,
        peers);
  }

  private PeerConfig peer(NodeEntry node, NodeEntry peer, Plane plane, Set<Prefix> allowed) {
    boolean shared =
        scene
            .paths()
            .said(node.name(), peer.name())
            .flatMap(LinkEntry::presharedKey)
            .orElse(scene.definition().presharedKeys());
    int port = ports.of(peer.name(), plane.relay());
    boolean dialled =
        ports.of(node.name(), plane.relay()) > 0 && scene.dialling().target(peer, node).isPresent();
    var target = scene.dialling().target(node, peer).filter(_ -> port > 0);
    return new PeerConfig(
        Optional.of(peer.name()),
        publicKey(peer.name(), plane),
        shared ? Optional.of(keys.presharedKey(node.name(), peer.name())) : Optional.empty(),
        target.map(found -> found.endpoint(port)),
        RemoteLans.shortened(List.copyOf(allowed)),
        usual.keepalive(node, peer, dialled),
        target.flatMap(_ -> scene.dialling().targetInLan(node, peer, port)));
  }

  private PublicKey publicKey(Name node, Plane plane) {
    return publicKeys.computeIfAbsent(
        MemoryKeyStore.through(node, plane.relay()), key -> keys.publicKey(node, plane.relay()));
  }

  /** What a member may send and be sent: its own addresses, and the LANs that it serves. */
  private Set<Prefix> behind(NodeEntry member) {
    var prefixes = new LinkedHashSet<Prefix>(scene.tunnelPrefixes(member.name()));
    prefixes.addAll(scene.usualLans(member));
    return prefixes;
  }

  /**
   * What may come through a relay: the overlay, and the LANs that concern a node but for those of
   * nodes that it meets directly.
   */
  private Set<Prefix> everyone(NodeEntry node, Plane plane) {
    var prefixes = new LinkedHashSet<Prefix>();
    scene.definition().overlay().forEach(overlay -> prefixes.add(overlay.prefix()));
    prefixes.addAll(remoteLans.of(node));
    for (var met : scene.planes().met(plane, node.name())) {
      prefixes.removeAll(behind(scene.node(met)));
    }
    return prefixes;
  }

  /**
   * What a probe needs to find the tunnels: a socket that is bound to an interface needs no route
   * in IPv4, but one in IPv6.
   */
  List<Route> routes(NodeEntry node) {
    var routes = new ArrayList<Route>();
    for (var plane : scene.planes().of(node.name())) {
      var device = Optional.of(scene.planes().tunnel(node.name(), plane));
      for (var overlay : scene.definition().overlay()) {
        if (overlay.prefix().family() == Family.IPV6) {
          var metric = OptionalInt.of(LAST_METRIC + routes.size());
          routes.add(new Route(overlay.prefix(), Optional.empty(), device, metric));
        }
      }
    }
    return routes;
  }

  /** The introductions in which a node has a part. */
  List<Introduction> introductions(NodeEntry node) {
    var found = new ArrayList<Introduction>();
    for (var plane : scene.planes().of(node.name())) {
      var tunnel = scene.planes().tunnel(node.name(), plane);
      boolean tells = plane.relay().equals(node.name());
      var before = new HashSet<Name>();
      for (var one : plane.members()) {
        before.add(one);
        for (var other : tells ? scene.planes().met(plane, one) : own(plane, one, node.name())) {
          if (!before.contains(other)) {
            found.add(
                new Introduction(
                    tunnel, party(plane.relay(), plane), party(one, plane), party(other, plane)));
          }
        }
      }
    }
    return found;
  }

  /** Those whom a member of a plane meets in it, as far as a node has a part in that. */
  private List<Name> own(Plane plane, Name one, Name node) {
    if (one.equals(node)) {
      return scene.planes().met(plane, one);
    }
    return scene.planes().meet(plane, one, node) ? List.of(node) : List.of();
  }

  private Introduction.Party party(Name node, Plane plane) {
    return new Introduction.Party(
        node,
        scene.tunnelAddresses(node).getFirst(),
        publicKey(node, plane),
        ports.of(node, plane.relay()));
  }

  /**
   * Those that a node reaches by more than one way, and those whose agents ask its own because they
   * reach a LAN by more than one gateway, of which it is one.
   */
  List<Destination> destinations(NodeEntry node) {
    var planes = scene.planes().of(node.name());
    var found = new ArrayList<Destination>();
    var choosers = choosers(node);
    if (planes.isEmpty() && choosers.isEmpty()) {
      // As most nodes of a large network are: nobody needs to be looked at.
      return found;
    }
    for (var other : scene.definition().nodes()) {
      boolean asks = choosers.contains(other.name());
      if (other != node && (!planes.isEmpty() || asks)) {
        var ways = ways(node, other, planes);
        if (ways.size() > (asks ? 0 : 1)) {
          // Who has no other way has no agent, and is alive as long as the hub is that it hangs on.
          boolean chooses = asks || !scene.planes().of(other.name()).isEmpty();
          var answers = chooses ? other.name() : hub(other).orElseThrow();
          found.add(
              new Destination(
                  other.name(),
                  scene.tunnelAddresses(answers).getFirst(),
                  prefixes(node, other),
                  ways));
        }
      }
    }
    if (!planes.isEmpty()) {
      for (var site : scene.definition().sites()) {
        lan(node, site.name(), planes).ifPresent(found::add);
      }
    }
    return found;
  }

  /** Who chooses among gateways of which the node is the first. */
  private Set<Name> choosers(NodeEntry node) {
    if (scene.usualLans(node).isEmpty()) {
      return Set.of();
    }
    return node.site().stream()
        .flatMap(site -> scene.planes().gatewaysOf(site).stream())
        .flatMap(plane -> plane.members().stream())
        .filter(name -> scene.paths().next(name, node.name()).equals(Optional.of(node.name())))
        .collect(Collectors.toSet());
  }

  /** The LAN of a site that has several gateways, if there is more than one way to it. */
  private Optional<Destination> lan(NodeEntry node, Name site, List<Plane> planes) {
    var further = scene.planes().gatewaysOf(site);
    var first = scene.gateway(site);
    if (further.isEmpty() || first.isEmpty() || node.site().equals(Optional.of(site))) {
      return Optional.empty();
    }
    var prefixes = lans(node, first.get());
    var choosers =
        further.stream().flatMap(plane -> plane.members().stream()).collect(Collectors.toSet());
    var ways = new ArrayList<Way>();
    for (var way : ways(node, first.get(), planes)) {
      // A node between that chooses the gateway is asked itself, because no gateway stands for all.
      var chooser =
          way.via().stream()
              .filter(choosers::contains)
              .filter(name -> ways(node, scene.node(name), planes).size() > 1)
              .findFirst();
      var via = new ArrayList<>(way.via());
      chooser.ifPresentOrElse(
          name -> via.subList(via.indexOf(name) + 1, via.size()).clear(),
          () -> via.add(first.get().name()));
      ways.add(new Way(way.tunnel(), via, way.routed(), answers(via.getLast())));
    }
    for (var plane : further) {
      if (plane.members().contains(node.name())) {
        var tunnel = scene.planes().tunnel(node.name(), plane);
        ways.add(new Way(tunnel, List.of(plane.relay()), false, answers(plane.relay())));
      }
    }
    ways.sort(Comparator.comparingInt(way -> way.via().size()));
    return prefixes.isEmpty() || ways.size() < 2
        ? Optional.empty()
        : Optional.of(
            new Destination(
                site, scene.tunnelAddresses(first.get().name()).getFirst(), prefixes, ways));
  }

  private Optional<IpAddress> answers(Name node) {
    return Optional.of(scene.tunnelAddresses(node).getFirst());
  }

  private Optional<Name> hub(NodeEntry node) {
    return scene.paths().hubOf(node.name());
  }

  private List<Way> ways(NodeEntry node, NodeEntry other, List<Plane> planes) {
    var ways = new ArrayList<Way>();
    var usualWay = scene.paths().way(node.name(), other.name());
    if (usualWay.isEmpty()) {
      return ways;
    }
    ways.add(new Way(node.tunnel(), between(usualWay), true));
    for (var plane : planes) {
      var tunnel = scene.planes().tunnel(node.name(), plane);
      if (plane.gateway()) {
        // The same line, but asked by another tunnel: that is how the two ends know each other.
        if (Set.of(node.name(), other.name()).contains(plane.relay()) && plane.has(other.name())) {
          ways.add(new Way(tunnel, List.of(), false));
        }
      } else if (plane.has(other.name())) {
        boolean meet =
            plane.relay().equals(node.name())
                || plane.relay().equals(other.name())
                || scene.planes().meet(plane, node.name(), other.name());
        addNew(ways, new Way(tunnel, meet ? List.of() : List.of(plane.relay()), false));
        // Who has no agent must answer through the relay by itself.
      } else if (!plane.relay().equals(node.name())
          && scene.planes().isBehind(plane, other.name())
          && scene.paths().next(other.name(), node.name()).equals(Optional.of(plane.relay()))) {
        addNew(ways, new Way(tunnel, List.of(plane.relay()), false));
      }
    }
    // Of ways with as many nodes between, the usual one is the first.
    ways.sort(Comparator.comparingInt(way -> way.via().size()));
    return ways;
  }

  /** Another tunnel over the same nodes would fail with the first. */
  private static void addNew(List<Way> ways, Way way) {
    if (ways.stream().noneMatch(known -> known.via().equals(way.via()))) {
      ways.add(way);
    }
  }

  private static List<Name> between(List<Name> way) {
    return way.subList(1, way.size() - 1);
  }

  private List<Prefix> prefixes(NodeEntry node, NodeEntry other) {
    var prefixes = new ArrayList<Prefix>(scene.tunnelPrefixes(other.name()));
    boolean alone =
        other.site().stream().allMatch(site -> scene.planes().gatewaysOf(site).isEmpty());
    if (alone) {
      prefixes.addAll(lans(node, other));
    }
    return prefixes;
  }

  /** The LANs that another serves, if they concern a node and it does not stand in them itself. */
  private List<Prefix> lans(NodeEntry node, NodeEntry other) {
    var own = scene.standsIn(node);
    return scene.servedLans(other).stream()
        .filter(_ -> remoteLans.concerns(node, other))
        .filter(lan -> !own.contains(lan))
        .toList();
  }
}
