package guywire.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.DnsClient;
import guywire.network.Forwarding;
import guywire.network.Hook;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.NameServer;
import guywire.network.NodeConfig;
import guywire.network.Route;
import guywire.protocol.PrivateKey;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens to a host besides the usual: what its owner has, what dies, who else is at work. */
class OwnersThingsTest {

  private static final SecureRandom RANDOM = new SecureRandom();
  private final PrivateKey keyA = PrivateKey.generate(RANDOM);
  private final PrivateKey keyC = PrivateKey.generate(RANDOM);
  private TestMachine a;
  private TestMachine b;
  private String before = "";

  @BeforeEach
  void boot() throws Exception {
    a = new TestMachine();
    b = new TestMachine();
    a.connect(b, "192.0.2.1", "192.0.2.2");
    before = a.settings();
  }

  @AfterEach
  void halt() {
    a.close();
    b.close();
  }

  private Nodes node() {
    return Nodes.node(keyA, "10.9.0.1/24").listening(51820);
  }

  private Nodes other() {
    var other = Nodes.node(keyC, "10.8.0.1/24");
    other.name = new InterfaceName("wg1");
    return other;
  }

  private AppliedChanges apply(NodeConfig config) {
    return NodeSetup.apply(config, a.machine(), TunnelProgram.WIREGUARD_GO, Progress.SILENT);
  }

  private AppliedChanges apply(Nodes nodes) {
    return apply(nodes.config());
  }

  private static Optional<NameServer> names(String address) {
    return Optional.of(
        new NameServer(
            List.of(IpAddress.parse(address)),
            "x.internal",
            Map.of(new Name("nas"), List.of(IpAddress.parse("10.9.0.7"))),
            List.of()));
  }

  @Test
  void a_route_that_the_owner_has_already_stays_when_the_node_goes() {
    a.run("ip", "route", "add", "172.16.0.0/12", "via", "192.0.2.2", "metric", "5");
    String withRoute = a.settings();
    var node = node();
    node.routes =
        List.of(
            new Route(
                Prefix.parse("172.16.0.0/12"),
                Optional.of(IpAddress.parse("192.0.2.2")),
                Optional.empty(),
                OptionalInt.of(5)));
    var applied = apply(node);
    assertThat(applied.changes()).noneMatch(change -> change.key().equals("step.route"));
    applied.takeBack();
    assertThat(a.settings()).isEqualTo(withRoute);
  }

  @ParameterizedTest(name = "the one that stops is the {0}")
  @ValueSource(strings = {"first", "second"})
  void one_of_two_nodes_stops_forwarding_and_the_other_goes_on(String which) {
    var first = node();
    var second = other();
    first.forwarding = Forwarding.ON;
    second.forwarding = Forwarding.ON;
    apply(first);
    apply(second);

    var stops = which.equals("first") ? first : second;
    stops.forwarding = Forwarding.UNSTATED;
    apply(stops);
    assertThat(a.run("sysctl", "-n", "net.ipv4.ip_forward")).isEqualTo("1");

    NodeSetup.takeBack(a.machine(), Nodes.WG0, Progress.SILENT);
    NodeSetup.takeBack(a.machine(), new InterfaceName("wg1"), Progress.SILENT);
    assertThat(a.settings()).isEqualTo(before);
  }

  @Test
  void two_nodes_that_bring_name_servers_leave_the_owners_whoever_goes_first() {
    var first = node();
    var second = other();
    first.dns = new DnsClient(List.of(IpAddress.parse("10.9.0.53")), List.of());
    second.dns = new DnsClient(List.of(IpAddress.parse("10.8.0.53")), List.of());
    var one = apply(first);
    var two = apply(second);
    one.takeBack();
    assertThat(a.run("cat", "/etc/resolv.conf")).contains("10.8.0.53");
    two.takeBack();
    assertThat(a.settings()).isEqualTo(before);
  }

