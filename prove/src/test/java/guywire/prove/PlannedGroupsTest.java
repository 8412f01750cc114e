package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress.Family;
import guywire.network.Network;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  /**
   * Each is known by another alias, and means the same machines of its own by the same addresses.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "policy: [laptop may reach all, s1 may reach s0 on tcp/22, sites may reach hub]"
      })
  void sites_with_the_same_lan_are_one_group_and_say_what_every_single_pair_says(String policy) {
    var text = new StringBuilder("network: n\noverlay: 10.0.0.0/16\nsites:\n");
    for (int i = 0; i < 7; i++) {
      text.append("  s%d: {lan: 192.168.1.0/24, alias: 10.201.%d.0/24}\n".formatted(i, i));
    }
    text.append("nodes:\n  hub: {hub: true, public: 1.1.1.1}\n  laptop: {roaming: true}\n");
    for (int i = 0; i < 7; i++) {
      text.append("  r%d: {router: s%d}\n".formatted(i, i));
    }
    text.append(policy).append('\n');
    var definition = Definition.parse("n.yaml", text.toString()).definition().orElseThrow();
    var network = Planner.plan(definition, KeyStore.ofSeed(1)).network().orElseThrow();
    MatrixTest.agrees(network);
    // The hub, the laptop, the LANs and their routers, the internet; with the policy, two LANs and
    // their routers have a part of their own.
    assertThat(Reachability.of(network).matrix(Family.IPV4).groups())
        .hasSize(policy.isEmpty() ? 5 : 9);
  }

  /** Rules name each other's members, each node's own left out, and join what lies together. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "laptops may reach servers on tcp/22; servers may reach servers",
        "laptops may not reach laptops; all may reach all",
        "servers may reach servers on tcp/5432; laptops may reach laptops; laptops may reach hub"
      })
  void a_policy_of_groups_leaves_them_groups(String policy) {
    var network = planned(40, 12, List.of(policy.split("; ")));
    // The hub, servers, laptops, the internet.
    assertThat(Reachability.of(network).matrix(Family.IPV4).groups()).hasSize(4);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void groups_of_a_policy_say_what_every_single_pair_says(int seed) {
    var random = new Random(seed);
    var names =
        List.of("servers", "laptops", "all", "hub", "srv0", "srv3", "lap1", "lap2", "lap0, srv1");
    var lines = new ArrayList<String>();
    for (int i = 0; i < 1 + random.nextInt(5); i++) {
      lines.add(
          names.get(random.nextInt(names.size()))
              + (random.nextInt(3) == 0 ? " may not reach " : " may reach ")
              + names.get(random.nextInt(names.size())));
    }
    MatrixTest.agrees(planned(6, 5, lines));
  }

  private static Network planned(int servers, int laptops, List<String> policy) {
    var text = new StringBuilder("network: n\noverlay: 10.6.0.0/16\nnodes:\n");
    text.append("  hub: {hub: true, public: 203.0.113.1}\n");
    var all = new ArrayList<String>();
    for (int i = 0; i < servers; i++) {
      text.append("  srv%d: {public: 203.0.113.%d}\n".formatted(i, i + 10));
      all.add("srv" + i);
    }
    var roaming = new ArrayList<String>();
    for (int i = 0; i < laptops; i++) {
      text.append("  lap%d: {roaming: true}\n".formatted(i));
      roaming.add("lap" + i);
    }
    text.append("groups:\n  servers: [%s]\n".formatted(String.join(", ", all)));
    text.append("  laptops: [%s]\npolicy:\n".formatted(String.join(", ", roaming)));
    policy.forEach(line -> text.append("  - ").append(line).append('\n'));
    var definition = Definition.parse("n.yaml", text.toString()).definition().orElseThrow();
    return Planner.plan(definition, KeyStore.ofSeed(1)).network().orElseThrow();
  }
}
