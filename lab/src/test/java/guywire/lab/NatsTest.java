package guywire.lab;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Network;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import guywire.prove.Judgement;
import guywire.prove.Reachability;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Nodes behind NATs find each other, told by the hub where the other is, if both NATs keep ports;
 * else the hub goes on passing their packets.
 */
@Execution(ExecutionMode.CONCURRENT)
class NatsTest {

  private static final String TEXT =
      """
      network: nats
      overlay: 10.20.0.0/24
      sites:
        home: {lan: 192.168.31.0/24, internet: nat}
        office: {lan: 192.168.32.0/24, internet: nat}
        firm: {lan: 192.168.33.0/24, internet: nat-random}
      nodes:
        hub: {hub: true, public: 203.0.113.1}
        a: {site: home}
        b: {site: office}
        c: {site: firm}
      links:
        a - b: direct or via hub
        a - c: direct or via hub
      expect:
        - a, b reach each other directly keeping source
        - a, c reach each other via hub
        - b, c reach each other via hub
      """;

  @Test
  void two_behind_nats_that_keep_ports_meet_and_others_stay_relayed() {
    Network network = network();
    var proof = Reachability.of(network);
    assertThat(proof.judgements()).allMatch(one -> one.verdict() == Judgement.PromiseVerdict.KEPT);
    try (var lab = Lab.start(network, new LabOptions(TunnelPrograms.GUYWIRE), LabListener.SILENT)) {
      var report = lab.probe(Prediction.by(proof), ProbeOptions.QUICK);
      assertThat(report.promises()).allMatch(LabReport.PromiseResult::kept);
      assertThat(report.disagreements()).isEmpty();
    }
  }

  private static Network network() {
    var reading = Definition.parse("nats", TEXT);
    var planned =
        Planner.plan(
            reading.definition().orElseThrow(() -> new AssertionError(reading.findings())),
            KeyStore.ofSeed(7));
    return planned.network().orElseThrow(() -> new AssertionError(planned.findings()));
  }
}
