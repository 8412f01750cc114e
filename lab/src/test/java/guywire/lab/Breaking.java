package guywire.lab;

import guywire.network.config.FilterRule.Verdict;
import guywire.network.config.Firewall;
import guywire.network.config.Forwarding;
import guywire.network.config.Network;
import guywire.network.config.NodeConfig;
import guywire.network.config.PeerConfig;
import guywire.network.config.RouteTable;
import guywire.network.config.TunnelInterface;
import guywire.protocol.Prefix;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Breaks a planned network in the ways that people break theirs by hand. */
final class Breaking {

  private final SplittableRandom random;
  private final List<String> broken = new ArrayList<>();
  private Network network;

  Breaking(Network network, SplittableRandom random) {
    this.network = network;
    this.random = random;
  }

  Network network() {
    return network;
  }

  List<String> broken() {
    return List.copyOf(broken);
  }

  void breakSomething() {
    var nodes = new ArrayList<>(network.nodes());
    int at = random.nextInt(nodes.size());
    nodes.set(at, broken(nodes.get(at)));
    network = new Network(network.name(), network.underlay(), nodes, List.of());
  }

  private NodeConfig broken(NodeConfig node) {
    switch (random.nextInt(12)) {
      case 0 -> {
        broken.add(node.name() + " does not forward");
        return with(node, node.interfaces(), Forwarding.OFF, node.firewall());
      }
      case 1 -> {
        broken.add(node.name() + " drops what it should forward");
        var firewall = node.firewall();
        return with(
            node,
            node.interfaces(),
            node.forwardIpv4(),
            new Firewall(
                firewall.input(),
                firewall.inputDefault(),
                List.of(),
                Verdict.DROP,
                firewall.clampMss()));
      }
      case 2 -> {
        broken.add(node.name() + " rewrites no addresses");
        return new NodeConfig(
            node.name(),
            node.platform(),
            node.interfaces(),
            node.routes(),
            node.forwardIpv4(),
            node.forwardIpv6(),
            node.firewall(),
            List.of(),
            node.nameServer(),
            node.hooks());
      }
      default -> {
        var tunnel = node.interfaces().getFirst();
        return with(node, List.of(broken(node, tunnel)), node.forwardIpv4(), node.firewall());
      }
    }
  }

  private TunnelInterface broken(NodeConfig node, TunnelInterface tunnel) {
    if (tunnel.peers().isEmpty() || random.nextInt(10) == 0) {
      broken.add(node.name() + " has no routes into its tunnel");
      return with(tunnel, new RouteTable.Off(), tunnel.peers());
    }
    var peers = new ArrayList<>(tunnel.peers());
    int at = random.nextInt(peers.size());
    var peer = peers.get(at);
    String what = node.name() + ": peer " + peer.name().map(Object::toString).orElse("?");
    switch (random.nextInt(7)) {
      case 0 -> {
        broken.add(what + " is missing");
        peers.remove(at);
      }
      case 1 -> {
        broken.add(what + " has another key");
        var key = PrivateKey.generate(random).publicKey();
        peers.set(
            at,
            new PeerConfig(
                peer.name(),
                key,
                peer.presharedKey(),
                peer.endpoint(),
                peer.allowedIps(),
                peer.keepaliveSeconds()));
      }
      case 2 -> {
        broken.add(what + " has another pre-shared key");
        peers.set(
            at,
            new PeerConfig(
                peer.name(),
                peer.publicKey(),
                Optional.of(PresharedKey.generate(random)),
                peer.endpoint(),
                peer.allowedIps(),
                peer.keepaliveSeconds()));
      }
      case 3 -> {
        broken.add(what + " has no endpoint");
        peers.set(
            at,
            new PeerConfig(
                peer.name(),
                peer.publicKey(),
                peer.presharedKey(),
                Optional.empty(),
                peer.allowedIps(),
                peer.keepaliveSeconds()));
      }
      case 4, 5 -> {
        var allowed = new ArrayList<>(peer.allowedIps());
        if (!allowed.isEmpty()) {
          broken.add(what + " lacks " + allowed.remove(random.nextInt(allowed.size())));
        }
        peers.set(at, with(peer, allowed));
      }
      default -> {
        Prefix stolen = stolen(peers);
        broken.add(what + " takes " + stolen);
        var allowed = new ArrayList<>(peer.allowedIps());
        allowed.add(stolen);
        peers.set(at, with(peer, allowed));
      }
    }
    return with(tunnel, tunnel.table(), peers);
  }

  private Prefix stolen(List<PeerConfig> peers) {
    var all = peers.stream().flatMap(peer -> peer.allowedIps().stream()).distinct().toList();
    return all.isEmpty() ? Prefix.parse("10.77.0.0/17") : all.get(random.nextInt(all.size()));
  }

  private static PeerConfig with(PeerConfig peer, List<Prefix> allowed) {
    return new PeerConfig(
        peer.name(),
        peer.publicKey(),
        peer.presharedKey(),
        peer.endpoint(),
        allowed,
        peer.keepaliveSeconds());
  }

  private static TunnelInterface with(
      TunnelInterface tunnel, RouteTable table, List<PeerConfig> peers) {
    return new TunnelInterface(
        tunnel.name(),
        tunnel.privateKey(),
        tunnel.publicKey(),
        tunnel.addresses(),
        tunnel.listenPort(),
        tunnel.firewallMark(),
        tunnel.mtu(),
        table,
        tunnel.dns(),
        peers);
  }

  private static NodeConfig with(
      NodeConfig node,
      List<TunnelInterface> interfaces,
      Forwarding forwardIpv4,
      Firewall firewall) {
    return new NodeConfig(
        node.name(),
        node.platform(),
        interfaces,
        node.routes(),
        forwardIpv4,
        node.forwardIpv6(),
        firewall,
        node.nat(),
        node.nameServer(),
        node.hooks());
  }
}
