package guywire.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.FilterRule.Verdict;
import guywire.network.Firewall;
import guywire.network.Forwarding;
import guywire.network.Hook;
import guywire.network.InterfaceName;
import guywire.network.NameServer;
import guywire.network.Route;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes set up on machines in namespaces, with real programs and real packets. */
class NodeSetupTest {

  private static final SecureRandom RANDOM = new SecureRandom();
  private final PrivateKey keyA = PrivateKey.generate(RANDOM);
  private final PrivateKey keyB = PrivateKey.generate(RANDOM);
  private final PrivateKey keyC = PrivateKey.generate(RANDOM);
  private final Optional<PresharedKey> secret = Optional.of(PresharedKey.generate(RANDOM));
  private TunnelProgram programA = TunnelProgram.WIREGUARD_GO;
  private TunnelProgram programB = TunnelProgram.WIREGUARD_GO;
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

  private AppliedChanges apply(Nodes node, TestMachine machine) {
    return NodeSetup.apply(
        node.config(), machine.machine(), machine == a ? programA : programB, Progress.SILENT);
  }

  private void carriedBy(String programs) {
    programA = program(programs.split(" to ")[0]);
    programB = program(programs.split(" to ")[1]);
  }

  private static TunnelProgram program(String name) {
    return name.equals("guywire") ? TunnelProgram.GUYWIRE : new TunnelProgram.Command(name);
  }

