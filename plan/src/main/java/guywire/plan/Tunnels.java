package guywire.plan;

import guywire.address.Prefix;
import guywire.network.InterfaceAddress;
import guywire.network.Name;
import guywire.network.PeerConfig;
import guywire.network.RouteTable;
import guywire.network.TunnelInterface;
import guywire.plan.definition.LinkEntry;
import guywire.plan.definition.NodeEntry;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The tunnel interface of each node, with its peers and what is routed to and accepted from each.
 */
final class Tunnels {

  /** A refresh comes this much before the mapping ends. */
  private static final int MARGIN_SECONDS = 5;

  private final Scene scene;
  private final Permissions permissions;
  private final RemoteLans remoteLans;
  private final KeyStore keys;
  private final Ports ports;
  private final Map<Name, Integer> mtus;
  private final Map<Name, Optional<PrivateKey>> privateKeys = new HashMap<>();
  private final Map<Name, PublicKey> publicKeys = new HashMap<>();
  private final Map<Object, Object> seen = new HashMap<>();

  Tunnels(
      Scene scene,
      Permissions permissions,
      RemoteLans remoteLans,
      KeyStore keys,
      Ports ports,
      Map<Name, Integer> mtus) {
    this.scene = scene;
    this.permissions = permissions;
    this.remoteLans = remoteLans;
    this.keys = keys;
    this.ports = ports;
    this.mtus = mtus;
  }

  /** The tunnel interface of a node. */
  TunnelInterface of(NodeEntry node) {
    var addresses = new ArrayList<InterfaceAddress>();
    for (var address : scene.tunnelAddresses(node.name())) {
      for (var overlay : scene.definition().overlay()) {
        if (overlay.prefix().contains(address)) {
          addresses.add(new InterfaceAddress(address, overlay.prefix().length()));
        }
      }
    }
    int port = ports.of(node.name());
    return new TunnelInterface(
        node.tunnel(),
        privateKey(node.name()),
        Optional.of(publicKey(node.name())),
        addresses,
        port == 0 ? OptionalInt.empty() : OptionalInt.of(port),
        0,
        OptionalInt.of(mtus.getOrDefault(node.name(), 0)),
        table(node),
        PlannedNames.client(scene, node),
        peers(node));
  }

  private RouteTable table(NodeEntry node) {
    var clients = scene.sentOnBy(node.name());
    return clients.isEmpty()
        ? new RouteTable.Auto()
        : new RouteTable.Onward(
            RemoteLans.shortened(
                clients.stream()
                    .flatMap(client -> scene.tunnelPrefixes(client.name()).stream())
                    .toList()));
  }

  private PublicKey publicKey(Name node) {
    return publicKeys.computeIfAbsent(
        node,
        name ->
            privateKey(name)
                .map(PrivateKey::publicKey)
                .or(() -> scene.node(name).publicKey())
                .orElseGet(() -> keys.publicKey(name)));
  }

  /** Its private key, unless that stays on the device and only the public one is declared. */
  private Optional<PrivateKey> privateKey(Name node) {
    return privateKeys.computeIfAbsent(
        node,
        name -> {
          var declared = scene.node(name).publicKey();
          return declared.isPresent() ? keys.privateKey(name, declared.get()) : keys.heldKey(name);
        });
  }

  private List<PeerConfig> peers(NodeEntry node) {
    var allowed = allowedIps(node);
    var peers = new ArrayList<PeerConfig>();
    for (var name : scene.neighbours(node.name())) {
      var peer = scene.node(name);
      var link = scene.paths().said(node.name(), name);
      boolean shared =
          link.flatMap(LinkEntry::presharedKey).orElse(scene.definition().presharedKeys());
      int port = ports.of(name);
      var target = scene.dialling().target(node, peer).filter(found -> port > 0);
      peers.add(
          new PeerConfig(
              once(Optional.of(name)),
              publicKey(name),
              shared ? Optional.of(keys.presharedKey(node.name(), name)) : Optional.empty(),
              once(target.map(found -> found.endpoint(port))),
              once(allowedIps(node, peer, allowed.getOrDefault(name, Set.of()))),
              keepalive(node, peer, scene.dialling().target(peer, node).isPresent()),
              target.flatMap(_ -> scene.dialling().targetInLan(node, peer, port))));
    }
    return peers;
  }

  /** What a peer has, in few prefixes; all of the internet too, if it is the exit of others. */
  private List<Prefix> allowedIps(NodeEntry node, NodeEntry peer, Set<Prefix> own) {
    var all = new ArrayList<>(RemoteLans.shortened(List.copyOf(own)));
    if (scene.exitBehind(node.name()).equals(Optional.of(peer.name()))) {
      scene.families().forEach(family -> all.add(new Prefix(family.any(), 0)));
    }
    return all;
  }

