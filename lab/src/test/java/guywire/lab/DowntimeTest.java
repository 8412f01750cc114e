package guywire.lab;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Name;
import guywire.network.Network;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import guywire.prove.Judgement;
import guywire.prove.Reachability;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What a hub's death costs pairs that it carries, held against the time that is promised. */
@Execution(ExecutionMode.CONCURRENT)
class DowntimeTest {

  private static final String TEXT =
      """
      network: dying
      overlay: 10.20.0.0/24
      nodes:
        hub-1: {hub: true, public: 203.0.113.1}
        hub-2: {hub: true, public: 198.51.100.1}
        a: {public: 192.0.2.10}
        b: {public: 192.0.2.11}
      expect:
        - a reaches b via hub-2 within 3 s when hub-1 dies
        - b reaches a within 10 ms when hub-1 dies
        - a reaches hub-2 within 3 s when hub-1 dies
        - b reaches hub-2 within 3 s when hub-1 dies
        - a, b reach each other via hub-1
        - a reaches hub-2 directly
      """;

  /**
   * The last two promises have the lab wait, before anything dies, until the agents went that way.
   */
  @Test
  void a_dying_hub_costs_what_the_agents_need_and_a_direct_pair_nothing() {
    Network network = network();
    var proof = Reachability.of(network);
    assertThat(proof.judgements()).allMatch(one -> one.verdict() == Judgement.PromiseVerdict.KEPT);
    var prediction = Prediction.by(proof);
    try (var lab = Lab.start(network, new LabOptions(TunnelPrograms.GUYWIRE), LabListener.SILENT)) {
      var results = lab.probe(prediction, ProbeOptions.NOTHING_ELSE).promises();
      var switched = results.get(0);
      var impossible = results.get(1);
      var direct = results.get(2);
      // On a machine that keeps up; one that does not must say so.
      assertThat(switched.kept() || switched.outcome() == ProbeOutcome.NOT_MEASURED).isTrue();
      assertThat(switched.gap().orElseThrow().before()).isEqualTo(List.of(new Name("hub-1")));
      assertThat(switched.via()).isEqualTo(List.of(new Name("hub-2")));
      assertThat(switched.gap().orElseThrow().lost()).isPositive();

      var stream = switched.gap().orElseThrow().stream().orElseThrow();
      assertThat(stream.goesOn()).isTrue();
      assertThat(stream.stillMillis())
          .isGreaterThan(switched.gap().orElseThrow().longestMillis() / 2);

      assertThat(impossible.kept()).isFalse();
      assertThat(impossible.gap().orElseThrow().longestMillis()).isGreaterThan(10);

      assertThat(direct.kept() || direct.outcome() == ProbeOutcome.NOT_MEASURED).isTrue();
      assertThat(direct.gap().orElseThrow().before()).isEmpty();
      assertThat(direct.gap().orElseThrow().stream().orElseThrow().goesOn()).isTrue();
    }
  }

  private static Network network() {
    var reading = Definition.parse("dying", TEXT);
    var planned =
        Planner.plan(
            reading.definition().orElseThrow(() -> new AssertionError(reading.findings())),
            KeyStore.ofSeed(7));
    return planned.network().orElseThrow(() -> new AssertionError(planned.findings()));
  }
}
