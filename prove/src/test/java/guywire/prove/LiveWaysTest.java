package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.network.Failure;
import guywire.network.FilterRule;
import guywire.network.FilterRule.Verdict;
import guywire.network.Firewall;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.PacketMatch;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Agents take the first way that is alive, and the proof knows which that is. */
class LiveWaysTest {

  private static Network network(String example) {
    var reading = Definition.read(Path.of("../examples", example + ".yaml"));
    assertThat(reading.findings()).isEmpty();
    return Planner.plan(reading.definition().orElseThrow(), KeyStore.ofSeed(1))
        .network()
        .orElseThrow();
  }

  private static Answer ping(Network network, Set<Failure> failures, String from, String to) {
    var proof = Reachability.of(network, failures);
    var target = proof.addresses(new Spot.Node(new Name(to))).getFirst();
    return proof.answer(new Spot.Node(new Name(from)), target, Transport.ICMP, OptionalInt.empty());
  }

  @ParameterizedTest
  @CsvSource({"three-servers", "two-hubs", "two-gateways", "home-lan"})
  void every_promise_of_the_examples_with_failures_is_kept(String example) {
    assertThat(Reachability.of(network(example)).judgements())
        .isNotEmpty()
        .allSatisfy(judgement ->
            assertThat(judgement.verdict())
                .as(judgement.promise().text() + ": " + judgement.why())
                .isEqualTo(Judgement.PromiseVerdict.KEPT));
  }

  @Test
  void with_everything_alive_the_best_way_is_taken() {
    assertThat(ping(network("three-servers"), Set.of(), "node-c", "node-b").there().passed())
        .isEmpty();
    assertThat(ping(network("two-hubs"), Set.of(), "files", "hub-2").there().passed())
        .as("not through the first hub, where there is a tunnel to the second")
        .isEmpty();
  }

  @Test
  void each_end_goes_over_the_relay_when_the_direct_way_is_cut() {
    var cut = Set.<Failure>of(new Failure.OfLink(new Name("node-b"), new Name("node-c")));
    for (var ends : List.of(List.of("node-b", "node-c"), List.of("node-c", "node-b"))) {
      var answer = ping(network("three-servers"), cut, ends.getFirst(), ends.getLast());
      assertThat(answer.works()).isTrue();
      assertThat(answer.there().passed()).containsExactly("node-a");
      assertThat(answer.back().orElseThrow().passed()).containsExactly("node-a");
    }
  }

  /**
   * The nodes' probes have one port at both ends. Node-b is not told where node-c is and lets
   * nobody call, so the direct way is dead; over the relay what node-c probes is let in as an
   * answer.
   */
  @Test
  void who_is_let_in_with_answers_only_takes_the_way_by_which_the_other_end_probes() {
    var network = network("three-servers");
    var closed =
        new Firewall(
            List.of(
                new FilterRule(
                    PacketMatch.ANY.of(PacketMatch.Connections.ESTABLISHED),
                    Verdict.ACCEPT,
                    "answers")),
            Verdict.DROP,
            List.of(),
            Verdict.ACCEPT,
            false);
    var altered =
        network.withNodes(
            network.nodes().stream()
                .map(node -> node.name().text().equals("node-b") ? node.withFirewall(closed) : node)
                .toList());
    var answer = ping(altered, Set.of(), "node-b", "node-c");
    assertThat(answer.works()).isTrue();
    assertThat(answer.there().passed()).containsExactly("node-a");
    assertThat(answer.back().orElseThrow().passed()).containsExactly("node-a");
    assertThat(ping(altered, Set.of(), "node-c", "node-b").works()).isFalse();
  }

  @Test
  void two_in_one_lan_meet_there_and_need_neither_hub_nor_internet() {
    var network = network("home-lan");
    for (var down : List.of(down("hub"), new Failure.OfSite(new Name("home")))) {
      assertThat(ping(network, Set.of(down), "laptop", "nas").there().passed()).isEmpty();
      assertThat(ping(network, Set.of(down), "laptop", "nas").works()).isTrue();
    }
    var cut = Set.<Failure>of(new Failure.OfLink(new Name("laptop"), new Name("nas")));
    assertThat(ping(network, cut, "laptop", "nas").there().passed()).containsExactly("hub");
  }

