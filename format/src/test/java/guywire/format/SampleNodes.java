package guywire.format;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.*;
import guywire.network.FilterRule.Verdict;
import guywire.network.PacketMatch.Connections;
import guywire.network.PacketMatch.InterfaceMatch;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;

/** Nodes for tests: one by hand with a bit of everything, and as many as wanted from seeds. */
public final class SampleNodes {

  private static final FilterRule ESTABLISHED =
      new FilterRule(PacketMatch.ANY.of(Connections.ESTABLISHED), Verdict.ACCEPT, "");

  public static final InterfaceName WG0 = new InterfaceName("wg0");

  private final Random random;

  private SampleNodes(long seed) {
    this.random = new Random(seed);
  }

  /** A gateway with LAN, firewall, NAT and name server. */
  public static NodeConfig gateway(Platform platform) {
    var sample = new SampleNodes(1);
    var hub =
        new PeerConfig(
            Optional.of(new Name("hub")),
            PrivateKey.generate(sample.random).publicKey(),
            Optional.of(PresharedKey.generate(sample.random)),
            Optional.of(new EndpointAddress("hub.example.net", 51820)),
            prefixes("10.9.0.0/24", "192.168.4.0/24", "fd00:9::/64"),
            25);
    var tunnel =
        new TunnelInterface(
            WG0,
            Optional.of(PrivateKey.generate(sample.random)),
            Optional.empty(),
            List.of(address("10.9.0.2/24"), address("fd00:9::2/64")),
            OptionalInt.of(51821),
            0,
            OptionalInt.of(1420),
            new RouteTable.Auto(),
            new DnsClient(List.of(IpAddress.parse("10.9.0.1")), List.of("two-homes.internal")),
            List.of(hub));
    var in = PacketMatch.ANY.comingIn(InterfaceMatch.of(WG0));
    var roaming = in.from(prefixes("10.9.0.128/25", "fd00:9:0:0:1::/80"));
    var lan = prefixes("192.168.2.0/24");
    return new NodeConfig(
        new Name("router-a"),
        platform,
        List.of(tunnel),
        List.of(
            new Route(
                Prefix.parse("10.77.0.0/16"),
                Optional.empty(),
                Optional.of(WG0),
                OptionalInt.of(7))),
        Forwarding.ON,
        Forwarding.ON,
        new Firewall(
            List.of(
                new FilterRule(PacketMatch.ANY.of(Connections.ESTABLISHED), Verdict.ACCEPT, ""),
                new FilterRule(in.carrying(Transport.ICMP, List.of()), Verdict.ACCEPT, "ping"),
                new FilterRule(
                    in.carrying(Transport.TCP, List.of(PortRange.of(22), new PortRange(80, 89))),
                    Verdict.ACCEPT,
                    "it's ssh & web $HOME `id` 管理"),
                new FilterRule(in, Verdict.DROP, "")),
            Verdict.ACCEPT,
            List.of(
                new FilterRule(PacketMatch.ANY.of(Connections.ESTABLISHED), Verdict.ACCEPT, ""),
                new FilterRule(
                    in.from(prefixes("10.9.0.0/24", "192.168.4.0/24")).to(lan),
                    Verdict.ACCEPT,
                    "sites"),
                new FilterRule(
                    roaming
                        .to(prefixes("192.168.2.0/24", "fd00:2::/64"))
                        .carrying(Transport.UDP, List.of(PortRange.of(53))),
                    Verdict.REJECT,
                    "no names"),
                new FilterRule(in, Verdict.DROP, "rest")),
            Verdict.ACCEPT,
            true),
        List.of(
            new NatRule.Masquerade(
                in.from(prefixes("10.9.0.128/25")).goingOut(InterfaceMatch.not(WG0)))),
        Optional.of(
            new NameServer(
                List.of(IpAddress.parse("10.9.0.2")),
                "two-homes.internal",
                Map.of(new Name("nas"), List.of(IpAddress.parse("192.168.2.100"))),
                List.of(IpAddress.parse("9.9.9.9")))),
        List.of());
  }

