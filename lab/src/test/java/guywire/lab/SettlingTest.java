package guywire.lab;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Name;
import guywire.network.Network;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import guywire.prove.Reachability;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * An agent that lost a way, if only because the machine stood still, takes it again a minute later:
 * a promise of that way is not broken by it.
 */
@Execution(ExecutionMode.CONCURRENT)
class SettlingTest {

  private static final String TEXT =
      """
      network: settling
      overlay: 10.20.0.0/24
      nodes:
        hub-1: {hub: true, public: 203.0.113.1}
        hub-2: {hub: true, public: 198.51.100.1}
        files: {public: 192.0.2.10}
        camera: {roaming: true, hub: hub-2}
      """;

  private static final long PATIENCE_NANOS = 30_000_000_000L;

  @Test
  void a_promised_way_is_waited_for_until_its_agent_takes_it_again() {
    Network network =
        network(
            "files reaches hub-2 directly",
            "files reaches hub-2 via hub-1 when files - hub-2 is down");
    var prediction = Prediction.by(Reachability.of(network));
    try (var lab = Lab.start(network, new LabOptions(TunnelPrograms.GUYWIRE), LabListener.SILENT)) {
      assertThat(lab.probe(prediction, ProbeOptions.NOTHING_ELSE).promises())
          .allMatch(LabReport.PromiseResult::kept);
      assertThat(lab.probe(prediction, ProbeOptions.NOTHING_ELSE).promises())
          .allMatch(LabReport.PromiseResult::kept);
    }
  }

  /**
   * The camera's node has one hub and nothing to choose, so no agent: its hub answers for it. The
   * ordinary route leads over both hubs.
   */
  @Test
  void who_has_no_agent_is_reached_by_the_hub_that_it_hangs_on() {
    Network network = network("files reaches camera");
    var prediction = Prediction.by(Reachability.of(network));
    try (var lab = Lab.start(network, new LabOptions(TunnelPrograms.GUYWIRE), LabListener.SILENT)) {
      long until = System.nanoTime() + PATIENCE_NANOS;
      List<LabReport.PromiseResult> results;
      do {
        results = lab.probe(prediction, ProbeOptions.NOTHING_ELSE).promises();
      } while (!results.stream().allMatch(SettlingTest::isByItsHub) && System.nanoTime() < until);
      assertThat(results).isNotEmpty().allMatch(SettlingTest::isByItsHub);
    }
  }

  private static boolean isByItsHub(LabReport.PromiseResult result) {
    return result.kept() && result.via().equals(List.of(new Name("hub-2")));
  }

  private static Network network(String... promises) {
    String text = TEXT + "expect:\n  - " + String.join("\n  - ", promises) + "\n";
    var reading = Definition.parse("settling", text);
    var planned =
        Planner.plan(
            reading.definition().orElseThrow(() -> new AssertionError(reading.findings())),
            KeyStore.ofSeed(7));
    return planned.network().orElseThrow(() -> new AssertionError(planned.findings()));
  }
}
