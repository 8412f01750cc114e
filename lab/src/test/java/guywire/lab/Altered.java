package guywire.lab;

import guywire.address.Prefix;
import guywire.network.Attachment;
import guywire.network.EndpointAddress;
import guywire.network.Firewall;
import guywire.network.Forwarding;
import guywire.network.InterfaceAddress;
import guywire.network.Internet;
import guywire.network.NatRule;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.PeerConfig;
import guywire.network.Route;
import guywire.network.RouteTable;
import guywire.network.Site;
import guywire.network.TunnelInterface;
import guywire.network.Underlay;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Values that differ from others in one part. */
final class Altered {

  private Altered() {}

  static PeerConfig key(PeerConfig peer, PublicKey key) {
    return new PeerConfig(
        peer.name(),
        key,
        peer.presharedKey(),
        peer.endpoint(),
        peer.allowedIps(),
        peer.keepaliveSeconds());
  }

  static PeerConfig preshared(PeerConfig peer, Optional<PresharedKey> key) {
    return new PeerConfig(
        peer.name(),
        peer.publicKey(),
        key,
        peer.endpoint(),
        peer.allowedIps(),
        peer.keepaliveSeconds());
  }

  static PeerConfig endpoint(PeerConfig peer, Optional<EndpointAddress> endpoint) {
    return new PeerConfig(
        peer.name(),
        peer.publicKey(),
        peer.presharedKey(),
        endpoint,
        peer.allowedIps(),
        peer.keepaliveSeconds());
  }

  static PeerConfig allowed(PeerConfig peer, List<Prefix> allowed) {
    return new PeerConfig(
        peer.name(),
        peer.publicKey(),
        peer.presharedKey(),
        peer.endpoint(),
        allowed,
        peer.keepaliveSeconds());
  }

  static PeerConfig keepalive(PeerConfig peer, int seconds) {
    return new PeerConfig(
        peer.name(),
        peer.publicKey(),
        peer.presharedKey(),
        peer.endpoint(),
        peer.allowedIps(),
        seconds);
  }

  static TunnelInterface peers(TunnelInterface tunnel, List<PeerConfig> peers) {
    return with(tunnel, tunnel.privateKey(), tunnel.addresses(), tunnel.table(), peers);
  }

  static TunnelInterface table(TunnelInterface tunnel, RouteTable table) {
    return with(tunnel, tunnel.privateKey(), tunnel.addresses(), table, tunnel.peers());
  }

  static TunnelInterface key(TunnelInterface tunnel, PrivateKey key) {
    return with(tunnel, Optional.of(key), tunnel.addresses(), tunnel.table(), tunnel.peers());
  }

  static TunnelInterface addresses(TunnelInterface tunnel, List<InterfaceAddress> addresses) {
    return with(tunnel, tunnel.privateKey(), addresses, tunnel.table(), tunnel.peers());
  }

  private static TunnelInterface with(
      TunnelInterface tunnel,
      Optional<PrivateKey> key,
      List<InterfaceAddress> addresses,
      RouteTable table,
      List<PeerConfig> peers) {
    return new TunnelInterface(
        tunnel.name(),
        key,
        Optional.empty(),
        addresses,
        tunnel.listenPort(),
        tunnel.firewallMark(),
        tunnel.mtu(),
        table,
        tunnel.dns(),
        peers);
  }

  static TunnelInterface port(TunnelInterface tunnel, OptionalInt port) {
    return new TunnelInterface(
        tunnel.name(),
        tunnel.privateKey(),
        tunnel.publicKey(),
        tunnel.addresses(),
        port,
        tunnel.firewallMark(),
        tunnel.mtu(),
        tunnel.table(),
        tunnel.dns(),
        tunnel.peers());
  }

  static NodeConfig interfaces(NodeConfig node, List<TunnelInterface> interfaces) {
    return node.withInterfaces(interfaces);
  }

  static NodeConfig route(NodeConfig node, Route route) {
    var routes = new ArrayList<>(node.routes());
    routes.add(route);
    return with(node, node.interfaces(), routes, node.firewall(), node.nat());
  }

  static NodeConfig firewall(NodeConfig node, Firewall firewall) {
    return node.withFirewall(firewall);
  }

  static NodeConfig nat(NodeConfig node, List<NatRule> nat) {
    return node.withNat(nat);
  }

  private static NodeConfig with(
      NodeConfig node,
      List<TunnelInterface> interfaces,
      List<Route> routes,
      Firewall firewall,
      List<NatRule> nat) {
    return new NodeConfig(
        node.name(),
        node.platform(),
        interfaces,
        routes,
        node.forwardIpv4(),
        node.forwardIpv6(),
        firewall,
        nat,
        node.nameServer(),
        node.hooks());
  }

  static NodeConfig forwarding(NodeConfig node, Forwarding ipv4, Forwarding ipv6) {
    return node.withForwarding(ipv4, ipv6);
  }

  static Site internet(Site site, Internet internet) {
    return with(site, internet, site.routes(), site.portForwards());
  }

  static Site routes(Site site, List<Site.LanRoute> routes) {
    return with(site, site.internet(), routes, site.portForwards());
  }

  static Site forwards(Site site, List<Site.PortForward> forwards) {
    return with(site, site.internet(), site.routes(), forwards);
  }

  private static Site with(
      Site site,
      Internet internet,
      List<Site.LanRoute> routes,
      List<Site.PortForward> portForwards) {
    return new Site(
        site.name(), site.lans(), internet, site.routerNode(), site.hosts(), routes, portForwards);
  }

  static Network nodes(Network network, List<NodeConfig> nodes) {
    return new Network(network.name(), network.underlay(), nodes, List.of(), network.lookups());
  }

  static Network underlay(Network network, List<Site> sites, List<Attachment> attachments) {
    return new Network(
        network.name(),
        new Underlay(sites, attachments),
        network.nodes(),
        List.of(),
        network.lookups());
  }
}