  /** A phone whose traffic all goes through a hub. */
  public static NodeConfig phone(Platform platform) {
    var random = new Random(2);
    var hub =
        new PeerConfig(
            Optional.of(new Name("hub")),
            PrivateKey.generate(random).publicKey(),
            Optional.empty(),
            Optional.of(new EndpointAddress("2001:db8::1", 51820)),
            prefixes("0.0.0.0/0", "::/0"),
            25);
    return plain(
        "iphone",
        platform,
        List.of(
            new TunnelInterface(
                WG0,
                Optional.of(PrivateKey.generate(random)),
                Optional.empty(),
                List.of(address("10.9.0.130/32"), address("fd00:9::130/128")),
                OptionalInt.empty(),
                0,
                OptionalInt.of(1280),
                new RouteTable.Auto(),
                new DnsClient(List.of(IpAddress.parse("10.9.0.1")), List.of("example.internal")),
                List.of(hub))));
  }

  /** A node of tunnels only. */
  public static NodeConfig plain(String name, Platform platform, List<TunnelInterface> tunnels) {
    return new NodeConfig(
        new Name(name),
        platform,
        tunnels,
        List.of(),
        Forwarding.UNSTATED,
        Forwarding.UNSTATED,
        Firewall.OPEN,
        List.of(),
        Optional.empty(),
        List.of());
  }

  /** A node from a seed: some tunnels, a firewall, NAT, routes. */
  public static NodeConfig random(long seed, Platform platform) {
    return new SampleNodes(seed).node(platform);
  }

  private NodeConfig node(Platform platform) {
    var tunnels = new ArrayList<TunnelInterface>();
    tunnels.add(tunnel(WG0, 9));
    if (random.nextInt(4) == 0) {
      tunnels.add(tunnel(new InterfaceName("wg_b"), 10));
    }
    boolean filters = random.nextBoolean();
    return new NodeConfig(
        new Name("node-" + random.nextInt(100)),
        platform,
        tunnels,
        routes(),
        random.nextBoolean() ? Forwarding.ON : Forwarding.UNSTATED,
        random.nextBoolean() ? Forwarding.ON : Forwarding.UNSTATED,
        filters
            ? new Firewall(
                rules(false), verdict(), rules(true), verdict(), output(), random.nextBoolean())
            : Firewall.OPEN,
        filters ? nat() : List.of(),
        Optional.empty(),
        List.of());
  }

  private TunnelInterface tunnel(InterfaceName name, int net) {
    var peers = new ArrayList<PeerConfig>();
    int count = 1 + random.nextInt(4);
    boolean full = random.nextInt(5) == 0;
    for (int i = 0; i < count; i++) {
      var allowed = new ArrayList<Prefix>();
      allowed.add(Prefix.parse("10.%d.0.%d/32".formatted(net, 10 + i)));
      if (random.nextBoolean()) {
        allowed.add(Prefix.parse("10.%d.%d.0/24".formatted(net + 20, i)));
      }
      if (random.nextBoolean()) {
        allowed.add(Prefix.parse("fd00:%d:%d::/64".formatted(net, i)));
      }
      if (full && i == 0) {
        allowed.add(Prefix.ALL_IPV4);
        if (random.nextBoolean()) {
          allowed.add(Prefix.ALL_IPV6);
        }
      }
      peers.add(
          new PeerConfig(
              random.nextBoolean() ? Optional.of(new Name("peer-" + i)) : Optional.empty(),
              PrivateKey.generate(random).publicKey(),
              random.nextBoolean() ? Optional.of(PresharedKey.generate(random)) : Optional.empty(),
              endpoint(),
              allowed,
              random.nextBoolean() ? 25 : 0));
    }
    var addresses = new ArrayList<InterfaceAddress>();
    addresses.add(address("10.%d.0.1/%d".formatted(net, random.nextBoolean() ? 24 : 32)));
    addresses.add(address("fd00:%d:ffff::1/%d".formatted(net, random.nextBoolean() ? 64 : 128)));
    boolean dns = random.nextInt(3) == 0;
    return new TunnelInterface(
        name,
        Optional.of(PrivateKey.generate(random)),
        Optional.empty(),
        addresses,
        random.nextBoolean() ? OptionalInt.of(51820 + net) : OptionalInt.empty(),
        random.nextInt(4) == 0 ? 0x8888 : 0,
        random.nextBoolean() ? OptionalInt.of(1380) : OptionalInt.empty(),
        switch (random.nextInt(6)) {
          case 0 -> new RouteTable.Off();
          case 1 -> new RouteTable.Number(1000 + net);
          default -> new RouteTable.Auto();
        },
        dns
            ? new DnsClient(
                List.of(IpAddress.parse("10.9.0.53"), IpAddress.parse("fd00:9::53")),
                random.nextBoolean() ? List.of("corp.example") : List.of())
            : DnsClient.NONE,
        peers);
  }

