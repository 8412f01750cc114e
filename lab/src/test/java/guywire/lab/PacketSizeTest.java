package guywire.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.network.Network;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import guywire.prove.Subject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Two homes, one of them behind a narrow line: only the tunnels at that line are narrow, and
 * packets of every size still arrive between the homes. Needs root.
 */
class PacketSizeTest {

  private static final String DEFINITION =
      """
      network: n
      overlay: 10.0.0.0/24
      sites:
        wide: {lan: 192.168.1.0/24, hosts: {nas: 192.168.1.9}}
        narrow: {lan: 192.168.2.0/24, access: 1400, hosts: {db: 192.168.2.9}}
      nodes:
        hub: {public: 192.0.2.1, hub: true}
        a: {router: wide}
        b: {router: narrow}
      """;

  /** Bytes of an echo request beside its data: IPv4's header and ICMP's. */
  private static final int HEADERS = 28;

  private static Network network;
  private static Lab lab;

  @BeforeAll
  static void start() {
    network =
        Planner.plan(
                Definition.parse("n.yaml", DEFINITION).definition().orElseThrow(),
                KeyStore.ofSeed(1))
            .network()
            .orElseThrow();
    lab = Lab.start(network, new LabOptions(TunnelPrograms.GUYWIRE), LabListener.SILENT);
    // The first packets make the sessions.
    lab.machine("nas").run("", "ping", "-c", "5", "-i", "0.2", "-W", "2", "192.168.2.9");
  }

  @AfterAll
  static void end() {
    lab.close();
  }

  @Test
  void only_the_narrow_line_and_the_hub_have_a_smaller_mtu() {
    assertThat(mtu("a")).isEqualTo(1420);
    assertThat(mtu("b")).isEqualTo(1340);
    assertThat(mtu("hub")).isEqualTo(1340);
    assertThat(guywire.prove.Faults.in(Subject.planned(network))).isEmpty();
  }

  @Test
  void the_wide_line_is_used_to_its_full_width() {
    ping("nas", 1420, "10.0.0.1", "do");
  }

  @Test
  void what_is_too_long_for_the_next_tunnel_is_told_so_by_the_hub() {
    ping("nas", 1340, "192.168.2.9", "do");
    assertThatThrownBy(() -> ping("nas", 1341, "192.168.2.9", "do"))
        .hasMessageContaining("mtu = 1340");
  }

  @Test
  void what_may_be_cut_arrives_in_pieces() {
    ping("nas", 1420, "192.168.2.9", "dont");
    ping("nas", 4000, "192.168.2.9", "dont");
    ping("db", 4000, "192.168.1.9", "dont");
  }

  @Test
  void streams_find_the_size_that_fits_in_both_directions() {
    lab.machine("db").run("", "iperf3", "-s", "-D");
    lab.machine("nas")
        .run(
            "",
            "timeout",
            "20",
            "iperf3",
            "-c",
            "192.168.2.9",
            "-n",
            "4M",
            "--connect-timeout",
            "5000");
    lab.machine("nas").run("", "timeout", "20", "iperf3", "-c", "192.168.2.9", "-n", "4M", "-R");
  }

  private static void ping(String from, int bytes, String to, String fragments) {
    lab.machine(from)
        .run(
            "",
            "ping",
            "-c",
            "2",
            "-i",
            "0.2",
            "-W",
            "2",
            "-M",
            fragments,
            "-s",
            String.valueOf(bytes - HEADERS),
            to);
  }

  private static int mtu(String node) {
    return lab.machine(node).netlink().link("wg0").orElseThrow().mtu();
  }
}
