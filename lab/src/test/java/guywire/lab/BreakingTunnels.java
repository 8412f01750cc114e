package guywire.lab;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.EndpointAddress;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.NatRule;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.PacketMatch;
import guywire.network.PacketMatch.InterfaceMatch;
import guywire.network.PeerConfig;
import guywire.network.RouteTable;
import guywire.network.Site;
import guywire.network.TunnelInterface;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/** Changes something about a tunnel or a peer of one node; see {@link Breaking}. */
final class BreakingTunnels {

  /** Hears what came of it. */
  @FunctionalInterface
  interface Change {
    void made(Network network, String what);
  }

  private final Network network;
  private final SplittableRandom random;

  BreakingTunnels(Network network, SplittableRandom random) {
    this.network = network;
    this.random = random;
  }

  void change(Change change) {
    NodeConfig node = any(network.nodes());
    TunnelInterface tunnel = node.interfaces().getFirst();
    if (random.nextInt(10) == 0) {
      second(node, tunnel, change);
    } else if (random.nextInt(10) == 0) {
      prefixMap(node, tunnel, change);
    } else if (tunnel.peers().isEmpty() || random.nextInt(4) == 0) {
      tunnel(node, tunnel, change);
    } else {
      peer(node, tunnel, change);
    }
  }

  private void put(NodeConfig node, Change change, String what) {
    var nodes = new ArrayList<>(network.nodes());
    nodes.replaceAll(old -> old.name().equals(node.name()) ? node : old);
    change.made(Altered.nodes(network, nodes), what);
  }

  private void tunnel(NodeConfig node, TunnelInterface tunnel, Change change) {
    String who = node.name().text();
    NodeConfig other = any(network.nodes());
    TunnelInterface theirs = other.interfaces().getFirst();
    // A name server can't listen on an address that its node does not have.
    switch (random.nextInt(node.nameServer().isPresent() ? 5 : 7)) {
      case 0 ->
          put(
              only(node, Altered.table(tunnel, new RouteTable.Off())),
              change,
              who + " has no routes into its tunnel");
      case 1 ->
          put(
              only(node, Altered.table(tunnel, new RouteTable.Number(123))),
              change,
              who + " has its routes in a table that nothing leads to");
      case 2 ->
          put(
              only(node, Altered.key(tunnel, PrivateKey.generate(random))),
              change,
              who + " has a key that nobody knows");
      case 3 ->
          put(
              only(node, Altered.key(tunnel, theirs.privateKey().orElseThrow())),
              change,
              who + " has the key of " + other.name());
      case 4 ->
          put(
              only(node, Altered.port(tunnel, OptionalInt.of(33_333))),
              change,
              who + " listens on another port");
      case 5 ->
          put(
              only(node, Altered.addresses(tunnel, theirs.addresses())),
              change,
              who + " has the addresses of " + other.name());
      default -> {
        var wider = new ArrayList<InterfaceAddress>();
        for (var own : tunnel.addresses()) {
          int length = own.prefixLength() == own.address().family().bits() ? 24 : 32;
          wider.add(
              own.address().isIpv4()
                  ? new InterfaceAddress(own.address(), length)
                  : new InterfaceAddress(own.address(), length == 24 ? 64 : 128));
        }
        put(
            only(node, Altered.addresses(tunnel, wider)),
            change,
            who + " has other prefix lengths: " + wider);
      }
    }
  }

  private static NodeConfig only(NodeConfig node, TunnelInterface tunnel) {
    var interfaces = new ArrayList<>(node.interfaces());
    interfaces.set(0, tunnel);
    return Altered.interfaces(node, interfaces);
  }

  private void peer(NodeConfig node, TunnelInterface tunnel, Change change) {
    var peers = new ArrayList<>(tunnel.peers());
    int at = random.nextInt(peers.size());
    PeerConfig peer = peers.get(at);
    String who = node.name() + ": peer " + peer.name().map(Object::toString).orElse("?");
    var allowed = new ArrayList<>(peer.allowedIps());
    switch (random.nextInt(13)) {
      case 0 -> {
        peers.remove(at);
        who += " is missing";
      }
      case 1 -> {
        peers.set(at, Altered.key(peer, PrivateKey.generate(random).publicKey()));
        who += " has another key";
      }
      case 2 -> {
        peers.set(at, Altered.preshared(peer, Optional.of(PresharedKey.generate(random))));
        who += " has another pre-shared key";
      }
      case 3 -> {
        peers.set(at, Altered.endpoint(peer, Optional.empty()));
        who += " has no endpoint";
      }
      case 4, 5 -> {
        if (!allowed.isEmpty()) {
          who += " lacks " + allowed.remove(random.nextInt(allowed.size()));
        }
        peers.set(at, Altered.allowed(peer, allowed));
      }
      case 6, 7 -> {
        Prefix stolen = stolen(node, peers);
        allowed.add(stolen);
        peers.set(at, Altered.allowed(peer, allowed));
        who += " takes " + stolen;
      }
      case 8 -> {
        Prefix all = Prefix.parse(random.nextInt(4) == 0 ? "::/0" : "0.0.0.0/0");
        allowed.add(all);
        peers.set(at, Altered.allowed(peer, allowed));
        who += " takes " + all;
      }
      case 9 -> {
        peers.set(at, Altered.keepalive(peer, 0));
        who += " gets no keepalive";
      }
      case 10 -> {
        peers.set(
            at,
            Altered.endpoint(
                peer,
                peer.endpoint().map(e -> new EndpointAddress(e.host(), e.port() % 65_535 + 1))));
        who += " has an endpoint with another port";
      }
      case 11 -> {
        NodeConfig other = any(network.nodes());
        Optional<IpAddress> address = Breaking.publicAddress(network, other);
        int port = other.interfaces().getFirst().listenPort().orElse(51_820);
        if (address.isPresent()) {
          peers.set(
              at, Altered.endpoint(peer, Optional.of(EndpointAddress.of(address.get(), port))));
        }
        who += " is called at the public address of the site of " + other.name();
      }
      default -> {
        peers.add(Altered.allowed(peer, List.of(stolen(node, peers))));
        who += " is there twice";
      }
    }
    put(only(node, Altered.peers(tunnel, peers)), change, who);
  }