  private Optional<EndpointAddress> endpoint() {
    return switch (random.nextInt(4)) {
      case 0 -> Optional.empty();
      case 1 -> Optional.of(new EndpointAddress("vpn.example.net", 443));
      case 2 -> Optional.of(new EndpointAddress("2001:db8::7", 51820));
      default -> Optional.of(new EndpointAddress("203.0.113.7", 51820));
    };
  }

  private List<Route> routes() {
    return random.nextInt(3) != 0
        ? List.of()
        : List.of(
            new Route(
                Prefix.parse("10.200.0.0/16"),
                Optional.empty(),
                Optional.of(WG0),
                OptionalInt.empty()),
            new Route(
                Prefix.parse("fd00:200::/48"),
                Optional.of(IpAddress.parse("fd00:9:0:1::1")),
                Optional.of(WG0),
                OptionalInt.of(77)));
  }

  private Verdict verdict() {
    return Verdict.values()[random.nextInt(3)];
  }

  private List<FilterRule> rules(boolean forwarded) {
    var rules = new ArrayList<FilterRule>();
    rules.add(ESTABLISHED);
    IntStream.range(0, random.nextInt(5))
        .forEach(i -> rules.add(new FilterRule(match(forwarded), verdict(), "rule-" + i)));
    return rules;
  }

  /** What the node itself may send into the tunnel. */
  private List<FilterRule> output() {
    var rules = new ArrayList<FilterRule>();
    if (random.nextBoolean()) {
      rules.add(ESTABLISHED);
      IntStream.range(0, 1 + random.nextInt(3))
          .forEach(i ->
              rules.add(
                  new FilterRule(
                      narrowed(PacketMatch.ANY.goingOut(InterfaceMatch.of(WG0))),
                      verdict(),
                      "sent-" + i)));
    }
    return rules;
  }

  private PacketMatch match(boolean forwarded) {
    var wg0 = random.nextInt(4) == 0 ? InterfaceMatch.not(WG0) : InterfaceMatch.of(WG0);
    var match = PacketMatch.ANY.comingIn(wg0);
    if (forwarded && random.nextBoolean()) {
      match =
          match.goingOut(random.nextBoolean() ? InterfaceMatch.not(WG0) : InterfaceMatch.of(WG0));
    }
    return narrowed(match);
  }

  /** Asks for addresses and what is carried, too. */
  private PacketMatch narrowed(PacketMatch sides) {
    var match =
        switch (random.nextInt(4)) {
          case 0 -> sides.from(prefixes("10.9.0.0/24"));
          case 1 -> sides.from(prefixes("10.9.0.0/24", "10.11.0.0/16", "fd00:9::/48"));
          default -> sides;
        };
    match =
        switch (random.nextInt(4)) {
          case 0 -> match.to(prefixes("192.168.2.0/24", "192.168.3.7/32"));
          case 1 -> match.to(prefixes("192.168.2.0/24", "fd00:2::/64"));
          default -> match;
        };
    return switch (random.nextInt(4)) {
      case 0 -> match.carrying(Transport.TCP, List.of(PortRange.of(22), new PortRange(80, 89)));
      case 1 -> match.carrying(Transport.UDP, List.of(PortRange.of(53)));
      case 2 -> match.carrying(Transport.ICMP, List.of());
      default -> match;
    };
  }

  private List<NatRule> nat() {
    var rules = new ArrayList<NatRule>();
    var out = PacketMatch.ANY.goingOut(InterfaceMatch.not(WG0));
    var in = PacketMatch.ANY.comingIn(InterfaceMatch.of(WG0));
    if (random.nextBoolean()) {
      rules.add(
          new NatRule.Destination(
              in.carrying(Transport.TCP, List.of(PortRange.of(2222))).to(prefixes("10.9.0.1/32")),
              IpAddress.parse("192.168.2.10"),
              OptionalInt.of(22)));
    }
    if (random.nextBoolean()) {
      rules.add(new NatRule.Masquerade(out.from(prefixes("10.9.0.0/24", "10.11.0.0/16"))));
    }
    if (random.nextBoolean()) {
      rules.add(
          new NatRule.Source(out.from(prefixes("10.10.0.0/24")), IpAddress.parse("192.168.2.1")));
    }
    return rules;
  }

  public static InterfaceAddress address(String text) {
    return InterfaceAddress.tryParse(text).orElseThrow();
  }

  public static List<Prefix> prefixes(String... texts) {
    return java.util.Arrays.stream(texts).map(Prefix::parse).toList();
  }
}
