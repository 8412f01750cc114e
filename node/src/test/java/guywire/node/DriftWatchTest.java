package guywire.node;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.network.FilterRule.Verdict;
import guywire.network.Firewall;
import guywire.network.Forwarding;
import guywire.network.Name;
import guywire.network.NameServer;
import guywire.node.DriftReport.Outcome;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A host with an agent that other programs change. Needs root. */
class DriftWatchTest {

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final long SECONDS = 60;
  private final PrivateKey key = PrivateKey.generate(RANDOM);
  private final PrivateKey peer = PrivateKey.generate(RANDOM);
  private final PrivateKey stranger = PrivateKey.generate(RANDOM);
  private final PresharedKey secret = PresharedKey.generate(RANDOM);
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
    var node =
        Nodes.node(key, "10.9.0.1/24")
            .listening(51820)
            .peer(peer, Optional.of(secret), "192.0.2.2:51820", "10.9.0.2/32", "10.20.0.0/16");
    node.forwarding = Forwarding.ON;
    node.firewall = new Firewall(List.of(), Verdict.ACCEPT, List.of(), Verdict.DROP, true);
    node.nameServer = Optional.of(names("10.9.0.1"));
    return node;
  }

  private void apply(Nodes node) {
    NodeSetup.apply(node.config(), machine.machine(), TunnelProgram.GUYWIRE, Progress.SILENT);
  }

  private static void await(String what, BooleanSupplier so) {
    assertThat(LongProcess.await(so, SECONDS)).as(what).isTrue();
  }

  private List<DriftReport> mends() {
    return DriftReport.all(machine.machine());
  }

  private long mended(String what) {
    return mends().stream()
        .filter(mend -> mend.outcome() == Outcome.MENDED && mend.what().text().contains(what))
        .count();
  }

  @Test
  void what_other_programs_take_away_is_put_back_and_what_they_add_stays() {
    apply(node());
    String whole = machine.settings();
    String peers = machine.run("wg", "show", "wg0", "dump");

    machine.run("ip", "route", "del", "10.20.0.0/16");
    await("the route", () -> machine.settings().equals(whole));
    machine.run("sysctl", "-q", "-w", "net.ipv4.ip_forward=0");
    await("the setting", () -> machine.settings().equals(whole));
    machine.run("nft", "delete", "table", "inet", "guywire-wg0");
    await("the table", () -> machine.settings().equals(whole));
    machine.run("wg", "set", "wg0", "peer", peer.publicKey().toString(), "remove");
    await("the peer", () -> machine.run("wg", "show", "wg0", "dump").equals(peers));
    machine.run("ip", "link", "set", "wg0", "down");
    await("the interface is up", () -> machine.settings().equals(whole));
    machine.run("ip", "link", "del", "wg0");
    await("the interface", () -> machine.settings().equals(whole));
    assertThat(machine.run("wg", "show", "wg0", "dump")).isEqualTo(peers);

    assertThat(mended("route: 10.20.0.0/16")).isPositive();
    assertThat(mended("net.ipv4.ip_forward = 1")).isEqualTo(1);
    assertThat(mended("table guywire-wg0")).isEqualTo(1);
    assertThat(mends())
        .filteredOn(mend -> mend.what().text().contains("table guywire-wg0"))
        .allMatch(mend -> mend.program().equals(Optional.of("nft")));
    assertThat(machine.run("cat", "/run/guywire/agent.log"))
        .contains("node: put back: route: 10.20.0.0/16 dev wg0");

    // The owner's own.
    machine.run("ip", "route", "add", "172.20.0.0/16", "dev", "wg0");
    machine.run("ip", "rule", "add", "pref", "500", "table", "77");
    machine.run("ip", "address", "add", "10.9.0.77/32", "dev", "wg0");
    machine.run("nft", "add", "table", "inet", "mine");
    machine.run(
        "wg", "set", "wg0", "peer", stranger.publicKey().toString(), "allowed-ips", "10.9.0.9/32");
    String owners = machine.settings();
    machine.run("sysctl", "-q", "-w", "net.ipv4.ip_forward=0");
    await("the setting", () -> machine.settings().equals(owners));
    assertThat(machine.run("wg", "show", "wg0", "peers")).contains(stranger.publicKey().toString());
    assertThat(mends()).noneMatch(mend -> mend.outcome() != Outcome.MENDED);
  }

  @ParameterizedTest
  @CsvSource({"10.9.0.1, 24, 10.9.0.0", "fd09::1, 64, fd09::"})
  void the_route_to_a_tunnels_network_is_put_back_as_the_kernel_makes_it(
      String address, int length, String network) {
    apply(named(address, length));
    String whole = machine.settings();
    String route = network + "/" + length;
    machine.run("ip", "route", "del", route, "dev", "wg0");
    await("the route", () -> machine.settings().equals(whole));
    await("it is said", () -> mended("route to its own network " + route) == 1);
    // It goes with its address, as the kernel's own.
    apply(named("192.168.9.1", 24));
    assertThat(machine.settings()).doesNotContain(route).contains("192.168.9.0/24");
  }

  /** A node with this address, which answers names there, so that it has an agent. */
  private Nodes named(String address, int length) {
    var node = Nodes.node(key, address + "/" + length);
    node.nameServer = Optional.of(names(address));
    return node;
  }

  private static NameServer names(String address) {
    return new NameServer(
        List.of(IpAddress.parse(address)),
        "x.internal",
        Map.of(new Name("nas"), List.of(IpAddress.parse("10.9.0.7"))),
        List.of());
  }

  @Test
  void
      a_program_that_goes_on_undoing_it_is_left_its_way_until_somebody_says_anew_how_it_shall_be() {
    apply(node());
    for (int i = 1; i <= RepairLimit.MOST; i++) {
      int times = i;
      machine.run("sysctl", "-q", "-w", "net.ipv4.ip_forward=0");
      await("it is mended", () -> mended("net.ipv4.ip_forward = 1") == times);
      assertThat(machine.run("sysctl", "-n", "net.ipv4.ip_forward")).isEqualTo("1");
    }
    machine.run("sysctl", "-q", "-w", "net.ipv4.ip_forward=0");
    await("it gives up", () -> mends().getLast().outcome() == Outcome.GIVEN_UP);
    assertThat(mends().getLast().words().toString())
        .contains("net.ipv4.ip_forward = 1", "three times within a minute", "guywire up");
    assertThat(machine.run("sysctl", "-n", "net.ipv4.ip_forward")).isEqualTo("0");

    apply(node());
    machine.run("sysctl", "-q", "-w", "net.ipv4.ip_forward=0");
    await("it is mended again", () -> mended("net.ipv4.ip_forward = 1") == RepairLimit.MOST + 1);
    NodeSetup.takeBack(machine.machine(), Nodes.WG0, Progress.SILENT);
    assertThat(machine.run("ip", "link")).doesNotContain("wg0");
  }
}
