package guywire.lab;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Network;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import guywire.prove.Reachability;
import org.junit.jupiter.api.Test;

/**
 * A running lab changes to another plan, and then is as if it had been built from it. Needs root.
 */
class ChangingLabTest {

  private static final KeyStore KEYS = KeyStore.inMemory();

  private static final String BEFORE =
      """
      network: n
      overlay: 10.0.0.0/24
      sites:
        home: {lan: 192.168.1.0/24, hosts: {nas: 192.168.1.9}}
      nodes:
        hub: {public: 192.0.2.1, hub: true}
        router: {router: home}
        laptop: {roaming: wifi}
      expect:
        - laptop reaches home
      """;

  private static Network plan(String yaml) {
    return Planner.plan(Definition.parse("n.yaml", yaml).definition().orElseThrow(), KEYS)
        .network()
        .orElseThrow();
  }

  private static void holds(Lab lab, Network network) {
    var report = lab.probe(Prediction.by(Reachability.of(network)), ProbeOptions.QUICK);
    assertThat(report.promises()).isNotEmpty().allMatch(LabReport.PromiseResult::kept);
    assertThat(report.disagreements()).isEmpty();
    assertThat(report.holds()).isTrue();
  }

  @Test
  void nodes_and_sites_come_and_go_and_policies_change_while_the_others_stay() {
    Network first = plan(BEFORE);
    String grown =
        BEFORE
            .replace(
                "sites:\n", "sites:\n  office: {lan: 172.19.5.0/24, hosts: {db: 172.19.5.9}}\n")
            .replace(
                "  laptop:",
                "  gate: {router: office}\n  phone: {roaming: wifi, platform: ios}\n  laptop:")
            .replace(
                "expect:\n",
                "policy:\n  - phone may not reach nas\n  - all may reach all\nexpect:\n  - phone reaches office\n");
    Network second = plan(grown);
    try (var lab = Lab.start(first, new LabOptions(TunnelPrograms.GUYWIRE), LabListener.SILENT)) {
      holds(lab, first);
      long laptop = lab.machine("laptop").pid();
      lab.apply(second);
      assertThat(lab.machine("laptop").pid()).as("the same machine").isEqualTo(laptop);
      holds(lab, second);
      lab.apply(first);
      holds(lab, first);
      assertThat(lab.hosts()).noneMatch(host -> host.name().equals("phone"));
    }
  }
}
