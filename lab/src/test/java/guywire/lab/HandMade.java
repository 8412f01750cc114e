package guywire.lab;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.Attachment;
import guywire.network.DnsClient;
import guywire.network.EndpointAddress;
import guywire.network.Firewall;
import guywire.network.Forwarding;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.Internet;
import guywire.network.Internet.Nat;
import guywire.network.Lookup;
import guywire.network.Name;
import guywire.network.NameServer;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.PeerConfig;
import guywire.network.Platform;
import guywire.network.Promise;
import guywire.network.PromisedConnection;
import guywire.network.PromisedReach;
import guywire.network.RouteTable;
import guywire.network.Site;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.network.TunnelInterface;
import guywire.network.Underlay;
import guywire.network.text.Place;
import guywire.protocol.PrivateKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;

/** Networks written down by hand, so that the lab is tested without a planner. */
final class HandMade {

  private static final Map<String, PrivateKey> KEYS = new HashMap<>();

  private HandMade() {}

  static Name name(String text) {
    return new Name(text);
  }

  static Internet internet(Nat nat) {
    return new Internet(
        nat,
        Optional.empty(),
        Optional.empty(),
        OptionalInt.empty(),
        Internet.USUAL_MAPPING_SECONDS);
  }

  static Site site(
      String name,
      String lan,
      String router,
      Internet internet,
      String routerNode,
      String... hosts) {
    var lanHosts = new ArrayList<Site.LanHost>();
    for (int i = 0; i < hosts.length; i += 2) {
      lanHosts.add(new Site.LanHost(name(hosts[i]), List.of(IpAddress.parse(hosts[i + 1]))));
    }
    return new Site(
        name(name),
        List.of(new Site.Lan(Prefix.parse(lan), IpAddress.parse(router))),
        internet,
        Name.tryParse(routerNode),
        lanHosts,
        List.of(),
        List.of());
  }

  static PrivateKey key(String node) {
    return KEYS.computeIfAbsent(node, n -> PrivateKey.generate(new Random(n.hashCode())));
  }

  static PeerConfig peer(String node, String endpoint, int keepalive, String... allowed) {
    int colon = endpoint.lastIndexOf(':');
    return new PeerConfig(
        Optional.of(name(node)),
        key(node).publicKey(),
        Optional.empty(),
        colon < 0
            ? Optional.empty()
            : Optional.of(
                new EndpointAddress(
                    endpoint.substring(0, colon).replace("[", "").replace("]", ""),
                    Integer.parseInt(endpoint.substring(colon + 1)))),
        Arrays.stream(allowed).map(Prefix::parse).toList(),
        keepalive);
  }

  static NodeConfig node(
      String name, String address, int port, boolean forwards, DnsClient dns, PeerConfig... peers) {
    return new NodeConfig(
        name(name),
        Platform.LINUX,
        List.of(
            new TunnelInterface(
                new InterfaceName("wg0"),
                Optional.of(key(name)),
                Optional.empty(),
                List.of(InterfaceAddress.tryParse(address).orElseThrow()),
                port == 0 ? OptionalInt.empty() : OptionalInt.of(port),
                0,
                OptionalInt.of(1420),
                new RouteTable.Auto(),
                dns,
                List.of(peers))),
        List.of(),
        forwards ? Forwarding.ON : Forwarding.UNSTATED,
        Forwarding.UNSTATED,
        Firewall.OPEN,
        List.of(),
        Optional.empty(),
        List.of());
  }

  static Spot spot(String name) {
    int slash = name.indexOf('/');
    return name.equals("internet")
        ? new Spot.Outside()
        : slash < 0
            ? new Spot.Node(name(name))
            : new Spot.Host(name(name.substring(0, slash)), name(name.substring(slash + 1)));
  }

  static Promise promise(
      String from,
      String to,
      String target,
      Transport transport,
      int port,
      boolean arrives,
      String source,
      String... via) {
    return new Promise(
        new PromisedConnection(
            spot(from),
            spot(to),
            IpAddress.parse(target),
            transport,
            port == 0 ? OptionalInt.empty() : OptionalInt.of(port)),
        new PromisedReach(
            arrives,
            IpAddress.tryParse(source),
            Arrays.stream(via).map(HandMade::name).toList(),
            false,
            List.of(),
            OptionalLong.empty()),
        Place.PLANNED,
        from + " to " + to + " " + transport);
  }

