package guywire.lab;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Network;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import guywire.prove.Reachability;
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
      expect:
        - files reaches hub-2 directly
        - files reaches hub-2 via hub-1 when files - hub-2 is down
      """;

  @Test
  void a_promised_way_is_waited_for_until_its_agent_takes_it_again() {
    Network network = network();
    var prediction = Prediction.by(Reachability.of(network));
    try (var lab = Lab.start(network, new LabOptions(TunnelPrograms.GUYWIRE), LabListener.SILENT)) {
      assertThat(lab.probe(prediction, ProbeOptions.NOTHING_ELSE).promises())
          .allMatch(LabReport.PromiseResult::kept);
      assertThat(lab.probe(prediction, ProbeOptions.NOTHING_ELSE).promises())
          .allMatch(LabReport.PromiseResult::kept);
    }
  }

  private static Network network() {
    var reading = Definition.parse("settling", TEXT);
    var planned =
        Planner.plan(
            reading.definition().orElseThrow(() -> new AssertionError(reading.findings())),
            KeyStore.ofSeed(7));
    return planned.network().orElseThrow(() -> new AssertionError(planned.findings()));
  }
}
