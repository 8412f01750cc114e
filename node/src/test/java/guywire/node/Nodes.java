package guywire.node;

import guywire.address.Prefix;
import guywire.network.DnsClient;
import guywire.network.EndpointAddress;
import guywire.network.Firewall;
import guywire.network.Forwarding;
import guywire.network.Hook;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.NameServer;
import guywire.network.NatRule;
import guywire.network.NodeConfig;
import guywire.network.PeerConfig;
import guywire.network.Platform;
import guywire.network.Route;
import guywire.network.RouteTable;
import guywire.network.TunnelInterface;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Makes node configurations for tests, one part at a time. */
final class Nodes {

  static final InterfaceName WG0 = new InterfaceName("wg0");

  final PrivateKey key;
  InterfaceName name = WG0;
  String address = "10.9.0.1/24";
  OptionalInt port = OptionalInt.empty();
  OptionalInt mtu = OptionalInt.of(1420);
  DnsClient dns = DnsClient.NONE;
  Forwarding forwarding = Forwarding.UNSTATED;
  Forwarding forwardingIpv6 = Forwarding.UNSTATED;
  Firewall firewall = Firewall.OPEN;
  List<NatRule> nat = List.of();
  List<Route> routes = List.of();
  Optional<NameServer> nameServer = Optional.empty();
  List<Hook> hooks = List.of();
  final List<PeerConfig> peers = new ArrayList<>();

  Nodes(PrivateKey key) {
    this.key = key;
  }

  static Nodes node(PrivateKey key, String address) {
    var node = new Nodes(key);
    node.address = address;
    return node;
  }

  Nodes listening(int number) {
    port = OptionalInt.of(number);
    return this;
  }

  Nodes peer(PrivateKey other, Optional<PresharedKey> secret, String endpoint, String... allowed) {
    int colon = endpoint.lastIndexOf(':');
    peers.add(
        new PeerConfig(
            Optional.empty(),
            other.publicKey(),
            secret,
            endpoint.isEmpty()
                ? Optional.empty()
                : Optional.of(
                    new EndpointAddress(
                        endpoint.substring(0, colon),
                        Integer.parseInt(endpoint.substring(colon + 1)))),
            java.util.Arrays.stream(allowed).map(Prefix::parse).toList(),
            0));
    return this;
  }

  NodeConfig config() {
    var tunnel =
        new TunnelInterface(
            name,
            Optional.of(key),
            Optional.empty(),
            List.of(InterfaceAddress.tryParse(address).orElseThrow()),
            port,
            0,
            mtu,
            new RouteTable.Auto(),
            dns,
            peers);
    return new NodeConfig(
        new Name("node"),
        Platform.LINUX,
        List.of(tunnel),
        routes,
        forwarding,
        forwardingIpv6,
        firewall,
        nat,
        nameServer,
        hooks);
  }
}
