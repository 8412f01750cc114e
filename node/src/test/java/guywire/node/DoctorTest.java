package guywire.node;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.InterfaceName;
import guywire.node.NodeState.PeerState;
import guywire.node.Obstacle.Kind;
import guywire.protocol.PrivateKey;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What is found on a host that is not well. The last test needs root. */
class DoctorTest {

  private static final SecureRandom RANDOM = new SecureRandom();

  private static NodeState listening(int port) {
    var peer =
        new PeerState(
            PrivateKey.generate(RANDOM).publicKey(),
            false,
            Optional.empty(),
            List.of("10.9.0.2/32"),
            Optional.empty(),
            0,
            0,
            0);
    return new NodeState(
        new InterfaceName("wg0"),
        Optional.empty(),
        true,
        "kernel",
        Optional.empty(),
        port,
        0,
        1420,
        List.of(),
        List.of(peer),
        new TreeMap<>(),
        List.of(),
        List.of());
  }

  private static String table(String name, String policy, String rule) {
    return """
    table inet %s {
    	chain input {
    		type filter hook input priority filter; policy %s;
    		ct state established,related accept
    		%s
    	}
    }
    """
        .formatted(name, policy, rule);
  }

  private static Optional<String> closed(String ruleset, String legacy, NodeState state) {
    return new ClosedPorts(ruleset, legacy).of(state).map(found -> found.what().toString());
  }

  @Test
  void a_port_is_closed_where_all_is_dropped_and_no_rule_names_it() {
    var called = listening(51820);
    assertThat(closed(table("filter", "drop", "tcp dport 22 accept"), "", called).orElseThrow())
        .contains("nft inet filter input", "51820");
    for (var open :
        List.of(
            "udp dport 51820 accept",
            "udp dport { 53, 51820 } accept",
            "udp dport 50000-52000 counter packets 0 bytes 0 accept")) {
      assertThat(closed(table("filter", "drop", open), "", called)).as(open).isEmpty();
    }
    assertThat(closed(table("filter", "accept", ""), "", called)).isEmpty();
    assertThat(closed(table("guywire-wg0", "drop", ""), "", called)).as("our own").isEmpty();
    assertThat(closed("", "-P INPUT DROP\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT", called))
        .isPresent();
    assertThat(closed("", "-P INPUT DROP\n-A INPUT -p udp --dport 51820 -j ACCEPT", called))
        .isEmpty();
  }

  @Test
  void the_largest_packet_is_found_and_what_is_no_matter_of_size_is_not_said_to_be_one() {
    for (int limit = 576; limit < 1420; limit += 7) {
      int passes = limit;
      assertThat(Doctor.largest(1420, 576, bytes -> bytes <= passes))
          .isEqualTo(OptionalInt.of(limit));
    }
    assertThat(Doctor.largest(1420, 576, bytes -> true)).isEmpty();
    assertThat(Doctor.largest(1420, 576, bytes -> false)).isEmpty();
  }

  @Test
  void what_ping_says_is_read() {
    assertThat(
            Ping.read(
                """
                --- 10.9.0.2 ping statistics ---
                3 packets transmitted, 2 received, 33.3333% packet loss, time 403ms
                rtt min/avg/max/mdev = 0.412/1.031/1.902/0.634 ms
                """))
        .isEqualTo(new Ping(3, 2, OptionalLong.of(1031)));
    assertThat(Ping.read("ping: connect: Network is unreachable"))
        .isEqualTo(new Ping(0, 0, OptionalLong.empty()));
  }

  @Test
  void a_host_is_looked_over() throws Exception {
    try (var a = new TestMachine();
        var b = new TestMachine()) {
      a.connect(b, "192.0.2.1", "192.0.2.2");
      var keyA = PrivateKey.generate(RANDOM);
      var keyB = PrivateKey.generate(RANDOM);
      NodeSetup.apply(
          Nodes.node(keyA, "10.9.0.1/24")
              .listening(51820)
              .peer(keyB, Optional.empty(), "192.0.2.2:51820", "10.9.0.2/32")
              .config(),
          a.machine(),
          TunnelProgram.GUYWIRE,
          Progress.SILENT);
      NodeSetup.apply(
          Nodes.node(keyB, "10.9.0.2/24")
              .listening(51820)
              .peer(keyA, Optional.empty(), "", "10.9.0.1/32")
              .config(),
          b.machine(),
          TunnelProgram.GUYWIRE,
          Progress.SILENT);
      a.run("ping", "-c", "1", "-W", "10", "10.9.0.2");
      assertThat(
              Ping.through(a.machine(), Nodes.WG0, guywire.address.IpAddress.parse("10.9.0.2"), 1)
                  .received())
          .isEqualTo(1);
      assertThat(kinds(a, Clock.systemUTC().instant())).isEmpty();
      assertThat(kinds(b, Clock.systemUTC().instant())).isEmpty();

      // Who only calls needs no open port.
      drop(a);
      assertThat(kinds(a, Clock.systemUTC().instant())).isEmpty();

      // A narrow line.
      a.run("nft", "add table inet narrow");
      a.run("nft", "add chain inet narrow output { type filter hook output priority 0; }");
      a.run("nft", "add rule inet narrow output oifname wg0 meta length gt 1300 drop");
      assertThat(Doctor.examine(a.machine(), Clock.systemUTC().instant(), Progress.SILENT))
          .filteredOn(found -> found.kind() == Kind.MTU)
          .singleElement()
          .satisfies(found -> assertThat(found.what().toString()).contains("more than 1300 bytes"));

      // A firewall, a strict check of the way back, a clock that was set back.
      drop(b);
      b.run("sysctl", "-q", "-w", "net.ipv4.conf.all.rp_filter=1");
      b.run("sysctl", "-q", "-w", "net.ipv4.conf.wg0.rp_filter=1");
      assertThat(kinds(b, Clock.systemUTC().instant().minusSeconds(3600)))
          .contains(Kind.FIREWALL, Kind.REVERSE_PATH, Kind.CLOCK);
      a.run("ip", "link", "del", "wg0");
      assertThat(LongProcess.await(() -> kinds(a, Clock.systemUTC().instant()).contains(Kind.NODE)))
          .isTrue();
    }
  }

  private static void drop(TestMachine machine) {
    machine.run("nft", "add table inet mine");
    machine.run(
        "nft", "add chain inet mine input { type filter hook input priority 0; policy drop; }");
    machine.run("nft", "add rule inet mine input ct state established accept");
    machine.run("nft", "add rule inet mine input iifname wg0 accept");
  }

  private static List<Kind> kinds(TestMachine machine, Instant now) {
    return Doctor.examine(machine.machine(), now, Progress.SILENT).stream()
        .filter(Obstacle::serious)
        .map(Obstacle::kind)
        .toList();
  }
}
