package guywire.prove;

import guywire.address.Prefix;
import guywire.network.Attachment;
import guywire.network.DnsClient;
import guywire.network.EndpointAddress;
import guywire.network.Forwarding;
import guywire.network.Hook.When;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.PeerConfig;
import guywire.network.Places;
import guywire.network.RouteTable;
import guywire.network.TunnelInterface;
import guywire.prove.Facts.NameFacts;
import guywire.prove.HostFacts.Trait;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** A network and facts under construction: a hub on the internet and a laptop behind NAT. */
final class Scene {

  static final String HUB = "1.1.1.1:51820";

  final Net net = new Net();
  private final Map<Name, HostFacts> facts = new HashMap<>();
  private final Map<String, NameFacts> names = new HashMap<>();

  Net.NodeBuilder hub() {
    return net.node("hub").at("1.1.1.1").address("10.0.0.1/24").listen(51820).forwards();
  }

  /** The hub, and a laptop that the hub knows. */
  Net.NodeBuilder pair() {
    hub().peer("laptop", "10.0.0.2/32");
    return laptop();
  }

  Net.NodeBuilder laptop() {
    return net.node("laptop").address("10.0.0.2/24");
  }

  /** The hub, and a laptop that calls it. */
  Net.NodeBuilder working() {
    return pair().peer("hub", HUB, 25, "10.0.0.0/24");
  }

  /** A gateway in an office, whose LAN the hub routes there. */
  Net.NodeBuilder office() {
    net.site("office").lan("172.19.50.0/24");
    hub().peer("gw", "10.0.0.3/32", "172.19.50.0/24").peer("laptop", "10.0.0.2/32");
    laptop().peer("hub", HUB, 25, "10.0.0.0/24", "172.19.50.0/24");
    return net.node("gw")
        .in("office", "172.19.50.2")
        .address("10.0.0.3/24")
        .forwards()
        .peer("hub", HUB, 25, "10.0.0.0/24");
  }

  void has(String node, Trait... traits) {
    know(node, List.of("eth0"), OptionalInt.empty(), traits);
  }

  void know(String node, List<String> interfaces, OptionalInt mtu, Trait... traits) {
    facts.put(
        new Name(node),
        new HostFacts(
            Optional.<Attachment>empty(), interfaces, Forwarding.UNSTATED, mtu, Set.of(traits)));
  }

  /** What is known of a host name. */
  void know(String name, boolean dynamic, String... addresses) {
    names.put(name, new NameFacts(List.of(addresses).stream().map(Net::ip).toList(), dynamic));
  }

  void up(String node, String command) {
    net.node(node).hook(When.POST_UP, command);
  }

  /** A second interface, wg1, with one peer. */
  static TunnelInterface second(String address, int port, String... allowed) {
    return new TunnelInterface(
        new InterfaceName("wg1"),
        Optional.of(Net.key("second")),
        Optional.empty(),
        List.of(InterfaceAddress.tryParse(address).orElseThrow()),
        OptionalInt.of(port),
        0,
        OptionalInt.empty(),
        new RouteTable.Auto(),
        DnsClient.NONE,
        List.of(
            new PeerConfig(
                Optional.empty(),
                Net.key("elsewhere").publicKey(),
                Optional.empty(),
                Optional.of(new EndpointAddress("8.8.8.8", 1)),
                List.of(allowed).stream().map(Prefix::parse).toList(),
                25)));
  }

  /** The network as if read from files. */
  Subject subject() {
    var plain = net.build();
    var nodes =
        plain.nodes().stream()
            .map(node -> HookModel.applied(node, facts.getOrDefault(node.name(), HostFacts.NONE)))
            .toList();
    var network = new Network(plain.name(), plain.underlay(), nodes, List.of());
    var places = new HashMap<Name, Places>();
    nodes.stream().map(NodeConfig::name).forEach(name -> places.put(name, Places.PLANNED));
    return new Subject(network, places, new Facts(facts, List.of(), names, List.of()), List.of());
  }
}