  private static boolean reaches(TestMachine from, String address) {
    return from.succeeds("ping", "-c", "1", "-W", "5", address);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {"guywire to guywire", "guywire to wireguard-go", "wireguard-go to guywire"})
  void two_nodes_reach_each_other_and_what_is_taken_back_leaves_no_trace(String programs) {
    carriedBy(programs);
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

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {"guywire to guywire", "guywire to wireguard-go", "wireguard-go to guywire"})
  void applied_twice_the_second_time_changes_nothing(String programs) {
    carriedBy(programs);
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

  @Test
  void a_failure_in_the_middle_leaves_nothing_behind() throws Exception {
    String before = a.settings();
    var noDevice = nodeA();
    noDevice.forwarding = Forwarding.ON;
    noDevice.routes =
        List.of(
            new Route(
                Prefix.parse("172.16.0.0/12"),
                Optional.empty(),
                Optional.of(new InterfaceName("nowhere")),
                OptionalInt.empty()));
    assertThatThrownBy(() -> apply(noDevice, a)).isInstanceOf(SetupFailure.class);
    assertThat(a.settings()).isEqualTo(before);

    try (var other = a.machine().call(() -> new java.net.DatagramSocket(51820))) {
      assertThat(other.isBound()).isTrue();
      assertThatThrownBy(() -> apply(nodeA(), a))
          .isInstanceOf(SetupFailure.class)
          .hasMessageContaining("UDP port 51820");
    }
    assertThat(a.settings()).isEqualTo(before);
  }

  @Test
  void a_failed_change_leaves_the_node_as_it_was_applied_before() {
    apply(nodeA(), a);
    apply(nodeB(), b);
    assertThat(reaches(b, "10.9.0.1")).isTrue();
    String settings = a.settings();
    String device = a.run("wg", "showconf", "wg0");
    String handshakes = a.run("wg", "show", "wg0", "latest-handshakes");

    var broken = nodeA().peer(keyC, Optional.empty(), "", "10.20.0.0/16", "10.30.0.0/16");
    broken.nameServer =
        Optional.of(
            new NameServer(
                List.of(IpAddress.parse("203.0.113.99")), "x.internal", Map.of(), List.of()));
    broken.forwarding = Forwarding.ON;
    broken.mtu = OptionalInt.of(1300);
    assertThatThrownBy(() -> apply(broken, a)).isInstanceOf(SetupFailure.class);

    assertThat(a.settings()).isEqualTo(settings);
    assertThat(a.run("wg", "showconf", "wg0")).isEqualTo(device);
    assertThat(a.run("wg", "show", "wg0", "latest-handshakes")).isEqualTo(handshakes);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {"guywire to guywire", "guywire to wireguard-go", "wireguard-go to guywire"})
  void a_peer_added_and_removed_live_disturbs_no_other(String programs) throws Exception {
    carriedBy(programs);
    apply(nodeA(), a);
    apply(nodeB(), b);
    assertThat(reaches(b, "10.9.0.1")).isTrue();
    String handshakes = b.run("wg", "show", "wg0", "latest-handshakes");
    var ping = b.start("ping", "-i", "0.01", "-c", "150", "10.9.0.1");

    var more = nodeA().peer(keyC, Optional.empty(), "192.0.2.77:51820", "10.9.0.3/32");
    var changes = apply(more, a).changes();
    assertThat(a.run("wg", "show", "wg0", "peers").lines()).hasSize(2);
    assertThat(changes).hasSize(1);
    assertThat(apply(nodeA(), a).changes()).hasSize(1);
    assertThat(a.run("wg", "show", "wg0", "peers").lines()).hasSize(1);

    assertThat(new String(ping.getInputStream().readAllBytes())).contains(" 0% packet loss");
    assertThat(b.run("wg", "show", "wg0", "latest-handshakes")).isEqualTo(handshakes);
  }

  @Test
  void an_interface_that_somebody_else_made_is_left_alone() {
    a.run("ip", "link", "add", "wg0", "type", "bridge");
    assertThatThrownBy(() -> apply(nodeA(), a))
        .isInstanceOf(SetupFailure.class)
        .hasMessageContaining("wg0 already");
    assertThat(a.run("ip", "link")).contains("wg0");
  }

  @Test
  void the_state_shows_what_wg_shows_and_no_secret() {
    apply(nodeA(), a);
    apply(nodeB(), b);
    assertThat(reaches(b, "10.9.0.1")).isTrue();

    var state = NodeState.of(a.machine(), Nodes.WG0).orElseThrow();
    assertThat(state.publicKey()).contains(keyA.publicKey());
    assertThat(state.listenPort()).isEqualTo(51820);
    assertThat(state.addresses()).contains("10.9.0.1/24");
    assertThat(state.node()).contains("node");
    var peer = state.peers().getFirst();
    assertThat(peer.publicKey()).isEqualTo(keyB.publicKey());
    assertThat(peer.hasPresharedKey()).isTrue();
    assertThat(peer.endpoint().orElseThrow()).startsWith("192.0.2.2:");
    assertThat(peer.allowedIps()).containsExactlyInAnyOrder("10.9.0.2/32", "10.20.0.0/16");
    assertThat(a.run("wg", "show", "wg0", "latest-handshakes"))
        .endsWith("\t" + peer.latestHandshake().orElseThrow().getEpochSecond());
    assertThat(peer.receivedBytes()).isPositive();
    String json = NodeState.json(List.of(state), Locale.ENGLISH);
    assertThat(json).contains(keyB.publicKey().toString()).contains("\"listen-port\" : 51820");
    assertNoSecret(json);
  }

  @Test
  void secrets_are_in_no_process_argument_message_or_state_file() {
    var steps = new ArrayList<String>();
    NodeSetup.apply(
        nodeA().config(),
        a.machine(),
        TunnelProgram.WIREGUARD_GO,
        step -> {
          steps.add(step.toString());
          steps.add(step.in(Locale.SIMPLIFIED_CHINESE));
          steps.add(
              a.run("sh", "-c", "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null; true"));
        });
    assertThat(steps).hasSizeGreaterThan(9);
    assertNoSecret(String.join("\n", steps));
    assertNoSecret(
        a.run("sh", "-c", "cat /run/guywire/journal /run/guywire/*/* 2>/dev/null; true"));
    assertNoSecret(nodeA().config().toString());
    assertThat(a.run("stat", "-c", "%a", "/run/guywire")).isEqualTo("700");
  }

  private void assertNoSecret(String text) {
    var hex = java.util.HexFormat.of();
    assertThat(text)
        .doesNotContain(keyA.base64())
        .doesNotContain(hex.formatHex(keyA.bytes()))
        .doesNotContain(secret.orElseThrow().base64())
        .doesNotContain(hex.formatHex(secret.orElseThrow().bytes()));
  }

  @Test
  void a_missing_program_is_named_with_its_package() {
    assertThatThrownBy(() ->
            NodeSetup.apply(
                nodeA().config(),
                a.machine(),
                new TunnelProgram.Command("no-such-program"),
                Progress.SILENT))
        .isInstanceOf(MissingRequirement.class)
        .hasMessageContaining("apt-get install no-such-program");
    assertThatThrownBy(() ->
            NodeSetup.apply(
                nodeA().config(), a.machine(), new TunnelProgram.Kernel(), Progress.SILENT))
        .isInstanceOf(MissingRequirement.class)
        .hasMessageContaining("no WireGuard");
  }

  @Test
  void hooks_are_shown_and_run_only_with_the_owners_leave() {
    var node = nodeA();
    node.hooks =
        List.of(
            new Hook(Hook.When.POST_UP, "echo %i up >> /run/hooks"),
            new Hook(Hook.When.PRE_DOWN, "ip link show %i && echo %i going >> /run/hooks"),
            new Hook(Hook.When.POST_DOWN, "echo %i down >> /run/hooks"));
    var steps = new ArrayList<String>();

    NodeSetup.apply(
            node.config(),
            a.machine(),
            TunnelProgram.WIREGUARD_GO,
            step -> steps.add(step.toString()))
        .takeBack();
    assertThat(steps).anyMatch(step -> step.contains("not run") && step.contains("wg0 up"));
    assertThat(a.succeeds("test", "-e", "/run/hooks")).isFalse();

    NodeSetup.apply(
            node.config(),
            a.machine(),
            TunnelProgram.WIREGUARD_GO,
            HookPermission.RUN,
            Progress.SILENT)
        .takeBack();
    assertThat(a.run("cat", "/run/hooks")).isEqualTo("wg0 up\nwg0 going\nwg0 down");
  }

  @Test
  void a_node_passes_dockers_filter_which_stays_as_it_is() {
    // What Docker makes where it enables forwarding itself.
    a.run("iptables", "-P", "FORWARD", "DROP");
    a.run("iptables", "-N", "DOCKER-USER");
    a.run("iptables", "-A", "DOCKER-USER", "-j", "RETURN");
    a.run("iptables", "-A", "FORWARD", "-j", "DOCKER-USER");
    String before = a.run("iptables", "-S");
    var node = nodeA();
    node.forwarding = Forwarding.ON;

    var applied = apply(node, a);

    assertThat(a.run("iptables", "-S", "DOCKER-USER"))
        .contains("-A DOCKER-USER -i wg0 -m comment --comment guywire -j ACCEPT")
        .contains("-A DOCKER-USER -o wg0 -m comment --comment guywire -j ACCEPT");
    assertThat(apply(node, a).changes()).isEmpty();
    applied.takeBack();
    assertThat(a.run("iptables", "-S")).isEqualTo(before);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"TERM", "KILL"})
  void a_setup_that_is_ended_in_the_middle_leaves_nothing_for_the_next_command(String signal)
      throws Exception {
    String before = a.settings();
    var node = nodeA().peer(keyC, Optional.empty(), "192.0.2.77:51820", "0.0.0.0/0").config();
    // A process of its own, which hears of its end when the routes are made.
    var process = new ProcessBuilder(SlowSetup.command(a.machine(), keyA, keyC)).start();
    assertThat(process.inputReader().lines().anyMatch(line -> line.startsWith("route"))).isTrue();
    assertThat(a.run("ip", "rule")).contains("suppress_prefixlength");
    if (signal.equals("KILL")) {
      process.destroyForcibly();
    } else {
      process.destroy();
    }
    process.waitFor();

    if (signal.equals("KILL")) {
      assertThat(a.run("ip", "link")).contains("wg0");
      NodeSetup.apply(node, a.machine(), TunnelProgram.WIREGUARD_GO, Progress.SILENT).takeBack();
    }
    assertThat(a.settings()).isEqualTo(before);
  }

