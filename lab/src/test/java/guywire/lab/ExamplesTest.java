package guywire.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

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
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Every example runs with our own tunnel program and another and keeps its promises, and for every
 * pair of machines the packets say what the proof says. Several labs run at once. Needs root and
 * wireguard-go.
 */
@Execution(ExecutionMode.CONCURRENT)
class ExamplesTest {

  private static final Path EXAMPLES = Path.of("../examples");
  private static final ProbeOptions OPTIONS =
      new ProbeOptions(true, true, false, Optional.empty(), 0);

  @TempDir static Path noKeys;

  @TestFactory
  List<DynamicTest> every_promise_is_kept_and_packets_agree_with_the_proof() throws IOException {
    var tests = tests(true);
    assertThat(tests).hasSizeGreaterThanOrEqualTo(28);
    return tests;
  }

  @Tag("long")
  @TestFactory
  List<DynamicTest> so_it_is_with_every_other_program() throws IOException {
    return tests(false);
  }

  /** Our own program with every example, and of the others one in turn; or the rest. */
  private static List<DynamicTest> tests(boolean usual) throws IOException {
    var others =
        Stream.of(TunnelPrograms.values()).filter(each -> each != TunnelPrograms.GUYWIRE).toList();
    var tests = new ArrayList<DynamicTest>();
    try (var files = Files.list(EXAMPLES)) {
      var sorted = files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList();
      for (int i = 0; i < sorted.size(); i++) {
        Path file = sorted.get(i);
        var turn = others.get(i % others.size());
        for (TunnelPrograms tunnels : TunnelPrograms.values()) {
          if ((tunnels == TunnelPrograms.GUYWIRE || tunnels == turn) == usual) {
            tests.add(
                dynamicTest(
                    file.getFileName() + " with " + tunnels.word(), () -> holds(file, tunnels)));
          }
        }
      }
    }
    return tests;
  }

  private static void holds(Path file, TunnelPrograms tunnels) {
    Network network = network(file);
    var proof = Reachability.of(network);
    Prediction prediction = Prediction.by(proof);
    try (var lab = Lab.start(network, new LabOptions(tunnels), LabListener.SILENT)) {
      LabReport report = lab.probe(prediction, OPTIONS);
      assertThat(report.promises()).isNotEmpty().allMatch(LabReport.PromiseResult::kept);
      assertThat(report.lookups()).allMatch(LabReport.LookupResult::kept);
      assertThat(report.matrix()).isNotEmpty();
      assertThat(report.disagreements()).isEmpty();
      assertThat(report.roaming()).allMatch(LabReport.RoamedConnection::lived);
    }
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
