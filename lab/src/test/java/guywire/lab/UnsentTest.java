package guywire.lab;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.lab.LabReport.PromiseResult;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import guywire.prove.Reachability;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A probe that could not be sent, or that the machine was too slow for, keeps no promise. Needs
 * root.
 */
@Execution(ExecutionMode.CONCURRENT)
class UnsentTest {

  private static final Network NETWORK =
      network(
          """
          network: n
          overlay: 10.0.0.0/24
          nodes:
            hub: {public: 192.0.2.1, hub: true}
            phone: {roaming: wifi, platform: ios}
            kid: {roaming: wifi, platform: ios, full-tunnel: true}
          policy:
            - kid may not reach internet
            - kid may reach hub
            - phone may not reach kid
          expect:
            - kid reaches hub
          """);

  private static Network network(String yaml) {
    return Planner.plan(
            Definition.parse("n.yaml", yaml).definition().orElseThrow(), KeyStore.ofSeed(1))
        .network()
        .orElseThrow();
  }

  private static Lab lab() {
    return Lab.start(NETWORK, new LabOptions(TunnelPrograms.GUYWIRE), LabListener.SILENT);
  }

  @Test
  void what_a_policy_forbids_is_tried_and_refused() {
    try (var lab = lab()) {
      var report = lab.probe(Prediction.by(Reachability.of(NETWORK)), ProbeOptions.QUICK);
      assertThat(report.promises())
          .filteredOn(result -> !result.promise().arrives())
          .hasSize(6)
          .allMatch(result -> result.kept() && result.outcome() == ProbeOutcome.BLOCKED);
      assertThat(report.matrix())
          .filteredOn(cell -> cell.from().equals(new Spot.Node(new Name("hub"))))
          .filteredOn(cell -> cell.to() instanceof Spot.Node)
          .isNotEmpty()
          .allMatch(cell -> cell.outcome() != ProbeOutcome.REACHED && cell.agrees());
      assertThat(report.holds()).isTrue();
    }
  }

  @Test
  void nothing_sent_keeps_no_promise_that_nothing_arrives() {
    try (var lab = lab()) {
      var phone = lab.machine("phone");
      phone.run("", "ip", "route", "flush", "table", "main");
      var report = lab.probe(Prediction.by(Reachability.of(NETWORK)), ProbeOptions.QUICK);
      assertThat(report.promises())
          .filteredOn(result -> result.promise().from().equals(new Spot.Node(new Name("phone"))))
          .isNotEmpty()
          .noneMatch(PromiseResult::kept)
          .allMatch(result -> result.outcome() == ProbeOutcome.NOT_SENT);
      assertThat(report.holds()).isFalse();
    }
  }

  @Test
  void too_slow_is_neither_kept_nor_broken() {
    var box =
        new PlannedMachine(
            "alone.", Optional.empty(), Optional.empty(), false, false, List.of(), "", 0);
    try (var machine = LabMachine.start(box, "")) {
      var attempt = new Attempt(1, machine, machine, Spot.Outside.IPV4, Transport.ICMP, 0);
      assertThat(attempt.outcome()).isEqualTo(ProbeOutcome.NOT_SENT);
      attempt.left();
      assertThat(attempt.outcome()).isEqualTo(ProbeOutcome.BLOCKED);
      attempt.tooSlow(true);
      assertThat(attempt.outcome()).isEqualTo(ProbeOutcome.NOT_MEASURED);
    }
    for (var expected : ExpectedReach.values()) {
      assertThat(expected.fits(ProbeOutcome.NOT_MEASURED)).as(expected.word()).isFalse();
    }
    assertThat(ExpectedReach.BLOCKED.fits(ProbeOutcome.NOT_SENT)).isFalse();
    assertThat(ExpectedReach.UNSENT.fits(ProbeOutcome.NOT_SENT)).isTrue();
  }
}
