package guywire.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import guywire.network.Failure;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.Spot;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import guywire.prove.Reachability;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** While a part of a running network is down, packets say what the proof says of that. */
class FailuresTest {

  /** Two servers with a link of their own, and two machines behind one NAT, around a hub. */
  private static final Network NETWORK =
      network(
          """
          network: failing
          overlay: 10.0.0.0/16
          sites:
            home: {lan: 192.168.31.0/24, hosts: {tv: 192.168.31.50}}
            office: {lan: 192.168.32.0/24, hosts: {printer: 192.168.32.50}}
          nodes:
            a: {public: 203.0.113.11}
            b: {public: 203.0.113.12}
            c: {public: 198.51.100.100, hub: true}
            d: {site: home, lan-address: 192.168.31.3}
            e: {site: home, lan-address: 192.168.31.4}
            gate: {router: office}
            inside: {site: office}
          links:
            a - b: direct
            d - e: direct
          """);

  private static Lab lab;

  @BeforeAll
  static void the_network_runs() {
    lab = Lab.start(NETWORK, new LabOptions(TunnelPrograms.WIREGUARD_GO), LabListener.SILENT);
    assertThat(measured(Set.of())).isGreaterThan(20);
  }

  @AfterAll
  static void it_ends() {
    lab.close();
  }

  @AfterEach
  void all_is_mended() {
    lab.outages().restore();
  }

  /** How many pairs reach each other; all as proved. */
  private static long measured(Set<Failure> failures) {
    var proof = Reachability.of(NETWORK, failures);
    Prediction prediction = Prediction.by(proof);
    LabReport report = lab.probePairs(prediction);
    assertThat(report.disagreements()).isEmpty();
    return report.matrix().stream().filter(cell -> cell.outcome() == ProbeOutcome.REACHED).count();
  }

  private static long with(Failure failure) {
    lab.outages().fail(failure);
    return measured(Set.of(failure));
  }

  private static Failure.OfLink link(String one, String other) {
    return new Failure.OfLink(new Name(one), new Name(other));
  }

  @Test
  void a_hub_that_is_down_leaves_the_direct_links() {
    long whole = measured(Set.of());
    assertThat(with(new Failure.OfNode(new Name("c")))).isPositive().isLessThan(whole);
  }

  @Test
  void a_router_that_is_down_still_lets_its_lan_be_a_lan() {
    long whole = measured(Set.of());
    assertThat(with(new Failure.OfNode(new Name("gate")))).isPositive().isLessThan(whole);
  }

  @Test
  void a_router_that_is_down_does_not_even_answer_for_its_address() {
    lab.outages().fail(new Failure.OfNode(new Name("gate")));
    // Else the LAN might go on to send to it what another has taken over under the same address.
    lab.machine(new Spot.Host(new Name("office"), new Name("printer")))
        .run(
            "",
            Requirements.path("sh"),
            "-c",
            "ip neigh flush dev eth0; ! ping -c 1 -W 1 192.168.32.1 >/dev/null"
                + " && ! ip neigh show 192.168.32.1 | grep lladdr");
  }

  @Test
  void a_site_whose_line_is_down_works_on_inside() {
    long whole = measured(Set.of());
    assertThat(with(new Failure.OfSite(new Name("home")))).isPositive().isLessThan(whole);
  }

  @Test
  void a_link_that_is_cut_cuts_nobody_elses() {
    long whole = measured(Set.of());
    for (var cut : Set.of(link("a", "b"), link("c", "d"), link("c", "gate"), link("d", "e"))) {
      assertThat(with(cut)).isPositive().isLessThan(whole);
      lab.outages().restore();
    }
    assertThat(measured(Set.of())).isEqualTo(whole);
  }

  @Test
  void a_link_whose_datagrams_look_like_those_of_others_can_not_be_cut_alone() {
    assertThatExceptionOfType(LabException.class)
        .isThrownBy(() -> lab.outages().fail(link("d", "inside")))
        .withMessageContaining("d-inside");
  }

  private static Network network(String text) {
    var reading = Definition.parse("failing", text);
    var planned =
        Planner.plan(
            reading.definition().orElseThrow(() -> new AssertionError(reading.findings())),
            KeyStore.ofSeed(7));
    return planned.network().orElseThrow(() -> new AssertionError(planned.findings()));
  }
}