  @Test
  void the_first_interface_is_renamed_and_the_order_changed() {
    var second = other();
    var two = new ArrayList<>(node().config().interfaces());
    two.addAll(second.config().interfaces());
    apply(node().config().withInterfaces(two));
    assertThat(apply(node().config().withInterfaces(two.reversed())).changes()).isEmpty();

    var renamed = List.of(two.getFirst().withName(new InterfaceName("wg7")), two.getLast());
    apply(node().config().withName(new Name("other")).withInterfaces(renamed));
    assertThat(a.run("wg", "show", "interfaces").split("\\s+"))
        .containsExactlyInAnyOrder("wg1", "wg7");
    assertThat(a.run("wg", "show", "wg7", "listen-port")).isEqualTo("51820");
    assertThat(NodeState.recorded(a.machine())).hasToString("[wg1, wg7]");

    NodeSetup.takeBack(a.machine(), new InterfaceName("wg1"), Progress.SILENT);
    assertThat(a.settings()).isEqualTo(before);
  }

  @Test
  void a_rename_that_fails_leaves_the_old_interface_as_it_was() {
    apply(node());
    String settings = a.settings();
    String device = a.run("wg", "showconf", "wg0");
    var renamed = node();
    renamed.name = new InterfaceName("wg7");
    renamed.routes =
        List.of(
            new Route(
                Prefix.parse("172.16.0.0/12"),
                Optional.empty(),
                Optional.of(new InterfaceName("nowhere")),
                OptionalInt.empty()));
    assertThatThrownBy(() -> apply(renamed)).isInstanceOf(SetupFailure.class);
    assertThat(a.settings()).isEqualTo(settings);
    assertThat(a.run("wg", "showconf", "wg0")).isEqualTo(device);
  }

  @Test
  void a_route_gets_another_next_hop_and_a_peer_that_changes_touches_only_itself() {
    var node = node().peer(keyC, Optional.empty(), "", "10.20.0.0/16");
    node.routes = List.of(via("192.0.2.2"));
    apply(node);
    node.routes = List.of(via("192.0.2.3"));
    assertThat(apply(node).changes()).hasSize(2);
    assertThat(a.run("ip", "route")).contains("172.16.0.0/12 via 192.0.2.3");
    NodeSetup.takeBack(a.machine(), Nodes.WG0, Progress.SILENT);
    assertThat(a.settings()).isEqualTo(before);
  }

  private static Route via(String hop) {
    return new Route(
        Prefix.parse("172.16.0.0/12"),
        Optional.of(IpAddress.parse(hop)),
        Optional.empty(),
        OptionalInt.empty());
  }

  @Test
  void a_name_server_that_died_is_started_again_and_does_not_hold_up_the_end() {
    var node = node();
    node.nameServer = names("10.9.0.1");
    apply(node);
    killHelper();
    assertThat(apply(node).changes()).hasSize(1);
    assertThat(a.run("sh", "-c", "cat /proc/[0-9]*/cmdline 2>/dev/null; true"))
        .contains("AgentProgram");

    killHelper();
    NodeSetup.takeBack(a.machine(), Nodes.WG0, Progress.SILENT);
    assertThat(a.settings()).isEqualTo(before);
  }

  @Test
  void all_nodes_of_a_host_have_one_agent_that_ends_with_the_last() {
    var node = node();
    node.nameServer = names("10.9.0.1");
    var other = other();
    other.nameServer = names("10.8.0.1");
    apply(node);
    String agent = helper();
    apply(other);
    assertThat(helper()).isEqualTo(agent);
    assertThat(apply(node).changes()).isEmpty();
    assertThat(a.run("ss", "-Hlun", "sport", "=", "53")).contains("10.9.0.1", "10.8.0.1");

    NodeSetup.takeBack(a.machine(), Nodes.WG0, Progress.SILENT);
    assertThat(helper()).isEqualTo(agent);
    assertThat(a.run("ss", "-Hlun", "sport", "=", "53"))
        .contains("10.8.0.1")
        .doesNotContain("10.9.0.1");
    NodeSetup.takeBack(a.machine(), new InterfaceName("wg1"), Progress.SILENT);
    assertThat(a.succeeds("kill", "-0", agent)).isFalse();
    assertThat(a.settings()).isEqualTo(before);
  }

  @Test
  void a_name_server_that_does_not_want_to_end_is_ended() {
    var node = node();
    node.nameServer = names("10.9.0.1");
    var applied = apply(node);
    a.run("kill", "-STOP", helper());
    applied.takeBack();
    assertThat(a.settings()).isEqualTo(before);
    // What entered the machine for it stopped with it, and would never see its end.
    ProcessHandle.current()
        .children()
        .forEach(child ->
            new Commands(Machine.LOCAL).run("", "kill", "-CONT", String.valueOf(child.pid())));
  }

