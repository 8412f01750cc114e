package guywire.lab;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.format.Formats;
import guywire.format.input.SourceFile;
import guywire.lab.LabOptions.Apply;
import guywire.lab.LabReport.MeasuredCell;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.Network;
import guywire.protocol.PrivateKey;
import guywire.prove.Assembly;
import guywire.prove.FactsFile;
import guywire.prove.Reachability;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A lab of files uses the files: the real wg-quick, with their hooks, and interfaces called as at
 * home. Needs root and wg-quick.
 */
@Execution(ExecutionMode.CONCURRENT)
class WrittenFilesTest {

  private static final InterfaceName WG0 = new InterfaceName("wg0");
  private final Map<String, String> texts = new TreeMap<>();
  private List<String> settings = List.of();
  private List<String> rulesets = List.of();

  private static PrivateKey key(String name) {
    return PrivateKey.generate(new Random(name.hashCode()));
  }

  private void host(String name, String more, String... peers) {
    texts.put(
        name,
        "[Interface]\nPrivateKey = " + key(name).base64() + "\n" + more + String.join("", peers));
  }

  private static String peer(String name, String more) {
    return "[Peer]\nPublicKey = " + key(name).publicKey() + "\n" + more;
  }

  /** A hub at 192.0.2.1 and two laptops. */
  private void club(String hubHooks) {
    host(
        "hub",
        "Address = 10.0.0.1/24\nListenPort = 51820\n" + hubHooks,
        peer("a", "AllowedIPs = 10.0.0.2/32\n"),
        peer("b", "AllowedIPs = 10.0.0.3/32\n"));
    for (int i = 0; i < 2; i++) {
      host(
          i == 0 ? "a" : "b",
          "Address = 10.0.0." + (i + 2) + "/24\n",
          peer(
              "hub",
              "AllowedIPs = 10.0.0.0/24\nEndpoint = 192.0.2.1:51820\nPersistentKeepalive = 25\n"));
    }
  }

  private interface Look {
    void at(Lab lab, LabReport report);
  }

  private void run(String facts, Look look) {
    var imported = new ArrayList<guywire.format.input.Imported>();
    var written = new LinkedHashMap<Name, WrittenNode>();
    var known = FactsFile.parse("facts.yaml", facts);
    texts.forEach((name, text) -> {
      var file = new SourceFile("wg0.conf", text);
      var host = Formats.read(new Name(name), List.of(file)).getFirst();
      imported.add(host);
      var node = host.node().name();
      boolean boots = node.text().equals("hub");
      written.put(
          node,
          WrittenNode.of(host.node(), Map.of(WG0, text), known.of(node))
              .withBoot(boots ? settings : List.of(), boots ? rulesets : List.of()));
    });
    Network network = Assembly.of(new Name("club"), imported, known).network();
    var options = new LabOptions(TunnelPrograms.GUYWIRE, Apply.FILES, written);
    try (var lab = Lab.start(network, options, LabListener.SILENT)) {
      look.at(lab, lab.probe(Prediction.by(Reachability.of(network)), ProbeOptions.QUICK));
    }
  }

  private static ProbeOutcome outcome(LabReport report, String from, String to) {
    return report.matrix().stream()
        .filter(cell -> cell.from().toString().equals(from) && cell.to().toString().equals(to))
        .map(MeasuredCell::outcome)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void hooks_are_run_and_what_they_do_is_measured() {
    club("PostUp = sysctl -q net.ipv4.ip_forward=1; ip route add blackhole 10.0.0.3/32 metric 1\n");
    run(
        "hosts:\n  hub: {public: 192.0.2.1}\n",
        (lab, report) -> {
          assertThat(lab.down()).isEmpty();
          assertThat(outcome(report, "a", "hub")).isEqualTo(ProbeOutcome.REACHED);
          assertThat(outcome(report, "a", "b")).isEqualTo(ProbeOutcome.BLOCKED);
        });
  }

  /** As {@code guywire render} writes it: the tunnel's file alone has no hub forward. */
  @Test
  void what_a_host_reads_at_boot_is_there_before_its_tunnels() {
    club("");
    settings = List.of("net.ipv4.ip_forward=1", "net.ipv4.there_is_no_such_thing=1");
    rulesets =
        List.of(
            """
            table inet guard {
              chain forward {
                type filter hook forward priority filter
                ip daddr 10.0.0.3 ct state new drop
              }
            }
            """);
    run(
        "hosts:\n  hub: {public: 192.0.2.1}\n",
        (lab, report) -> {
          assertThat(lab.down()).isEmpty();
          assertThat(outcome(report, "b", "a")).isEqualTo(ProbeOutcome.REACHED);
          assertThat(outcome(report, "a", "b")).isEqualTo(ProbeOutcome.BLOCKED);
        });
  }

  /** Nothing in the files has the hub forward: its owner says that it does, and what it refuses. */
  @Test
  void what_the_facts_say_of_a_host_is_there_before_its_tunnels() {
    club("");
    run(
        """
        hosts:
          hub:
            public: 192.0.2.1
            forwards: ipv4
            rules: [iptables -A FORWARD -d 10.0.0.3 -m conntrack --ctstate NEW -j DROP]
        """,
        (lab, report) -> {
          assertThat(lab.down()).isEmpty();
          assertThat(outcome(report, "b", "a")).isEqualTo(ProbeOutcome.REACHED);
          assertThat(outcome(report, "a", "b")).isEqualTo(ProbeOutcome.BLOCKED);
        });
  }

  @Test
  void a_host_that_can_not_be_made_what_the_facts_say_is_down_and_says_why() {
    club("");
    run(
        """
        hosts:
          hub:
            public: 192.0.2.1
            rules: [ip route add 10.99.0.0/24 via 203.0.113.77]
        """,
        (lab, report) -> {
          assertThat(lab.down()).containsOnlyKeys(new Name("hub"));
          assertThat(lab.down().get(new Name("hub")).toString()).contains("ip of hub: ");
        });
  }

  @Test
  void a_node_whose_files_do_not_bring_it_up_is_down_and_the_rest_is_measured() {
    club("PostUp = sysctl -q net.ipv4.ip_forward=1\n");
    texts.put("b", texts.get("b").replace("[Peer]", "PostUp = sleep nonsense\n[Peer]"));
    run(
        "hosts:\n  hub: {public: 192.0.2.1}\n",
        (lab, report) -> {
          assertThat(lab.down()).containsOnlyKeys(new Name("b"));
          assertThat(outcome(report, "a", "hub")).isEqualTo(ProbeOutcome.REACHED);
          assertThat(outcome(report, "a", "b")).isNotEqualTo(ProbeOutcome.REACHED);
          assertThat(report.holds()).isFalse();
        });
  }

  @Test
  void interfaces_have_the_names_that_they_have_at_home() {
    club("PostUp = ip link show dev ens4\n");
    run(
        "hosts:\n  hub: {public: 192.0.2.1, interfaces: [ens4]}\n",
        (lab, report) -> {
          assertThat(lab.down()).isEmpty();
          assertThat(outcome(report, "a", "hub")).isEqualTo(ProbeOutcome.REACHED);
        });
    club(
        "PostUp = iptables -w -t nat -A POSTROUTING -o enp3s0 -j MASQUERADE; ip link show dev"
            + " enp3s0\n");
    run("hosts:\n  hub: {public: 192.0.2.1}\n", (lab, _) -> assertThat(lab.down()).isEmpty());
  }
}
