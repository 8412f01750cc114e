package guywire.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import guywire.lab.LabOptions.Apply;
import guywire.network.Network;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import guywire.prove.Reachability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The files rendered for wg-quick do what the proof says when the real wg-quick applies them, and
 * nothing is left when it takes them down. Needs root, wg-quick, resolvconf and wireguard-go.
 */
@Execution(ExecutionMode.CONCURRENT)
class WgQuickTest {

  private static final Path EXAMPLES = Path.of("../examples");

  /** A hub with names, full tunnels, an exit behind a hub, a policy with source NAT, IPv6. */
  private static final List<String> USUAL =
      List.of(
          "two-homes", "full-tunnel", "exit-at-home", "star-with-gateways", "point-to-point-ipv6");

  private static final ProbeOptions QUICK =
      new ProbeOptions(true, false, false, Optional.empty(), 0);

  @TempDir static Path noKeys;

  @TestFactory
  List<DynamicTest> what_wg_quick_makes_of_the_files_is_what_the_proof_says() {
    return USUAL.stream()
        .map(name -> EXAMPLES.resolve(name + ".yaml"))
        .map(file -> dynamicTest(file.getFileName() + "", () -> holds(file, TunnelPrograms.MIXED)))
        .toList();
  }

  @TestFactory
  @Tag("long")
  List<DynamicTest> every_example_holds_with_wg_quick_and_either_program() throws IOException {
    var tests = new ArrayList<DynamicTest>();
    try (var files = Files.list(EXAMPLES)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
        for (TunnelPrograms tunnels :
            List.of(TunnelPrograms.GUYWIRE, TunnelPrograms.WIREGUARD_GO)) {
          tests.add(
              dynamicTest(
                  file.getFileName() + " with " + tunnels.word(), () -> holds(file, tunnels)));
        }
      }
    }
    return tests;
  }

  private static void holds(Path file, TunnelPrograms tunnels) throws IOException {
    Network whole = network(file);
    var options = new LabOptions(tunnels, Apply.WG_QUICK);
    Network network = options.of(whole);
    var proof = Reachability.of(network);
    Prediction prediction = Prediction.by(proof);
    String resolver = Files.readString(Path.of("/etc/resolv.conf"));
    try (var lab = Lab.start(network, options, LabListener.SILENT)) {
      LabReport report = lab.probe(prediction, QUICK);
      // What holds when something is down, or by another way, needs an agent: files know none.
      boolean oneWay = whole.equals(network);
      assertThat(report.promises()).isNotEmpty();
      assertThat(report.promises())
          .filteredOn(result -> result.promise().down().isEmpty())
          .filteredOn(result -> oneWay || !result.promise().direct())
          .allMatch(LabReport.PromiseResult::kept);
      assertThat(report.lookups()).allMatch(LabReport.LookupResult::kept);
      assertThat(report.disagreements()).isEmpty();
      assertThat(lab.takeDown()).isEmpty();
      for (var node : network.nodes()) {
        assertThat(resolvConf(lab, node.name().text())).contains("nameserver 198.18.0.1");
      }
    }
    assertThat(Files.readString(Path.of("/etc/resolv.conf"))).isEqualTo(resolver);
  }

  private static String resolvConf(Lab lab, String node) throws IOException {
    return Files.readString(Path.of("/proc/" + lab.machine(node).pid() + "/root/etc/resolv.conf"));
  }

  private static Network network(Path file) {
    var reading = Definition.read(file);
    var planned =
        Planner.plan(
            reading.definition().orElseThrow(() -> new AssertionError(reading.findings())),
            KeyStore.borrowing(noKeys));
    return planned.network().orElseThrow(() -> new AssertionError(planned.findings()));
  }
}