  @Test
  void with_no_way_alive_there_is_no_reach() {
    var cut =
        Set.<Failure>of(
            new Failure.OfLink(new Name("node-b"), new Name("node-c")),
            new Failure.OfNode(new Name("node-a")));
    assertThat(ping(network("three-servers"), cut, "node-b", "node-c").works()).isFalse();
  }

  @Test
  void one_hub_of_two_can_fail_and_what_knows_one_only_is_cut_off_with_it() {
    var network = network("two-hubs");
    var first = Set.<Failure>of(new Failure.OfNode(new Name("hub-1")));
    assertThat(ping(network, first, "files", "office-gw").works()).isTrue();
    assertThat(ping(network, first, "phone", "files").works()).isFalse();
    assertThat(Outages.of(network))
        .filteredOn(outage -> outage.failure().equals(first.iterator().next()))
        .singleElement()
        .satisfies(outage ->
            assertThat(outage.cut())
                .allSatisfy(cell ->
                    assertThat(List.of(cell.sampleFrom(), cell.sampleTo()))
                        .contains(new Spot.Node(new Name("phone")))));
  }

  @Test
  void of_two_gateways_of_a_lan_the_live_one_is_taken_also_for_who_has_no_agent() {
    var network = network("two-gateways");
    for (var from : List.of("hub", "server", "phone")) {
      assertThat(gateway(network, Set.of(), from)).isEqualTo("gw-1");
      assertThat(gateway(network, Set.of(down("gw-1")), from)).isEqualTo("gw-2");
      assertThat(gateway(network, Set.of(down("gw-2")), from)).isEqualTo("gw-1");
      assertThat(toFiles(network, Set.of(down("gw-1"), down("gw-2")), from).works()).isFalse();
    }
    var cut = Set.<Failure>of(new Failure.OfLink(new Name("hub"), new Name("gw-1")));
    assertThat(gateway(network, cut, "phone"))
        .as("a gateway that only the hub can't reach is as good as dead")
        .isEqualTo("gw-2");
  }

  private static Failure down(String node) {
    return new Failure.OfNode(new Name(node));
  }

  private static Answer toFiles(Network network, Set<Failure> failures, String from) {
    return Reachability.of(network, failures)
        .answer(
            new Spot.Node(new Name(from)),
            IpAddress.parse("192.168.70.20"),
            Transport.ICMP,
            OptionalInt.empty());
  }

  private static String gateway(Network network, Set<Failure> failures, String from) {
    var answer = toFiles(network, failures, from);
    assertThat(answer.works()).isTrue();
    // Where the gateways share an address, answers come to it by the route of the LAN's router.
    var back = new ArrayList<>(answer.back().orElseThrow().passed());
    back.remove("office-router");
    assertThat(back).isEqualTo(answer.there().passed().reversed());
    return answer.there().passed().getLast();
  }

  @Test
  void an_address_that_gateways_share_is_with_the_one_that_is_alive_and_reaches_the_hub() {
    var reading =
        Definition.parse(
            "shared.yaml",
            """
            network: shared
            overlay: 10.30.0.0/24
            sites:
              office:
                lan: 192.168.70.0/24
                virtual-address: 192.168.70.254
                hosts: {files: 192.168.70.20}
            nodes:
              hub: {hub: true, public: 203.0.113.1}
              gw-1: {gateway: office, static-route: true}
              gw-2: {gateway: office, static-route: true}
            """);
    var network =
        Planner.plan(reading.definition().orElseThrow(), KeyStore.ofSeed(1))
            .network()
            .orElseThrow();
    var cut = new Failure.OfLink(new Name("hub"), new Name("gw-1"));
    for (var failures : List.of(Set.of(down("gw-1")), Set.<Failure>of(cut))) {
      assertThat(gateway(network, failures, "hub")).isEqualTo("gw-2");
    }
    assertThat(gateway(network, Set.of(), "hub")).isEqualTo("gw-1");
    assertThat(gateway(network, Set.of(down("gw-2")), "hub")).isEqualTo("gw-1");
    assertThat(toFiles(network, Set.of(down("gw-1"), down("gw-2")), "hub").works()).isFalse();
  }
}