  @Test
  void a_node_whose_program_died_is_healed_by_applying_again() {
    apply(nodeA(), a);
    apply(nodeB(), b);
    assertThat(reaches(b, "10.9.0.1")).isTrue();
    b.run("pkill", "wireguard-go");
    assertThat(LongProcess.await(() -> !b.run("ip", "link").contains("wg0"))).isTrue();

    assertThat(apply(nodeB(), b).changes()).isNotEmpty();
    assertThat(reaches(b, "10.9.0.1")).isTrue();
  }

  @Test
  void the_kernels_route_to_a_tunnels_network_is_put_back_by_applying_again() {
    apply(nodeA(), a);
    String whole = a.settings();
    String route = a.run("ip", "route", "show", "dev", "wg0", "proto", "kernel").split(" ")[0];
    a.run("ip", "route", "del", route, "dev", "wg0");
    assertThat(apply(nodeA(), a).changes()).hasSize(1);
    assertThat(a.settings()).isEqualTo(whole);
  }

  @Test
  void a_host_that_begins_to_forward_ipv6_keeps_the_default_route_from_its_router() {
    a.run("ip", "-6", "address", "add", "fe80::1/64", "dev", "eth0", "nodad");
    a.run("ip", "-6", "route", "add", "default", "via", "fe80::2", "dev", "eth0", "proto", "ra");
    String before = a.settings();
    var node = nodeA();
    node.forwardingIpv6 = Forwarding.ON;

    var applied = apply(node, a);
    assertThat(a.run("sysctl", "-n", "net.ipv6.conf.all.forwarding")).isEqualTo("1");
    assertThat(a.run("sysctl", "-n", "net.ipv6.conf.eth0.accept_ra")).isEqualTo("2");
    assertThat(apply(node, a).changes()).isEmpty();

    applied.takeBack();
    assertThat(a.run("sysctl", "-n", "net.ipv6.conf.eth0.accept_ra")).isEqualTo("1");
    assertThat(a.settings()).isEqualTo(before);
  }

  @Test
  void a_setting_that_another_node_needs_as_well_stays_until_both_are_gone() {
    String before = a.settings();
    var first = nodeA();
    first.forwarding = Forwarding.ON;
    var second = Nodes.node(keyC, "10.8.0.1/24");
    second.name = new InterfaceName("wg1");
    second.forwarding = Forwarding.ON;

    var one = apply(first, a);
    var two = apply(second, a);
    one.takeBack();
    assertThat(a.run("sysctl", "-n", "net.ipv4.ip_forward")).isEqualTo("1");
    two.takeBack();
    assertThat(a.settings()).isEqualTo(before);
  }
}
