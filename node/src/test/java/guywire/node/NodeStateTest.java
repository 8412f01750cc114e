package guywire.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.address.IpAddress;
import guywire.linux.UnixListener;
import guywire.network.Forwarding;
import guywire.network.Name;
import guywire.network.NameServer;
import guywire.node.NodeState.HelperState;
import guywire.protocol.PrivateKey;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told of a node that was set up and is no longer as it was, without its configuration. */
class NodeStateTest {

  private static final SecureRandom RANDOM = new SecureRandom();
  private final PrivateKey key = PrivateKey.generate(RANDOM);
  private final PrivateKey known = PrivateKey.generate(RANDOM);
  private final PrivateKey other = PrivateKey.generate(RANDOM);
  private final PrivateKey stranger = PrivateKey.generate(RANDOM);
  private TestMachine machine;

  @BeforeEach
  void boot() throws Exception {
    machine = new TestMachine();
  }

  @AfterEach
  void halt() {
    machine.close();
  }

  private Nodes node() {
    return Nodes.node(key, "10.9.0.1/24")
        .listening(51820)
        .peer(known, Optional.empty(), "", "10.9.0.2/32")
        .peer(other, Optional.empty(), "", "10.9.0.3/32");
  }

  private void apply(Nodes node, TunnelProgram program) {
    NodeSetup.apply(node.config(), machine.machine(), program, Progress.SILENT);
  }

  private NodeState state() {
    return NodeState.of(machine.machine(), Nodes.WG0).orElseThrow();
  }

  private List<String> drift() {
    return state().drift().stream().map(Object::toString).toList();
  }

  @Test
  void all_that_differs_from_what_was_applied_is_said_and_up_mends_it() {
    var node = node();
    node.forwarding = Forwarding.ON;
    apply(node, TunnelProgram.WIREGUARD_GO);
    assertThat(drift()).isEmpty();
    assertThat(state().running()).isTrue();

    machine.run("sysctl", "-q", "net.ipv4.ip_forward=0");
    machine.run("ip", "address", "del", "10.9.0.1/24", "dev", "wg0");
    machine.run("wg", "set", "wg0", "peer", known.publicKey().toString(), "remove");
    machine.run(
        "wg", "set", "wg0", "peer", other.publicKey().toString(), "allowed-ips", "10.9.0.33/32");
    machine.run("wg", "set", "wg0", "peer", stranger.publicKey().toString());
    assertThat(drift())
        .containsExactlyInAnyOrder(
            "is no longer there: wg0: address 10.9.0.1/24",
            "is something else now than: setting: net.ipv4.ip_forward = 1",
            "peer " + known.publicKey() + " is missing",
            "peer " + other.publicKey() + " has other allowed IPs",
            "peer " + stranger.publicKey() + " was added by somebody else");

    apply(node, TunnelProgram.WIREGUARD_GO);
    assertThat(drift()).isEmpty();
  }

  @Test
  void an_interface_that_is_down_differs() {
    apply(node(), TunnelProgram.WIREGUARD_GO);
    machine.run("ip", "link", "set", "wg0", "down");
    assertThat(drift()).contains("is no longer there: wg0: up");
  }

  @Test
  void a_tunnel_whose_program_died_is_still_told_of() {
    apply(node(), TunnelProgram.WIREGUARD_GO);
    machine.run("ip", "link", "delete", "wg0");
    assertThat(LongProcess.await(() -> !state().running())).isTrue();
    assertThat(state().program()).isEqualTo("wireguard-go");
    assertThat(state().node()).contains("node");
    assertThat(drift()).containsExactly("is no longer there: wg0: made by wireguard-go");
  }

  @Test
  void a_helper_that_died_is_told_of() {
    var node = node();
    node.nameServer =
        Optional.of(
            new NameServer(
                List.of(IpAddress.parse("10.9.0.1")),
                "x.internal",
                Map.of(new Name("nas"), List.of(IpAddress.parse("10.9.0.7"))),
                List.of()));
    apply(node, TunnelProgram.WIREGUARD_GO);
    assertThat(state().helpers()).containsExactly(new HelperState("agent", true));

    String pid = machine.run("head", "-n1", "/run/guywire/agent.lock").strip();
    machine.run("kill", "-KILL", pid);
    assertThat(
            LongProcess.await(
                () -> state().helpers().equals(List.of(new HelperState("agent", false)))))
        .isTrue();
    assertThat(drift())
        .containsExactly(
            "is no longer there: agent: ways to 0 nodes, names: x.internal, endpoints given by name: 0");
  }

  @Test
  void our_own_data_plane_tells_what_it_dropped_and_why() {
    apply(node(), TunnelProgram.GUYWIRE);
    machine.succeeds("ping", "-c", "1", "-W", "1", "10.9.0.99");
    machine.succeeds("ping", "-c", "1", "-W", "1", "10.9.0.2");
    var state = state();
    assertThat(state.drops().get("no-peer")).isPositive();
    assertThat(state.drops().get("no-endpoint")).isPositive();
    assertThat(NodeState.json(List.of(state), Locale.ENGLISH))
        .contains("\"no-peer\" :", "\"drift\" : [ ]", "\"running\" : true");
  }

  @Test
  void a_number_that_is_too_large_to_be_one_is_the_largest() {
    var device = UapiSocket.parse(List.of("dropped_no_peer=9999999999999999999", "fwmark=x"));
    assertThat(device.drops()).containsExactly(Map.entry("no-peer", Long.MAX_VALUE));
    assertThat(device.firewallMark()).isZero();
  }

  @Test
  void a_program_that_does_not_answer_is_waited_for_no_longer_than_said(@TempDir Path directory) {
    var socket = directory.resolve("wg0.sock");
    try (var _ = UnixListener.listen(socket)) {
      assertThatThrownBy(() -> new UapiSocket(socket, 1).read())
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("no answer in time");
    }
  }
}
