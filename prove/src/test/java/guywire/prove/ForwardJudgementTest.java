package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import guywire.prove.Judgement.PromiseVerdict;
import org.junit.jupiter.api.Test;

/** Promises about what gateways are asked to forward. */
class ForwardJudgementTest {

  private static final String HOME =
      """
      network: home
      overlay: 10.9.0.0/24
      sites:
        home: {lan: 192.168.1.0/24, hosts: {nas: 192.168.1.8}}
        far: {lan: 192.168.2.0/24, hosts: {tv: 192.168.2.8}}
      nodes:
        hub: {hub: true, public: 192.0.2.1}
        gw: {site: home, lan-address: 192.168.1.2}
        laptop: {roaming: true}
        phone: {roaming: true}
      policy:
        - laptop may forward through gw to nas on tcp/22
      expect:
      """;

  private static Judgement judged(String line) {
    var definition = Definition.parse("home.yaml", HOME + "  - " + line).definition().orElseThrow();
    var network = Planner.plan(definition, KeyStore.ofSeed(1)).network().orElseThrow();
    return Reachability.of(network).judgements().getLast();
  }

  @Test
  void what_the_policy_lets_somebody_ask_for_works_with_the_gateways_source() {
    assertThat(judged("laptop reaches nas on tcp/22 as gw through forward gw:2222").verdict())
        .isEqualTo(PromiseVerdict.KEPT);
    assertThat(judged("laptop reaches nas on tcp/22 keeping source through forward gw:2222"))
        .satisfies(judged -> {
          assertThat(judged.verdict()).isEqualTo(PromiseVerdict.BROKEN);
          assertThat(judged.why().orElseThrow().toString()).contains("192.168.1.2");
        });
  }

  @Test
  void what_it_does_not_is_broken_and_says_so() {
    for (String line :
        new String[] {
          "phone reaches nas on tcp/22 through forward gw:2222",
          "laptop reaches nas on tcp/23 through forward gw:2222",
          "laptop reaches nas on udp/22 through forward gw:2222"
        }) {
      var judged = judged(line);
      assertThat(judged.verdict()).as(line).isEqualTo(PromiseVerdict.BROKEN);
      assertThat(judged.why().orElseThrow().toString()).contains("gw refuses");
      String blocked = line.replace("reaches", "is blocked from");
      assertThat(judged(blocked).verdict()).as(blocked).isEqualTo(PromiseVerdict.KEPT);
    }
  }

  @Test
  void what_may_be_asked_for_is_not_blocked() {
    var judged = judged("laptop is blocked from nas on tcp/22 through forward gw:2222");
    assertThat(judged.verdict()).isEqualTo(PromiseVerdict.BROKEN);
    assertThat(judged.why().orElseThrow().toString()).contains("lets laptop ask gw");
  }

  @Test
  void without_asking_the_port_is_shut() {
    assertThat(judged("laptop is blocked from gw on tcp/2222").verdict())
        .isEqualTo(PromiseVerdict.KEPT);
    assertThat(judged("laptop is blocked from nas").verdict()).isEqualTo(PromiseVerdict.KEPT);
  }
}
