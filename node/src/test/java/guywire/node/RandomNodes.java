package guywire.node;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.DnsClient;
import guywire.network.EndpointAddress;
import guywire.network.FilterRule.Verdict;
import guywire.network.Firewall;
import guywire.network.Forwarding;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.NameServer;
import guywire.network.NodeConfig;
import guywire.network.PeerConfig;
import guywire.network.Platform;
import guywire.network.Route;
import guywire.network.RouteTable;
import guywire.network.TunnelInterface;
import guywire.protocol.PrivateKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;

/**
 * Random configurations of one node that have much in common, so that a change from one to another
 * keeps some of it, changes some and drops some.
 */
final class RandomNodes {

  private static final List<PrivateKey> KEYS =
      new Random(5).ints(6).mapToObj(seed -> PrivateKey.generate(new Random(seed))).toList();

  private final Random random;

  /** Whether they also have what takes long to start on a real host. */
  private final boolean helpers;

  RandomNodes(Random random, boolean helpers) {
    this.random = random;
    this.helpers = helpers;
  }

  NodeConfig next() {
    var names = new ArrayList<>(List.of("wg0", "wg1", "wg2"));
    Collections.shuffle(names, random);
    var tunnels = new ArrayList<TunnelInterface>();
    boolean full = random.nextInt(3) == 0;
    for (int i = 0; i <= random.nextInt(2); i++) {
      tunnels.add(tunnel(names.get(i), i, full && i == 0));
    }
    return new NodeConfig(
        new Name(random.nextBoolean() ? "node" : "renamed"),
        Platform.LINUX,
        tunnels,
        some(
            List.of(
                route("172.16.0.0/12", 5), route("172.31.0.0/16", 0), route("203.0.113.0/24", 7))),
        random.nextBoolean() ? Forwarding.ON : Forwarding.UNSTATED,
        random.nextBoolean() ? Forwarding.ON : Forwarding.UNSTATED,
        random.nextBoolean()
            ? Firewall.OPEN
            : new Firewall(
                List.of(),
                Verdict.ACCEPT,
                List.of(),
                random.nextBoolean() ? Verdict.DROP : Verdict.REJECT,
                random.nextBoolean()),
        List.of(),
        helpers && random.nextInt(3) == 0
            ? Optional.of(
                new NameServer(
                    List.of(tunnels.getFirst().addresses().getFirst().address()),
                    "home.internal",
                    Map.of(new Name("nas"), List.of(IpAddress.parse("10.9.0.7"))),
                    List.of()))
            : Optional.empty(),
        List.of());
  }

  private static Route route(String to, int metric) {
    return new Route(
        Prefix.parse(to),
        Optional.of(IpAddress.parse("192.0.2.2")),
        Optional.empty(),
        metric == 0 ? OptionalInt.empty() : OptionalInt.of(metric));
  }

  private TunnelInterface tunnel(String name, int number, boolean full) {
    var peers = new ArrayList<PeerConfig>();
    for (int i = 2; i < KEYS.size(); i++) {
      if (random.nextBoolean()) {
        var allowed = new ArrayList<Prefix>();
        allowed.add(Prefix.parse("10.%d.%d.0/24".formatted(20 + number, i)));
        if (random.nextBoolean()) {
          allowed.add(Prefix.parse("fd00:%d:%d::/64".formatted(20 + number, i)));
        }
        if (full && i == KEYS.size() - 1) {
          allowed.add(Prefix.parse("0.0.0.0/0"));
        }
        peers.add(
            new PeerConfig(
                Optional.empty(),
                KEYS.get(i).publicKey(),
                Optional.empty(),
                random.nextBoolean()
                    ? Optional.of(new EndpointAddress("192.0.2." + (70 + i), 51820))
                    : Optional.empty(),
                allowed,
                random.nextInt(2) * 25));
      }
    }
    return new TunnelInterface(
        new InterfaceName(name),
        Optional.of(KEYS.get(number)),
        Optional.empty(),
        some(
            List.of(
                address("10.9.%d.1/24".formatted(number)),
                address("fd00:9:%d::1/64".formatted(number)),
                address("10.8.%d.1/32".formatted(number)))),
        OptionalInt.of(51820 + number),
        0,
        random.nextBoolean() ? OptionalInt.of(1400 + random.nextInt(3)) : OptionalInt.empty(),
        table(),
        random.nextInt(3) == 0
            ? new DnsClient(
                List.of(IpAddress.parse("10.9.0." + (50 + random.nextInt(2)))), List.of("home"))
            : DnsClient.NONE,
        peers);
  }

  private RouteTable table() {
    return switch (random.nextInt(10)) {
      case 0, 1 -> new RouteTable.Chosen();
      case 2, 3 ->
          new RouteTable.Onward(
              some(List.of(Prefix.parse("10.20.2.7/32"), Prefix.parse("fd00:20:2::7/128"))));
      case 4 -> new RouteTable.ToGateway();
      case 5 ->
          new RouteTable.FromLan(
              some(List.of(Prefix.parse("10.20.3.0/24"), Prefix.parse("fd00:20:3::/64"))));
      default -> new RouteTable.Auto();
    };
  }

  private static InterfaceAddress address(String text) {
    return InterfaceAddress.tryParse(text).orElseThrow();
  }

  /** Some of them, at least the first. */
  private <T> List<T> some(List<T> all) {
    return all.stream().filter(each -> each == all.getFirst() || random.nextBoolean()).toList();
  }
}