  /** Two homes behind NAT, a hub and two roaming devices: the first of the reference networks. */
  static Network twoHomes() {
    var dns = new DnsClient(List.of(IpAddress.parse("192.168.151.1")), List.of());
    String hub = "203.0.113.1:24356";
    NodeConfig ecs =
        node(
            "ecs",
            "192.168.151.1/24",
            24356,
            true,
            DnsClient.NONE,
            peer("router-a", "", 0, "192.168.151.2/32", "192.168.2.0/24"),
            peer("router-b", "", 0, "192.168.151.3/32", "192.168.4.0/24"),
            peer("macbook", "", 0, "192.168.151.4/32"),
            peer("iphone", "", 0, "192.168.151.5/32"));
    var records =
        Map.of(
            name("ecs"), List.of(IpAddress.parse("192.168.151.1")),
            name("nas"), List.of(IpAddress.parse("192.168.2.100")));
    ecs =
        new NodeConfig(
            ecs.name(),
            ecs.platform(),
            ecs.interfaces(),
            ecs.routes(),
            ecs.forwardIpv4(),
            ecs.forwardIpv6(),
            ecs.firewall(),
            ecs.nat(),
            Optional.of(
                new NameServer(
                    List.of(IpAddress.parse("192.168.151.1")),
                    "two-homes.internal",
                    records,
                    List.of())),
            ecs.hooks());
    return new Network(
        name("two-homes"),
        new Underlay(
            List.of(
                site(
                    "home-a",
                    "192.168.2.0/24",
                    "192.168.2.1",
                    internet(Nat.KEEPS_PORTS),
                    "router-a",
                    "nas",
                    "192.168.2.100"),
                site(
                    "home-b",
                    "192.168.4.0/24",
                    "192.168.4.1",
                    internet(Nat.KEEPS_PORTS),
                    "router-b",
                    "pc",
                    "192.168.4.50")),
            List.of(
                new Attachment.Direct(name("ecs"), List.of(IpAddress.parse("203.0.113.1"))),
                new Attachment.InSite(
                    name("router-a"), name("home-a"), List.of(IpAddress.parse("192.168.2.1"))),
                new Attachment.InSite(
                    name("router-b"), name("home-b"), List.of(IpAddress.parse("192.168.4.1"))),
                new Attachment.Roaming(
                    name("macbook"), List.of(internet(Nat.CARRIER), internet(Nat.RANDOM_PORTS))),
                new Attachment.Roaming(name("iphone"), List.of(internet(Nat.KEEPS_PORTS))))),
        List.of(
            ecs,
            node(
                "router-a",
                "192.168.151.2/24",
                0,
                true,
                DnsClient.NONE,
                peer("ecs", hub, 25, "192.168.151.0/24", "192.168.4.0/24")),
            node(
                "router-b",
                "192.168.151.3/24",
                0,
                true,
                DnsClient.NONE,
                peer("ecs", hub, 25, "192.168.151.0/24", "192.168.2.0/24")),
            node(
                "macbook",
                "192.168.151.4/24",
                0,
                false,
                dns,
                peer("ecs", hub, 25, "192.168.151.0/24", "192.168.2.0/24", "192.168.4.0/24")),
            node(
                "iphone",
                "192.168.151.5/24",
                0,
                false,
                dns,
                peer("ecs", hub, 25, "192.168.151.0/24", "192.168.2.0/24", "192.168.4.0/24"))),
        List.of(
            promise("macbook", "home-a/nas", "192.168.2.100", Transport.ICMP, 0, true, ""),
            promise(
                "macbook", "home-b/pc", "192.168.4.50", Transport.TCP, 445, true, "192.168.151.4"),
            promise(
                "home-a/nas",
                "home-b/pc",
                "192.168.4.50",
                Transport.UDP,
                4000,
                true,
                "192.168.2.100",
                "router-a",
                "ecs",
                "router-b"),
            promise(
                "home-b/pc",
                "home-a/nas",
                "192.168.2.100",
                Transport.TCP,
                22,
                true,
                "192.168.4.50"),
            promise("iphone", "ecs", "192.168.151.1", Transport.UDP, 53, true, ""),
            promise("internet", "home-a/nas", "192.168.2.100", Transport.TCP, 22, false, "")),
        List.of(
            new Lookup(
                spot("macbook"),
                "nas.two-homes.internal",
                List.of(IpAddress.parse("192.168.2.100")),
                Place.PLANNED,
                "macbook resolves nas")));
  }
}