  private String helper() {
    return a.run("head", "-n1", "/run/guywire/agent.lock").strip();
  }

  private void killHelper() {
    String pid = helper();
    a.run("kill", "-KILL", pid);
    assertThat(LongProcess.await(() -> !a.succeeds("kill", "-0", pid))).isTrue();
  }

  @Test
  void a_rule_that_somebody_took_out_of_the_filter_comes_back() {
    var node = node();
    node.forwarding = Forwarding.ON;
    node.firewall =
        new guywire.network.Firewall(
            List.of(),
            guywire.network.FilterRule.Verdict.ACCEPT,
            List.of(),
            guywire.network.FilterRule.Verdict.DROP,
            true);
    apply(node);
    String rules = a.run("nft", "list", "ruleset");
    assertThat(drift(node)).isEmpty();
    a.run("nft", "flush", "chain", "inet", "guywire-wg0", "forward");
    a.run("sysctl", "-q", "net.ipv4.ip_forward=0");
    a.run("ip", "address", "del", "10.9.0.1/24", "dev", "wg0");
    assertThat(drift(node))
        .containsExactly(
            "firewall: table guywire-wg0",
            "wg0: address 10.9.0.1/24",
            "setting: net.ipv4.ip_forward = 1");
    assertThat(apply(node).changes()).hasSize(3);
    assertThat(a.run("nft", "list", "ruleset")).isEqualTo(rules);
    NodeSetup.takeBack(a.machine(), Nodes.WG0, Progress.SILENT);
    assertThat(a.settings()).isEqualTo(before);
  }

  private List<String> drift(Nodes node) {
    return NodeSetup.drift(node.config(), a.machine(), TunnelProgram.WIREGUARD_GO).stream()
        .map(Object::toString)
        .toList();
  }

  @Test
  void a_state_of_another_version_is_refused_with_a_word() throws IOException {
    apply(node());
    var journal = a.machine().root().resolve("run/guywire/journal");
    String text = Files.readString(journal);
    Files.writeString(journal, text.replace("\"number\":2", "\"number\":1"));
    assertThatThrownBy(() -> NodeSetup.takeBack(a.machine(), Nodes.WG0, Progress.SILENT))
        .isInstanceOf(SetupFailure.class)
        .hasMessageContaining("another version");
    Files.writeString(journal, text.replaceAll("\"post-down\":\\[\\],?", ""));
    NodeSetup.takeBack(a.machine(), Nodes.WG0, Progress.SILENT);
    assertThat(a.settings()).isEqualTo(before);
  }

  @Test
  @Timeout(120)
  void a_hook_that_leaves_something_in_the_background_holds_nothing_up() {
    var node = node();
    node.hooks = List.of(new Hook(Hook.When.POST_UP, "echo made > /run/made; sleep 600 &"));
    long start = System.nanoTime();
    var applied =
        NodeSetup.apply(
            node.config(),
            a.machine(),
            TunnelProgram.WIREGUARD_GO,
            HookPermission.RUN,
            Progress.SILENT);
    assertThat(System.nanoTime() - start)
        .as("not until the sleep is over")
        .isLessThan(TimeUnit.SECONDS.toNanos(100));
    assertThat(a.run("cat", "/run/made")).isEqualTo("made");
    a.run("rm", "/run/made");
    applied.takeBack();
    assertThat(a.settings()).isEqualTo(before);
  }

  @Test
  void two_commands_at_once_do_their_work_one_after_the_other() throws Exception {
    var node = node();
    node.nameServer = names("10.9.0.1");
    try (var both = Executors.newFixedThreadPool(2)) {
      var runs = new ArrayList<java.util.concurrent.Future<Integer>>();
      for (int i = 0; i < 2; i++) {
        runs.add(both.submit(() -> apply(node).changes().size()));
      }
      var changes = new ArrayList<Integer>();
      for (var run : runs) {
        changes.add(run.get());
      }
      assertThat(changes).contains(0).anyMatch(count -> count > 5);
    }
    NodeSetup.takeBack(a.machine(), Nodes.WG0, Progress.SILENT);
    assertThat(a.settings()).isEqualTo(before);
  }