  /** One object for all that are equal: in a mesh every node says the same of each other. */
  @SuppressWarnings("unchecked") // What is equal to a value of a type here is of that type.
  private <T> T once(T value) {
    return (T) seen.computeIfAbsent(value, same -> same);
  }

  /** What goes to a neighbour by the usual tunnel and may come from it. */
  Set<Prefix> allowed(NodeEntry node, Name neighbour) {
    return allowedIps(node).getOrDefault(neighbour, Set.of());
  }

  /** What goes to and may come from each neighbour. */
  private Map<Name, Set<Prefix>> allowedIps(NodeEntry node) {
    var allowed = new LinkedHashMap<Name, Set<Prefix>>();
    var hub =
        scene.isSpoke(node.name()) ? scene.paths().hubOf(node.name()) : Optional.<Name>empty();
    hub.ifPresent(name -> overlayThrough(node, name, allowed));
    if (scene.isPlainSpoke(node.name())) {
      // All of its ways lead through the hub, so nobody has to be asked for each.
      hub.ifPresent(name -> add(allowed, name, remoteLans.of(node)));
    } else {
      byWays(node, hub, allowed);
    }
    scene
        .exit(node)
        .flatMap(exit -> scene.paths().next(node.name(), exit))
        .ifPresent(next -> everythingThrough(next, allowed));
    return allowed;
  }

  private void byWays(NodeEntry node, Optional<Name> hub, Map<Name, Set<Prefix>> allowed) {
    for (var other : scene.definition().nodes()) {
      if (other == node) {
        continue;
      }
      var next = scene.paths().next(node.name(), other.name());
      if (next.isPresent() && !next.equals(hub)) {
        add(allowed, next.get(), scene.tunnelPrefixes(other.name()));
      }
    }
    for (var other : scene.definition().nodes()) {
      var lans = remoteLans(node, other);
      if (other != node && !lans.isEmpty() && remoteLans.concerns(node, other)) {
        scene.paths().next(node.name(), other.name()).ifPresent(next -> add(allowed, next, lans));
      }
    }
  }

  /** A spoke sends the whole overlay to its hub, so that new nodes don't change it. */
  private void overlayThrough(NodeEntry node, Name hub, Map<Name, Set<Prefix>> allowed) {
    add(
        allowed,
        hub,
        scene.definition().overlay().stream().map(overlay -> overlay.prefix()).toList());
    assert scene.neighbours(node.name()).contains(hub);
  }

  /** All traffic goes to the exit, or to the hub before it; what else went there is part of it. */
  private void everythingThrough(Name next, Map<Name, Set<Prefix>> allowed) {
    var all = new LinkedHashSet<Prefix>(List.of(Prefix.ALL_IPV4, Prefix.ALL_IPV6));
    allowed.put(next, all);
  }

  private static void add(Map<Name, Set<Prefix>> allowed, Name peer, List<Prefix> prefixes) {
    allowed.computeIfAbsent(peer, name -> new LinkedHashSet<>()).addAll(prefixes);
  }

  /** The LANs that another node serves, but for those that the node itself stands in. */
  private List<Prefix> remoteLans(NodeEntry node, NodeEntry other) {
    var own = scene.standsIn(node);
    return scene.usualLans(other).stream().filter(lan -> !own.contains(lan)).toList();
  }

  /**
   * Seconds between refreshes of the NAT mapping, or 0: only the side that a NAT hides needs them,
   * and only if someone may start towards it, or through it to the internet.
   *
   * @param dialled whether the peer can dial the node
   */
  int keepalive(NodeEntry node, NodeEntry peer, boolean dialled) {
    boolean hidden = scene.dialling().target(node, peer).isPresent() && !dialled;
    boolean wanted =
        permissions.mayBeReached(scene.owned(node)) || !scene.leavingThrough(node.name()).isEmpty();
    return hidden && wanted ? refresh(node, peer) : 0;
  }

  /** Seconds between refreshes of the mapping of a NAT that hides a node. */
  int refresh(NodeEntry node, NodeEntry peer) {
    var link = scene.paths().said(node.name(), peer.name());
    if (link.isPresent() && link.get().keepaliveSeconds().isPresent()) {
      return link.get().keepaliveSeconds().getAsInt();
    }
    if (node.keepaliveSeconds().isPresent()) {
      return node.keepaliveSeconds().getAsInt();
    }
    int usual = scene.definition().keepaliveSeconds();
    var mapping =
        node.site()
            .flatMap(scene::site)
            .map(site -> Math.max(1, site.internet().mappingSeconds() - MARGIN_SECONDS));
    return mapping.map(most -> Math.min(usual, most)).orElse(usual);
  }
}
