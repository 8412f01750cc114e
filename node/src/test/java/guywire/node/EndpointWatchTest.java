package guywire.node;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.linux.Clock;
import guywire.network.EndpointAddress;
import guywire.protocol.Endpoint;
import guywire.protocol.PrivateKey;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Endpoints given by name, whose addresses change while the node is up. */
class EndpointWatchTest {

  private static final SecureRandom RANDOM = new SecureRandom();

  private static void hosts(TestMachine machine, String address) {
    machine.run("sh", "-c", "echo '" + address + " far.example' > /etc/hosts");
  }

  @Test
  void a_name_that_nobody_knows_keeps_no_node_from_being_up() throws Exception {
    var keyA = PrivateKey.generate(RANDOM);
    var keyB = PrivateKey.generate(RANDOM);
    try (var b = new TestMachine()) {
      var nodeB =
          Nodes.node(keyB, "10.9.0.2/24")
              .peer(keyA, Optional.empty(), "far.example:51820", "10.9.0.0/24");
      String before = b.settings();
      var applied =
          NodeSetup.apply(nodeB.config(), b.machine(), TunnelProgram.WIREGUARD_GO, Progress.SILENT);
      assertThat(b.run("wg", "show", "wg0", "endpoints")).contains("(none)");
      assertThat(b.run("sh", "-c", "cat /proc/[0-9]*/cmdline 2>/dev/null; true"))
          .contains("AgentProgram");

      // Where the watch has moved the peer to is nothing that applying it again would change.
      b.run("wg", "set", "wg0", "peer", keyA.publicKey().toString(), "endpoint", "192.0.2.9:51820");
      assertThat(
              NodeSetup.apply(
                      nodeB.config(), b.machine(), TunnelProgram.WIREGUARD_GO, Progress.SILENT)
                  .changes())
          .isEmpty();
      assertThat(b.run("wg", "show", "wg0", "endpoints")).contains("192.0.2.9:51820");
      applied.takeBack();
      assertThat(b.settings()).isEqualTo(before);
    }
  }

  /** The node of this test names no endpoint, so that no agent watches over the peer besides. */
  @Test
  void a_silent_peer_is_tried_where_its_name_now_points() throws Exception {
    var keyA = PrivateKey.generate(RANDOM);
    var keyB = PrivateKey.generate(RANDOM);
    try (var a = new TestMachine();
        var b = new TestMachine()) {
      a.connect(b, "192.0.2.1", "192.0.2.2");
      var nodeA =
          Nodes.node(keyA, "10.9.0.1/24")
              .listening(51820)
              .peer(keyB, Optional.empty(), "", "10.9.0.2/32");
      var nodeB = Nodes.node(keyB, "10.9.0.2/24").peer(keyA, Optional.empty(), "", "10.9.0.0/24");
      NodeSetup.apply(nodeA.config(), a.machine(), TunnelProgram.WIREGUARD_GO, Progress.SILENT);
      NodeSetup.apply(nodeB.config(), b.machine(), TunnelProgram.WIREGUARD_GO, Progress.SILENT);

      var watch =
          new EndpointWatch(
              b.machine(),
              List.of(
                  new PeerEndpoint(
                      Nodes.WG0, keyA.publicKey(), new EndpointAddress("far.example", 51820))));
      long start = Clock.bootNanos();
      hosts(b, "192.0.2.1");
      assertThat(watch.look(start)).hasSize(1);
      assertThat(b.succeeds("ping", "-c", "1", "-W", "5", "10.9.0.1")).isTrue();

      // The far end moves to another address; as long as the handshake is fresh nothing is done.
      a.run("ip", "address", "add", "192.0.2.9/24", "dev", "eth0");
      hosts(b, "192.0.2.9");
      assertThat(watch.look(start)).isEmpty();
      assertThat(watch.look(start + EndpointWatch.SILENT.toNanos() - 1)).isEmpty();
      // How old a handshake is says the clock that never jumps, not the one that it is written in.
      long later = start + EndpointWatch.SILENT.toNanos();
      assertThat(watch.look(later)).hasSize(1);
      assertThat(b.run("wg", "show", "wg0", "endpoints")).contains("192.0.2.9:51820");
      assertThat(watch.look(later)).isEmpty();
    }
  }

  @Test
  void a_peer_that_comes_back_while_its_name_is_looked_up_is_left_alone() throws Exception {
    var keyA = PrivateKey.generate(RANDOM);
    var keyB = PrivateKey.generate(RANDOM);
    try (var a = new TestMachine();
        var b = new TestMachine()) {
      a.connect(b, "192.0.2.1", "192.0.2.2");
      var nodeA =
          Nodes.node(keyA, "10.9.0.1/24")
              .peer(keyB, Optional.empty(), "192.0.2.2:51820", "10.9.0.2/32");
      var nodeB =
          Nodes.node(keyB, "10.9.0.2/24")
              .listening(51820)
              .peer(keyA, Optional.empty(), "", "10.9.0.0/24");
      NodeSetup.apply(nodeA.config(), a.machine(), TunnelProgram.WIREGUARD_GO, Progress.SILENT);
      NodeSetup.apply(nodeB.config(), b.machine(), TunnelProgram.WIREGUARD_GO, Progress.SILENT);

      var watch =
          new EndpointWatch(
              b.machine(),
              List.of(
                  new PeerEndpoint(
                      Nodes.WG0, keyA.publicKey(), new EndpointAddress("far.example", 51820))),
              name -> {
                assertThat(a.succeeds("ping", "-c", "1", "-W", "5", "10.9.0.2")).isTrue();
                return List.of(new Endpoint(IpAddress.parse("192.0.2.9"), 51820));
              });
      assertThat(watch.look(Clock.bootNanos())).isEmpty();
      assertThat(b.run("wg", "show", "wg0", "endpoints")).contains("192.0.2.1:");
    }
  }
}
