package guywire.agent;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.linux.Link;
import guywire.linux.Netlink;
import guywire.network.Destination;
import guywire.network.DnsClient;
import guywire.network.EndpointAddress;
import guywire.network.Firewall;
import guywire.network.Forwarding;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.network.PeerConfig;
import guywire.network.Platform;
import guywire.network.RouteTable;
import guywire.network.TunnelInterface;
import guywire.network.Way;
import guywire.node.NodeSetup;
import guywire.node.Progress;
import guywire.node.SharedTunnels;
import guywire.node.TunnelProgram;
import guywire.node.WireGuardDevice;
import guywire.protocol.PrivateKey;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which destinations have traffic where no peer's counter can tell. Needs root. */
class TrafficTest {

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final InterfaceName TUNNEL = new InterfaceName("wg0");
  private static final int FIRST = 2;

  /**
   * Linux sends the second redirect 40 ms after the first, and each further one after twice as long
   * (ip_rt_redirect_load in net/ipv4/route.c).
   */
  private static final long REDIRECT_MILLIS = 25;

  /** Peers that would have to call: nothing can be sent to any of them. */
  private static NodeConfig node(int peers) {
    return new NodeConfig(
        new Name("hub"),
        Platform.LINUX,
        List.of(
            new TunnelInterface(
                TUNNEL,
                Optional.of(PrivateKey.generate(RANDOM)),
                Optional.empty(),
                List.of(InterfaceAddress.tryParse("10.9.0.1/24").orElseThrow()),
                OptionalInt.of(51820),
                0,
                OptionalInt.of(1400),
                new RouteTable.Auto(),
                DnsClient.NONE,
                IntStream.range(FIRST, FIRST + peers)
                    .mapToObj(at ->
                        new PeerConfig(
                            Optional.empty(),
                            PrivateKey.generate(RANDOM).publicKey(),
                            Optional.empty(),
                            Optional.empty(),
                            List.of(Prefix.parse("10.9.0." + at + "/32")),
                            0))
                    .toList())),
        List.of(),
        Forwarding.UNSTATED,
        Forwarding.UNSTATED,
        Firewall.OPEN,
        List.of(),
        Optional.empty(),
        List.of());
  }

  private static Name name(int at) {
    return new Name("n" + at);
  }

  private static List<Destination> destinations(int count) {
    return IntStream.range(FIRST, FIRST + count)
        .mapToObj(at ->
            new Destination(
                name(at),
                IpAddress.parse("10.9.0." + at),
                List.of(Prefix.parse("10.9.0." + at + "/32")),
                List.of(new Way(TUNNEL, List.of(), true))))
        .toList();
  }

  private static Map<String, Link> links() {
    try (var netlink = Netlink.open()) {
      return netlink.links().stream().collect(Collectors.toMap(Link::name, link -> link));
    }
  }

  private static void send(int bytes) throws Exception {
    try (var socket = new DatagramSocket()) {
      socket.send(
          new DatagramPacket(new byte[bytes], bytes, new InetSocketAddress("10.9.0.2", 9999)));
    }
  }

