package guywire.plan;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.plan.definition.Definition;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Networks of more sites than a person reads. */
class ManySitesTest {

  /** A hub and sites, each with a router and a LAN of its own; everyone may reach everyone. */
  private static String sites(int count, String more) {
    var text = new StringBuilder("network: n\noverlay: 10.0.0.0/16\nsites:\n");
    for (int i = 0; i < count; i++) {
      text.append("  s%d: {lan: %s}\n".formatted(i, lan(i)));
    }
    text.append("nodes:\n  hub: {hub: true, public: 1.1.1.1}\n");
    for (int i = 0; i < count; i++) {
      text.append("  r%d: {router: s%d}\n".formatted(i, i));
    }
    return text + more;
  }

  private static String lan(int i) {
    return i == 0
        ? "192.168.7.0/24"
        : "172.%d.%d.0/24".formatted(16 + (i - 1) / 250, (i - 1) % 250);
  }

  private static List<Prefix> throughHub(Sketch sketch, String node) {
    return sketch.node(node).interfaces().getFirst().peers().getFirst().allowedIps();
  }

  @Test
  void lans_side_by_side_are_known_as_one_prefix_that_holds_nothing_else() {
    var sketch = Sketch.of(sites(601, ""));
    var known = throughHub(sketch, "r5");
    assertThat(known).hasSizeLessThan(40).doesNotHaveDuplicates();
    for (int third = 0; third < 1024; third++) {
      var address = IpAddress.parse("172.%d.%d.9".formatted(16 + third / 256, third % 256));
      boolean someones =
          IntStream.range(1, 601).anyMatch(i -> Prefix.parse(lan(i)).contains(address));
      assertThat(known.stream().anyMatch(prefix -> prefix.contains(address)))
          .as(address.toString())
          .isEqualTo(someones);
    }
    assertThat(known).contains(Prefix.parse("192.168.7.0/24"));
    assertThat(throughHub(sketch, "r0")).doesNotContain(Prefix.parse("192.168.7.0/24"));
  }

  @Test
  void a_few_lans_stay_as_their_owners_wrote_them() {
    assertThat(throughHub(Sketch.of(sites(20, "")), "r5"))
        .hasSize(20)
        .contains(Prefix.parse("172.16.2.0/24"), Prefix.parse("172.16.3.0/24"))
        .doesNotContain(Prefix.parse("172.16.4.0/24"));
  }

  @Test
  void the_time_grows_with_the_sites_and_not_with_their_pairs() {
    for (var policy : List.of("", "policy:\n  - all may reach all on tcp/22\n")) {
      plan(500, policy);
      var small = plan(500, policy);
      assertThat(plan(4000, policy)).isLessThan(small.multipliedBy(20).plusMillis(500));
    }
  }

  private static Duration plan(int sites, String policy) {
    var definition = Definition.parse("n.yaml", sites(sites, policy)).definition().orElseThrow();
    long start = cpuNanos();
    var planned = Planner.plan(definition, KeyStore.ofSeed(1));
    assertThat(planned.network()).isPresent();
    return Duration.ofNanos(cpuNanos() - start);
  }

  private static long cpuNanos() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
  }
}
