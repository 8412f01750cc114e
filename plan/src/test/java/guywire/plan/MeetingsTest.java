package guywire.plan;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Destination;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.plan.definition.Definition;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A direct link between two nodes behind NATs, with the hub for as long as they have not met. */
class MeetingsTest {

  private static final Network NETWORK =
      network(
          """
          network: nats
          overlay: 10.20.0.0/24
          sites:
            home: {lan: 192.168.31.0/24, internet: nat}
            office: {lan: 192.168.32.0/24, internet: nat}
          nodes:
            hub: {hub: true, public: 203.0.113.1}
            a: {site: home}
            b: {router: office}
            c: {site: home}
          links:
            a - b: direct or via hub
          """);

  private static Network network(String text) {
    var reading = Definition.parse("nats", text);
    var planned =
        Planner.plan(
            reading.definition().orElseThrow(() -> new AssertionError(reading.findings())),
            KeyStore.ofSeed(7));
    return planned.network().orElseThrow(() -> new AssertionError(planned.findings()));
  }

  private static NodeConfig node(String name) {
    return NETWORK.node(new Name(name)).orElseThrow();
  }

  private static Destination fromTo(String from, String to) {
    return node(from).destinations().stream()
        .filter(each -> each.node().equals(new Name(to)))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void the_direct_way_is_the_first_and_ordinary_routes_lead_through_the_hub() {
    var ways = fromTo("a", "b").ways();
    assertThat(ways).hasSize(2);
    assertThat(ways.getFirst().via()).isEmpty();
    assertThat(ways.getFirst().routed()).isFalse();
    assertThat(ways.get(1).via()).isEqualTo(List.of(new Name("hub")));
    assertThat(ways.get(1).routed()).isTrue();
  }

  @Test
  void the_three_and_nobody_else_have_a_part_in_it() {
    for (var name : List.of("hub", "a", "b")) {
      var introduction = node(name).introductions().getFirst();
      assertThat(node(name).introductions()).hasSize(1);
      assertThat(introduction.teller().node()).isEqualTo(new Name("hub"));
      assertThat(introduction.one().node()).isEqualTo(new Name("a"));
      assertThat(introduction.other().node()).isEqualTo(new Name("b"));
    }
    assertThat(node("c").introductions()).isEmpty();
    assertThat(node("c").destinations()).isEmpty();
  }

  @Test
  void the_two_are_peers_without_endpoints_that_keep_their_nats_open() {
    var introduction = node("a").introductions().getFirst();
    var tunnel =
        node("a").interfaces().stream()
            .filter(each -> each.name().equals(introduction.tunnel()))
            .findFirst()
            .orElseThrow();
    assertThat(tunnel.listenPort()).hasValue(introduction.one().port());
    var peer =
        tunnel.peers().stream()
            .filter(each -> each.publicKey().equals(introduction.other().key()))
            .findFirst()
            .orElseThrow();
    assertThat(peer.endpoint()).isEmpty();
    assertThat(peer.keepaliveSeconds()).isPositive();
    assertThat(peer.allowedIps())
        .allMatch(prefix ->
            prefix.contains(introduction.other().address())
                || prefix.toString().equals("192.168.32.0/24"));
  }

  @Test
  void two_in_one_lan_meet_too_unless_it_is_known_where_they_are_there() {
    for (boolean known : new boolean[] {true, false}) {
      var whole =
          network(
              """
              network: lan
              overlay: 10.20.0.0/24
              sites:
                home: {lan: 192.168.31.0/24, internet: nat}
              nodes:
                hub: {hub: true, public: 203.0.113.1}
                a: {site: home%s}
                b: {site: home%s}
              links:
                a - b: direct or via hub
              """
                  .formatted(
                      known ? ", lan-address: 192.168.31.5" : "",
                      known ? ", lan-address: 192.168.31.6" : ""));
      var a = whole.node(new Name("a")).orElseThrow();
      assertThat(a.introductions()).hasSize(known ? 0 : 1);
      for (var introduction : a.introductions()) {
        assertThat(introduction.one().port()).isNotEqualTo(introduction.other().port());
      }
      var toB = a.destinations().stream().filter(each -> each.node().text().equals("b"));
      assertThat(toB.findFirst().orElseThrow().ways())
          .extracting(way -> way.via().size())
          .containsExactly(0, 1);
    }
  }
}
