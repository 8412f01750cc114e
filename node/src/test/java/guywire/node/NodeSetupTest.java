package guywire.node;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.config.FilterRule.Verdict;
import guywire.network.config.Firewall;
import guywire.network.config.Forwarding;
import guywire.network.config.Route;
import guywire.protocol.IpAddress;
import guywire.protocol.Prefix;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nodes set up on machines in namespaces, with real programs and real packets. */
class NodeSetupTest {

  private static final SecureRandom RANDOM = new SecureRandom();
  private final PrivateKey keyA = PrivateKey.generate(RANDOM);
  private final PrivateKey keyB = PrivateKey.generate(RANDOM);
  private final PrivateKey keyC = PrivateKey.generate(RANDOM);
  private final Optional<PresharedKey> secret = Optional.of(PresharedKey.generate(RANDOM));
  private TestMachine a;
  private TestMachine b;

  @BeforeEach
  void boot() throws Exception {
    a = new TestMachine();
    b = new TestMachine();
    a.connect(b, "192.0.2.1", "192.0.2.2");
  }

  @AfterEach
  void halt() {
    a.close();
    b.close();
  }

  private Nodes nodeA() {
    return Nodes.node(keyA, "10.9.0.1/24")
        .listening(51820)
        .peer(keyB, secret, "", "10.9.0.2/32", "10.20.0.0/16");
  }

  private Nodes nodeB() {
    return Nodes.node(keyB, "10.9.0.2/24").peer(keyA, secret, "192.0.2.1:51820", "10.9.0.0/24");
  }

  private static Applied apply(Nodes node, TestMachine machine) {
    return NodeSetup.apply(
        node.config(), machine.machine(), TunnelProgram.WIREGUARD_GO, Progress.SILENT);
  }

  private static boolean reaches(TestMachine from, String address) {
    return from.succeeds("ping", "-c", "1", "-W", "5", address);
  }

  @Test
  void two_nodes_reach_each_other_and_what_is_taken_back_leaves_no_trace() {
    String beforeA = a.settings();
    String beforeB = b.settings();
    var nodeA = nodeA();
    nodeA.forwarding = Forwarding.ON;
    nodeA.firewall = new Firewall(List.of(), Verdict.ACCEPT, List.of(), Verdict.DROP, true);
    nodeA.routes =
        List.of(
            new Route(
                Prefix.parse("172.16.0.0/12"),
                Optional.of(IpAddress.parse("192.0.2.2")),
                Optional.empty(),
                OptionalInt.of(5)));
    var appliedA = apply(nodeA, a);
    var appliedB = apply(nodeB(), b);

    assertThat(reaches(b, "10.9.0.1")).isTrue();
    assertThat(a.run("ip", "route"))
        .contains("10.20.0.0/16 dev wg0 scope link")
        .contains("172.16.0.0/12 via 192.0.2.2 dev eth0 metric 5")
        .doesNotContain("10.9.0.2 dev wg0");
    assertThat(a.run("sysctl", "-n", "net.ipv4.ip_forward")).isEqualTo("1");
    assertThat(a.run("nft", "list", "ruleset")).contains("table inet guywire-wg0");

    appliedA.takeBack();
    appliedB.takeBack();
    assertThat(a.settings()).isEqualTo(beforeA);
    assertThat(b.settings()).isEqualTo(beforeB);
  }

  @Test
  void applied_twice_the_second_time_changes_nothing() {
    apply(nodeA(), a);
    apply(nodeB(), b);
    assertThat(reaches(b, "10.9.0.1")).isTrue();
    String settings = a.settings();
    String device = a.run("wg", "show", "wg0", "latest-handshakes");

    assertThat(apply(nodeA(), a).changes()).isEmpty();
    assertThat(apply(nodeB(), b).changes()).isEmpty();
    assertThat(a.settings()).isEqualTo(settings);
    assertThat(a.run("wg", "show", "wg0", "latest-handshakes")).isEqualTo(device);
  }
}