  private Prefix stolen(NodeConfig node, List<PeerConfig> peers) {
    var all =
        peers.stream()
            .flatMap(peer -> peer.allowedIps().stream())
            .filter(prefix -> !Breaking.isOwnLan(network, node, prefix))
            .distinct()
            .toList();
    return all.isEmpty() ? Prefix.parse("10.77.0.0/17") : any(all);
  }

  /**
   * Half of a node's peers move to a second interface with key and port of its own, which they all
   * know. What the firewall says of the first interface says nothing of the second.
   */
  private void second(NodeConfig node, TunnelInterface tunnel, Change change) {
    if (tunnel.peers().size() < 2 || node.interfaces().size() > 1) {
      return;
    }
    int half = tunnel.peers().size() / 2;
    var first = tunnel.peers().subList(0, half);
    var then = tunnel.peers().subList(half, tunnel.peers().size());
    var key = PrivateKey.generate(random);
    boolean hasAddress = random.nextBoolean();
    int number = network.nodes().indexOf(node);
    var second =
        new TunnelInterface(
            new InterfaceName("wg9"),
            Optional.of(key),
            Optional.empty(),
            hasAddress
                ? List.of(new InterfaceAddress(IpAddress.parse("10.99.0." + (1 + number)), 32))
                : List.of(),
            OptionalInt.of(51_999),
            0,
            tunnel.mtu(),
            tunnel.table(),
            tunnel.dns(),
            then);
    var old = tunnel.publicKey().orElseThrow();
    var nodes = new ArrayList<NodeConfig>();
    for (var other : network.nodes()) {
      boolean moves =
          then.stream()
              .anyMatch(peer ->
                  other.interfaces().getFirst().publicKey().equals(Optional.of(peer.publicKey())));
      if (other.equals(node)) {
        nodes.add(Altered.interfaces(node, List.of(Altered.peers(tunnel, first), second)));
      } else if (moves) {
        var theirs = other.interfaces().getFirst();
        var peers = new ArrayList<>(theirs.peers());
        peers.replaceAll(peer ->
            peer.publicKey().equals(old)
                ? Altered.endpoint(
                    Altered.key(peer, key.publicKey()),
                    peer.endpoint().map(e -> new EndpointAddress(e.host(), 51_999)))
                : peer);
        nodes.add(only(other, Altered.peers(theirs, peers)));
      } else {
        nodes.add(other);
      }
    }
    change.made(Altered.nodes(network, nodes), node.name() + " has a second tunnel interface");
  }

  /** A gateway shows its LAN as another prefix; everybody knows the LAN by that one. */
  private void prefixMap(NodeConfig node, TunnelInterface tunnel, Change change) {
    Optional<Site.Lan> lan =
        network.underlay().attachment(node.name()).stream()
            .filter(guywire.network.Attachment.InSite.class::isInstance)
            .map(guywire.network.Attachment.InSite.class::cast)
            .flatMap(in -> network.underlay().site(in.site()).stream())
            .flatMap(site -> site.lans().stream())
            .filter(one -> one.prefix().family() == IpAddress.Family.IPV4)
            .findFirst();
    if (lan.isEmpty()) {
      return;
    }
    Prefix real = lan.get().prefix();
    var shown = new Prefix(IpAddress.parse("10.88.0.0"), real.length());
    var nodes = new ArrayList<NodeConfig>();
    for (var other : network.nodes()) {
      var interfaces = new ArrayList<TunnelInterface>();
      for (var theirs : other.interfaces()) {
        var peers = new ArrayList<>(theirs.peers());
        peers.replaceAll(peer ->
            Altered.allowed(
                peer, peer.allowedIps().stream().map(p -> p.equals(real) ? shown : p).toList()));
        interfaces.add(Altered.peers(theirs, peers));
      }
      var changed = Altered.interfaces(other, interfaces);
      if (other.equals(node)) {
        var match = PacketMatch.ANY.goingOut(InterfaceMatch.of(tunnel.name()));
        var nat = new ArrayList<>(node.nat());
        nat.addFirst(new NatRule.Map(match, real, shown));
        changed = Altered.nat(changed, nat);
      }
      nodes.add(changed);
    }
    change.made(
        Altered.nodes(network, nodes), "%s shows %s as %s".formatted(node.name(), real, shown));
  }

  private <T> T any(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }
}