  /** What is seen as soon as anything is. */
  private static Set<Name> awaitTraffic(
      Traffic traffic, Map<Name, InterfaceName> used, Map<String, Link> links) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    var seen = traffic.look(used, links, 0);
    while (seen.isEmpty()) {
      assertThat(System.nanoTime() - end).as("traffic is seen").isNegative();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      seen = traffic.look(used, links, 0);
    }
    return seen;
  }

  static List<TunnelProgram> programs() {
    return List.of(TunnelProgram.GUYWIRE, TunnelProgram.WIREGUARD_GO);
  }

  @ParameterizedTest
  @MethodSource("programs")
  void packets_to_a_peer_that_would_have_to_call_are_traffic(TunnelProgram program)
      throws Exception {
    int count = Traffic.MOST_UNSENT + 2;
    try (var tunnels = SharedTunnels.start();
        var box = new Box(tunnels)) {
      NodeSetup.apply(node(count), box.machine(), program, Progress.SILENT);
      box.call(() -> {
        var destinations = destinations(count);
        var used =
            destinations.stream().collect(Collectors.toMap(Destination::node, each -> TUNNEL));
        var links = links();
        var traffic = new Traffic(box.machine(), destinations);
        assertThat(traffic.look(used, links, 0)).isEmpty();

        // A message of ours is none, whenever the program comes to take it.
        traffic.sent(TUNNEL, name(FIRST), ProbeMessage.BYTES);
        send(ProbeMessage.BYTES);
        traffic.look(used, links, 0);
        send(500);
        var first = awaitTraffic(traffic, used, links);
        assertThat(first).as("not all at once").hasSize(Traffic.MOST_UNSENT);
        send(500);
        assertThat(awaitTraffic(traffic, used, links))
            .as("the others")
            .doesNotContainAnyElementsOf(first);
        send(500);
        assertThat(awaitTraffic(traffic, used, links)).hasSize(Traffic.MOST_UNSENT);

        assertThat(traffic.look(Map.of(), links, 0)).as("nothing is reached by it").isEmpty();
        return null;
      });
    }
  }

  private static TunnelInterface tunnel(PrivateKey key, String address, List<PeerConfig> peers) {
    return new TunnelInterface(
        TUNNEL,
        Optional.of(key),
        Optional.empty(),
        List.of(InterfaceAddress.tryParse(address).orElseThrow()),
        OptionalInt.of(51820),
        0,
        OptionalInt.of(1400),
        new RouteTable.Auto(),
        DnsClient.NONE,
        peers);
  }

  private static NodeConfig config(String name, TunnelInterface tunnel, Forwarding forwarding) {
    return new NodeConfig(
        new Name(name),
        Platform.LINUX,
        List.of(tunnel),
        List.of(),
        forwarding,
        Forwarding.UNSTATED,
        Firewall.OPEN,
        List.of(),
        Optional.empty(),
        List.of());
  }

  private static PeerConfig peer(PrivateKey key, String endpoint, String allowed) {
    return new PeerConfig(
        Optional.empty(),
        key.publicKey(),
        Optional.empty(),
        endpoint.isEmpty() ? Optional.empty() : Optional.of(new EndpointAddress(endpoint, 51820)),
        List.of(Prefix.parse(allowed)),
        0);
  }

  private static long received(Box box) {
    return WireGuardDevice.read(box.machine(), TUNNEL).peers().getFirst().receivedBytes();
  }

  private static void awaitReceived(Box box, long more) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (received(box) <= more) {
      assertThat(System.nanoTime() - end).as("something comes").isNegative();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  /**
   * A probe to a phone that is off has the hub say that it can't be reached, and, when some time
   * has passed since it said so last, that there is a shorter way.
   */
  @Test
  void what_says_that_a_message_of_ours_did_not_arrive_is_no_traffic() throws Exception {
    var keyA = PrivateKey.generate(RANDOM);
    var keyHub = PrivateKey.generate(RANDOM);
    var phone = PrivateKey.generate(RANDOM);
    try (var tunnels = SharedTunnels.start();
        var a = new Box(tunnels);
        var hub = new Box(tunnels)) {
      a.connect(hub, "cable", "192.0.2.1", "192.0.2.2");
      NodeSetup.apply(
          config(
              "hub",
              tunnel(
                  keyHub,
                  "10.9.0.1/24",
                  List.of(peer(keyA, "", "10.9.0.9/32"), peer(phone, "", "10.9.0.2/32"))),
              Forwarding.ON),
          hub.machine(),
          TunnelProgram.GUYWIRE,
          Progress.SILENT);
      NodeSetup.apply(
          config(
              "a",
              tunnel(keyA, "10.9.0.9/24", List.of(peer(keyHub, "192.0.2.2", "10.9.0.0/24"))),
              Forwarding.UNSTATED),
          a.machine(),
          TunnelProgram.GUYWIRE,
          Progress.SILENT);
      a.run("ping", "-c", "1", "-W", "20", "10.9.0.1");
      a.call(() -> {
        var destinations = destinations(1);
        var used = Map.of(name(FIRST), TUNNEL);
        var links = links();
        var traffic = new Traffic(a.machine(), destinations);
        traffic.look(used, links, 0);
        for (int round = 0; round < 3; round++) {
          for (int message = 0; message < 2; message++) {
            LockSupport.parkNanos(
                TimeUnit.MILLISECONDS.toNanos(REDIRECT_MILLIS << (2 * round + message)));
            long before = received(a);
            traffic.sent(TUNNEL, name(FIRST), ProbeMessage.BYTES);
            send(ProbeMessage.BYTES);
            awaitReceived(a, before);
          }
          assertThat(traffic.look(used, links, 0)).as("round %d", round).isEmpty();
        }
        long before = received(a);
        send(500);
        send(500);
        awaitReceived(a, before);
        assertThat(awaitTraffic(traffic, used, links)).containsExactly(name(FIRST));
        return null;
      });
      assertThat(redirects(hub)).as("shorter ways were told of").isGreaterThan(1);
    }
  }

  /** How often a machine told of a shorter way. */
  private static long redirects(Box box) throws Exception {
    var lines = box.run("grep", "^Icmp:", "/proc/net/snmp").lines().toList();
    int at = List.of(lines.getFirst().split(" ")).indexOf("OutRedirects");
    return Long.parseLong(lines.getLast().split(" ")[at]);
  }

  /**
   * Packets to phones that are off, from somebody whose agent may be looking for them: at first
   * they are traffic, later they are not, until one of the phones calls.
   */
  @Test
  void whoever_calls_while_others_ask_in_vain_is_looked_at_once() throws Exception {
    var keyA = PrivateKey.generate(RANDOM);
    var keyHub = PrivateKey.generate(RANDOM);
    var phones = List.of(PrivateKey.generate(RANDOM), PrivateKey.generate(RANDOM));
    var unasked = PrivateKey.generate(RANDOM);
    try (var tunnels = SharedTunnels.start();
        var a = new Box(tunnels);
        var hub = new Box(tunnels)) {
      a.connect(hub, "cable", "192.0.2.1", "192.0.2.2");
      NodeSetup.apply(
          config(
              "hub",
              tunnel(
                  keyHub,
                  "10.9.0.1/24",
                  List.of(
                      peer(keyA, "", "10.9.0.9/32"),
                      peer(phones.get(0), "", "10.9.0.2/32"),
                      peer(phones.get(1), "", "10.9.0.3/32"),
                      peer(unasked, "", "10.9.0.4/32"))),
              Forwarding.ON),
          hub.machine(),
          TunnelProgram.GUYWIRE,
          Progress.SILENT);
      NodeSetup.apply(
          config(
              "a",
              tunnel(keyA, "10.9.0.9/24", List.of(peer(keyHub, "192.0.2.2", "10.9.0.0/24"))),
              Forwarding.UNSTATED),
          a.machine(),
          TunnelProgram.GUYWIRE,
          Progress.SILENT);
      a.run("ping", "-c", "1", "-W", "20", "10.9.0.1");
      hub.call(() -> {
        var destinations = destinations(3);
        var used =
            destinations.stream().collect(Collectors.toMap(Destination::node, each -> TUNNEL));
        var traffic = new Traffic(hub.machine(), destinations);
        traffic.look(used, links(), 0);
        calls(hub, unasked);
        assertThat(traffic.look(used, links(), 0)).as("nobody asks").isEmpty();

        askInVain(a);
        assertThat(awaitTraffic(traffic, used, links())).isNotEmpty();
        long later = Traffic.BELIEF + 1;
        askInVain(a);
        assertThat(traffic.look(used, links(), later)).as("these may be probes").isEmpty();
        calls(hub, phones.get(1));
        assertThat(traffic.look(used, links(), later)).containsExactly(name(FIRST + 1));
        assertThat(traffic.look(used, links(), later)).as("once").isEmpty();
        calls(hub, phones.get(0));
        assertThat(traffic.look(used, links(), later + Traffic.DISBELIEF))
            .as("nobody asks any more")
            .isEmpty();
        return null;
      });
    }
  }

  /** A peer is somewhere from now on, as if it had called from there. */
  private static void calls(Box hub, PrivateKey peer) {
    WireGuardDevice.callAt(
        hub.machine(), TUNNEL, peer.publicKey(), new EndpointAddress("192.0.2.1", 51820));
  }

  /** Three packets to a phone that is off; until the hub has said so of each. */
  private static void askInVain(Box from) throws Exception {
    long before = received(from);
    from.run("sh", "-c", "ping -c 3 -i 0.2 -W 1 10.9.0.2; true");
    awaitReceived(from, before);
  }
}