  @Test
  void another_process_at_work_is_waited_for_and_named() throws Exception {
    var state = a.machine().state().make();
    var own = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    try (var channel =
        FileChannel.open(
            state.file("lock"), Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), own)) {
      channel.write(java.nio.ByteBuffer.wrap("4711".getBytes(StandardCharsets.UTF_8)));
      // A lock of another process: this one's would not be seen as taken.
      var holder =
          a.start(
              "sh",
              "-c",
              "exec python3 -c 'import fcntl,time,sys;f=open(\"/run/guywire/lock\",\"r+\");"
                  + "fcntl.lockf(f,fcntl.LOCK_EX);print(\"held\");sys.stdout.flush();time.sleep(600)'");
      assertThat(holder.inputReader().readLine()).isEqualTo("held");
      var heard = new ArrayList<String>();
      assertThatThrownBy(() -> HostLock.take(state, step -> heard.add(step.toString()), 1))
          .isInstanceOf(SetupFailure.class)
          .hasMessageContaining("the process 4711");
      assertThat(heard).singleElement().asString().contains("4711");

      var waits = new CountDownLatch(1);
      try (var one = Executors.newSingleThreadExecutor()) {
        var applied =
            one.submit(() ->
                NodeSetup.apply(
                    node().config(),
                    a.machine(),
                    TunnelProgram.WIREGUARD_GO,
                    _ -> waits.countDown()));
        assertThat(waits.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(a.succeeds("ip", "link", "show", "wg0")).isFalse();
        holder.descendants().forEach(ProcessHandle::destroyForcibly);
        holder.destroyForcibly();
        applied.get().takeBack();
      }
    }
    assertThat(a.settings()).isEqualTo(before);
  }

  @Test
  void after_a_restart_without_down_the_owners_resolver_comes_back() {
    var node = node();
    node.dns = new DnsClient(List.of(IpAddress.parse("10.9.0.53")), List.of());
    apply(node);
    restart();
    assertThat(a.run("cat", "/etc/resolv.conf")).contains("10.9.0.53");
    apply(node).takeBack();
    assertThat(a.settings()).isEqualTo(before);

    apply(node);
    restart();
    assertThat(NodeSetup.takeBack(a.machine(), Nodes.WG0, Progress.SILENT)).isTrue();
    assertThat(a.settings()).isEqualTo(before);
  }

  /** Interfaces, settings and /run are gone; files are as they were. */
  private void restart() {
    a.run("ip", "link", "del", "wg0");
    a.run("sh", "-c", "rm -rf /run/guywire/*");
    assertThat(
            LongProcess.await(() ->
                !a.run("sh", "-c", "cat /proc/[0-9]*/cmdline 2>/dev/null; true")
                    .contains("wireguard-go")))
        .isTrue();
  }

  @Test
  void an_error_that_is_no_exception_is_undone_too() {
    assertThatThrownBy(() ->
            NodeSetup.apply(
                node().config(),
                a.machine(),
                TunnelProgram.WIREGUARD_GO,
                step -> {
                  if (step.key().equals("step.up")) {
                    throw new OutOfMemoryError("on purpose");
                  }
                }))
        .isInstanceOf(OutOfMemoryError.class);
    assertThat(a.settings()).isEqualTo(before);
  }

  @Test
  void the_program_that_carries_a_tunnel_is_changed_when_asked() {
    apply(node().peer(keyC, Optional.empty(), "", "10.20.0.0/16"));
    var node = node().peer(keyC, Optional.empty(), "", "10.20.0.0/16");
    var changes =
        NodeSetup.apply(node.config(), a.machine(), TunnelProgram.GUYWIRE, Progress.SILENT)
            .changes();
    assertThat(changes).isNotEmpty();
    assertThat(NodeState.of(a.machine(), Nodes.WG0).orElseThrow().program())
        .isEqualTo("guywire-tunnel");
    assertThat(a.run("ip", "route")).contains("10.20.0.0/16 dev wg0");
    assertThatThrownBy(() ->
            NodeSetup.apply(
                node.config(), a.machine(), new TunnelProgram.Kernel(), Progress.SILENT))
        .isInstanceOf(MissingRequirement.class);
    assertThat(a.run("wg", "show", "wg0", "listen-port")).isEqualTo("51820");
    assertThat(a.run("ip", "route")).contains("10.20.0.0/16 dev wg0");
    NodeSetup.takeBack(a.machine(), Nodes.WG0, Progress.SILENT);
    assertThat(a.settings()).isEqualTo(before);
  }
}
