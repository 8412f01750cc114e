package guywire.prove;

import static guywire.prove.Net.host;
import static guywire.prove.Net.ip;
import static guywire.prove.Net.spot;
import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Failure;
import guywire.network.FilterRule;
import guywire.network.FilterRule.Verdict;
import guywire.network.Firewall;
import guywire.network.Forwarding;
import guywire.network.Name;
import guywire.network.PacketMatch;
import guywire.network.Spot;
import guywire.network.Transport;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What would let a packet pass, and what a failure cuts off. */
class MendingTest {

  private static Optional<List<String>> mend(Net net, Spot from, String target) {
    return Mending.of(net.build(), from, ip(target), Transport.ICMP, OptionalInt.empty())
        .map(edits -> edits.stream().map(edit -> edit.text().toString()).toList());
  }

  private static Net hub() {
    var net = new Net();
    net.node("hub").at("1.1.1.1").address("10.0.0.1/24").listen(51820).forwards();
    net.node("hub").peer("a", "10.0.0.2/32").peer("b", "10.0.0.3/32");
    net.node("a").address("10.0.0.2/24").peer("hub", "1.1.1.1:51820", 25, "10.0.0.0/24");
    net.node("b").address("10.0.0.3/24").peer("hub", "1.1.1.1:51820", 25, "10.0.0.0/24");
    return net;
  }

  @Test
  void what_works_needs_no_edit() {
    assertThat(mend(hub(), spot("a"), "10.0.0.3")).contains(List.of());
  }

  @Test
  void several_edits_are_found_one_after_the_other() {
    var net = new Net();
    net.node("hub").at("1.1.1.1").address("10.0.0.1/24").listen(51820);
    net.node("hub").peer("a", "10.0.0.2/32").peer("b", "10.0.0.3/32");
    net.node("a").address("10.0.0.2/32").peer("hub", "1.1.1.1:51820", 25, "10.0.0.1/32");
    net.node("b").address("10.0.0.3/32").peer("hub", "1.1.1.1:51820", 25, "10.0.0.1/32");
    assertThat(mend(net, spot("a"), "10.0.0.3").orElseThrow())
        .containsExactly(
            "at a: add 10.0.0.3/32 to the AllowedIPs of hub",
            "at hub: set net.ipv4.ip_forward = 1",
            "at b: add 10.0.0.2/32 to the AllowedIPs of hub");
  }

  @Test
  void a_missing_peer_endpoint_or_rule_is_named() {
    var unknown = hub();
    unknown.node("c").address("10.0.0.4/24").peer("hub", "1.1.1.1:51820", 25, "10.0.0.0/24");
    assertThat(mend(unknown, spot("c"), "10.0.0.1").orElseThrow())
        .singleElement()
        .asString()
        .startsWith("at hub: add a [Peer] section for c");

    var silent = new Net();
    silent.node("hub").at("1.1.1.1").address("10.0.0.1/24").listen(51820).peer("a", "10.0.0.2/32");
    silent.node("a").address("10.0.0.2/24").peer("hub", "10.0.0.0/24");
    assertThat(mend(silent, spot("a"), "10.0.0.1").orElseThrow())
        .containsExactly(
            "at a: write Endpoint = 1.1.1.1:51820 and PersistentKeepalive = 25 for hub");

    var closed = hub();
    var answers =
        new FilterRule(PacketMatch.ANY.of(PacketMatch.Connections.ESTABLISHED), Verdict.ACCEPT, "");
    closed
        .node("b")
        .firewall(new Firewall(List.of(answers), Verdict.DROP, List.of(), Verdict.ACCEPT, false));
    assertThat(mend(closed, spot("a"), "10.0.0.3").orElseThrow())
        .containsExactly("at b: let 10.0.0.2 -> 10.0.0.3 icmp in through the firewall");
  }

  @Test
  void a_lan_without_a_way_back_gets_one() {
    var net = hub();
    net.site("office").lan("172.19.50.0/24");
    net.node("b").in("office", "172.19.50.2").forwarding(Forwarding.ON);
    net.node("hub").peer("b", "10.0.0.3/32", "172.19.50.0/24");
    assertThat(mend(net, spot("a"), "172.19.50.9").orElseThrow())
        .hasSize(2)
        .first()
        .isEqualTo("at a: add 172.19.50.9/32 to the AllowedIPs of hub");
  }

  @Test
  void what_no_edit_helps_is_said() {
    assertThat(mend(hub(), spot("a"), "10.0.0.99")).isEmpty();
  }

  @Test
  void a_failed_hub_cuts_off_its_spokes_from_each_other() {
    var outages = Outages.of(hub().build());
    assertThat(outages)
        .singleElement()
        .satisfies(outage -> {
          assertThat(outage.failure()).isEqualTo(new Failure.OfNode(new Name("hub")));
          assertThat(outage.cut()).isNotEmpty();
        });
  }

  @Test
  void a_cut_link_or_line_stops_what_went_over_it() {
    var net = hub();
    net.site("home").lan("192.168.2.0/24").router("b").host("nas", "192.168.2.9");
    net.node("b").in("home", "192.168.2.1").forwarding(Forwarding.ON);
    var link = new Failure.OfLink(new Name("b"), new Name("hub"));
    var line = new Failure.OfSite(new Name("home"));
    for (var failure : List.<Failure>of(link, line)) {
      var left = Reachability.of(net.build(), Set.of(failure));
      var icmp = OptionalInt.empty();
      assertThat(left.answer(spot("a"), ip("10.0.0.3"), Transport.ICMP, icmp).works()).isFalse();
      assertThat(left.answer(spot("a"), ip("10.0.0.1"), Transport.ICMP, icmp).works()).isTrue();
      assertThat(left.answer(host("home", "nas"), ip("192.168.2.1"), Transport.ICMP, icmp).works())
          .isTrue();
    }
  }
}
