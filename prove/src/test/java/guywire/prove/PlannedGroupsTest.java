package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress.Family;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import org.junit.jupiter.api.Test;

/** What is planned with many sites stays a few groups in the matrix. */
class PlannedGroupsTest {

  @Test
  void sites_that_the_joined_prefixes_treat_alike_are_one_group() {
    var text = new StringBuilder("network: n\noverlay: 10.0.0.0/16\nsites:\n");
    text.append("  s0: {lan: 192.168.7.0/24}\n");
    for (int i = 1; i < 601; i++) {
      text.append("  s%d: {lan: 172.%d.%d.0/24}\n".formatted(i, 16 + (i - 1) / 250, (i - 1) % 250));
    }
    text.append("nodes:\n  hub: {hub: true, public: 1.1.1.1}\n");
    for (int i = 0; i < 601; i++) {
      text.append("  r%d: {router: s%d}\n".formatted(i, i));
    }
    var definition = Definition.parse("n.yaml", text.toString()).definition().orElseThrow();
    var network = Planner.plan(definition, KeyStore.ofSeed(1)).network().orElseThrow();
    var groups = Reachability.of(network).matrix(Family.IPV4).groups();
    // The hub, the lonely LAN and its router, all others and their routers, the internet.
    assertThat(groups).hasSize(6);
  }
}
