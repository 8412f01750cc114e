package guywire.prove;

import static guywire.prove.Net.host;
import static guywire.prove.Net.ip;
import static guywire.prove.Net.spot;
import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.FilterRule;
import guywire.network.FilterRule.Verdict;
import guywire.network.Firewall;
import guywire.network.Forwarding;
import guywire.network.Internet.Nat;
import guywire.network.PacketMatch;
import guywire.network.PacketMatch.Connections;
import guywire.network.PacketMatch.InterfaceMatch;
import guywire.network.PortRange;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.protocol.PresharedKey;
import guywire.prove.Stop.Why;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the forwarding model says about small networks whose behaviour is known. */
class ReachabilityTest {

  private static final String HUB = "203.0.113.1:24356";

  /** Two homes behind NATs, a hub, a laptop: the first reference network. */
  private static Net twoHomes() {
    var net = new Net();
    net.site("home-a").lan("192.168.2.0/24").router("router-a").host("nas", "192.168.2.100");
    net.site("home-b").lan("192.168.4.0/24").router("router-b").host("tv", "192.168.4.20");
    net.node("ecs")
        .at("203.0.113.1")
        .address("192.168.151.1/24")
        .listen(24356)
        .forwards()
        .peer("router-a", "192.168.151.2/32", "192.168.2.0/24")
        .peer("router-b", "192.168.151.3/32", "192.168.4.0/24")
        .peer("macbook", "192.168.151.4/32");
    net.node("router-a")
        .in("home-a", "192.168.2.1")
        .address("192.168.151.2/24")
        .forwards()
        .peer("ecs", HUB, 25, "192.168.151.0/24", "192.168.4.0/24");
    net.node("router-b")
        .in("home-b", "192.168.4.1")
        .address("192.168.151.3/24")
        .forwards()
        .peer("ecs", HUB, 25, "192.168.151.0/24", "192.168.2.0/24");
    net.node("macbook")
        .address("192.168.151.4/24")
        .peer("ecs", HUB, 25, "192.168.151.0/24", "192.168.2.0/24", "192.168.4.0/24");
    return net;
  }

  private static Answer ping(Net net, Spot from, String target) {
    return net.reachability().answer(from, ip(target), Transport.ICMP, OptionalInt.empty());
  }

  private static Why whyNot(Answer answer) {
    return answer.stop().orElseThrow().why();
  }

  @Test
  void a_laptop_reaches_a_host_behind_a_gateway_and_is_seen_as_itself() {
    var answer = ping(twoHomes(), spot("macbook"), "192.168.2.100");
    assertThat(answer.certain()).isTrue();
    assertThat(answer.sourceSeen()).contains(ip("192.168.151.4"));
    assertThat(answer.there().passed()).containsExactly("ecs", "router-a");
    assertThat(answer.there().end()).contains(host("home-a", "nas"));
  }

  @Test
  void hosts_of_both_homes_reach_each_other() {
    var answer = ping(twoHomes(), host("home-a", "nas"), "192.168.4.20");
    assertThat(answer.certain()).isTrue();
    assertThat(answer.sourceSeen()).contains(ip("192.168.2.100"));
  }

  @Test
  void a_host_that_no_one_named_is_reached_like_the_others_if_it_is_there() {
    var answer = ping(twoHomes(), spot("macbook"), "192.168.4.77");
    assertThat(answer.works()).isTrue();
    assertThat(answer.conditions())
        .extracting(Condition::kind)
        .containsExactly(Condition.Kind.EXISTS);
  }

  @Test
  void a_journey_reads_like_one() {
    var from = spot("macbook");
    var journey = new Journey(from, ping(twoHomes(), from, "192.168.2.100"));
    assertThat(journey.lines(Locale.ENGLISH))
        .containsExactly(
            "macbook 192.168.151.4 -> 192.168.2.100 icmp",
            "  macbook   route 192.168.2.0/24 dev wg0; peer ecs (allowed 192.168.2.0/24), to"
                + " 203.0.113.1:24356, mtu 1420",
            "  ecs       from macbook, source in 192.168.151.4/32; forward wg0 to wg0; route"
                + " 192.168.2.0/24 dev wg0; peer router-a (allowed 192.168.2.0/24), to where it"
                + " last spoke from, mtu 1420",
            "  router-a  from ecs, source in 192.168.151.0/24; forward wg0 to br-lan; route"
                + " 192.168.2.0/24 dev br-lan",
            "  nas       delivered",
            "  back  192.168.2.100 -> 192.168.151.4 icmp",
            "  nas       route 0.0.0.0/0 via 192.168.2.1 dev eth0",
            "  router-a  forward br-lan to wg0; route 192.168.151.0/24 dev wg0; peer ecs (allowed"
                + " 192.168.151.0/24), to where it last spoke from, mtu 1420",
            "  ecs       from router-a, source in 192.168.2.0/24; forward wg0 to wg0; route"
                + " 192.168.151.0/24 dev wg0; peer macbook (allowed 192.168.151.4/32), to where"
                + " it last spoke from, mtu 1420",
            "  macbook   from ecs, source in 192.168.2.0/24; delivered",
            "reachable");
    assertThat(journey.lines(Locale.SIMPLIFIED_CHINESE)).last().isEqualTo("可达");
  }

  @Test
  void the_hub_reaches_a_node_behind_nat_only_while_it_speaks() {
    assertThat(ping(twoHomes(), spot("ecs"), "192.168.151.2").certain()).isTrue();
    var net = twoHomes();
    net.node("quiet").address("192.168.151.9/24").peer("ecs", HUB, 0, "192.168.151.0/24");
    net.node("ecs").peer("quiet", "192.168.151.9/32");
    var answer = ping(net, spot("ecs"), "192.168.151.9");
    assertThat(answer.works()).isTrue();
    assertThat(answer.conditions())
        .extracting(Condition::kind)
        .containsExactly(Condition.Kind.SPOKEN);
    assertThat(ping(net, spot("quiet"), "192.168.151.1").certain()).isTrue();
  }

  @Test
  void without_forwarding_only_the_gateway_itself_is_reached() {
    var net = twoHomes();
    net.node("router-a").forwarding(Forwarding.OFF);
    assertThat(whyNot(ping(net, spot("macbook"), "192.168.2.100"))).isEqualTo(Why.NOT_FORWARDING);
    assertThat(ping(net, spot("macbook"), "192.168.2.1").works()).isTrue();
    net.node("ecs").forwarding(Forwarding.UNSTATED);
    assertThat(ping(net, spot("macbook"), "192.168.2.1").conditions())
        .extracting(Condition::kind)
        .containsExactly(Condition.Kind.FORWARDS);
  }

  @Test
  void a_peer_that_is_not_listed_never_gets_a_handshake() {
    var net = twoHomes();
    net.node("iphone").address("192.168.151.5/24").peer("ecs", HUB, 25, "192.168.151.0/24");
    assertThat(whyNot(ping(net, spot("iphone"), "192.168.151.1"))).isEqualTo(Why.NO_HANDSHAKE);
  }

  @Test
  void pre_shared_keys_must_be_the_same() {
    var net = new Net();
    var psk = PresharedKey.generate(new Random(3));
    net.node("a").at("1.1.1.1").address("10.0.0.1/24").listen(51820);
    net.node("a").peer("b", "", 0, Optional.of(psk), "10.0.0.2/32");
    net.node("b").at("2.2.2.2").address("10.0.0.2/24").peer("a", "1.1.1.1:51820", 0, "10.0.0.1/32");
    assertThat(whyNot(ping(net, spot("b"), "10.0.0.1"))).isEqualTo(Why.NO_HANDSHAKE);
  }

  @Test
  void a_relayed_source_must_be_allowed_from_the_relay() {
    var net = new Net();
    net.node("a").at("1.1.1.1").address("10.0.0.1/24").listen(51820).forwards();
    net.node("a").peer("b", "10.0.0.2/32").peer("c", "10.0.0.3/32");
    net.node("b")
        .at("2.2.2.2")
        .address("10.0.0.2/24")
        .peer("a", "1.1.1.1:51820", 25, "10.0.0.1/32");
    net.node("c").address("10.0.0.3/24").peer("a", "1.1.1.1:51820", 25, "10.0.0.0/24");
    var answer = ping(net, spot("c"), "10.0.0.2");
    assertThat(whyNot(answer)).isEqualTo(Why.SOURCE_NOT_ALLOWED);
    assertThat(answer.stop().orElseThrow().machine()).isEqualTo("b");
  }

  @Test
  void an_answer_that_can_not_come_back_is_no_connection() {
    var net = twoHomes();
    net.site("office").lan("172.19.50.0/24").host("jenkins", "172.19.50.9");
    net.node("gw")
        .in("office", "172.19.50.2")
        .address("192.168.151.6/24")
        .forwards()
        .peer("ecs", HUB, 25, "192.168.151.0/24");
    net.node("ecs").peer("gw", "192.168.151.6/32", "172.19.50.0/24");
    net.node("macbook").peer("ecs", HUB, 25, "192.168.151.0/24", "172.19.50.0/24");
    var answer = ping(net, spot("macbook"), "172.19.50.9");
    assertThat(answer.arrives()).isTrue();
    assertThat(answer.works()).isFalse();

    net.site("office").route("192.168.151.0/24", "172.19.50.2");
    assertThat(ping(net, spot("macbook"), "172.19.50.9").certain()).isTrue();
  }

  @Test
  void source_nat_at_the_gateway_needs_no_route_in_the_lan() {
    var net = twoHomes();
    net.site("office").lan("172.19.50.0/24").host("jenkins", "172.19.50.9");
    net.node("gw")
        .in("office", "172.19.50.2")
        .address("192.168.151.6/24")
        .forwards()
        .masquerades()
        .peer("ecs", HUB, 25, "192.168.151.0/24");
    net.node("ecs").peer("gw", "192.168.151.6/32", "172.19.50.0/24");
    net.node("macbook").peer("ecs", HUB, 25, "192.168.151.0/24", "172.19.50.0/24");
    var answer = ping(net, spot("macbook"), "172.19.50.9");
    assertThat(answer.certain()).isTrue();
    assertThat(answer.sourceSeen()).contains(ip("172.19.50.2"));
    assertThat(answer.back().orElseThrow().hops().getFirst().machine()).isEqualTo("jenkins");
  }

  @Test
  void a_full_tunnel_leaves_with_the_servers_address_and_keeps_its_own_lan() {
    var net = new Net();
    net.site("home").lan("192.168.7.0/24").host("printer", "192.168.7.9");
    net.node("server").at("1.2.3.4").address("10.0.0.1/24").listen(51820).forwards();
    net.node("server").masquerades().peer("client", "10.0.0.100/32");
    net.node("client").in("home", "192.168.7.5").address("10.0.0.100/24");
    net.node("client").peer("server", "1.2.3.4:51820", 25, "0.0.0.0/0");
    var answer = ping(net, spot("client"), "9.9.9.9");
    assertThat(answer.certain()).isTrue();
    assertThat(answer.there().end()).contains(new Spot.Outside());
    assertThat(answer.sourceSeen()).contains(ip("1.2.3.4"));
    assertThat(ping(net, spot("client"), "192.168.7.9").there().passed()).isEmpty();
    assertThat(ping(net, spot("client"), "10.0.0.1").certain()).isTrue();
  }

  @Test
  void a_split_default_route_swallows_its_own_endpoint() {
    var net = new Net();
    net.node("server").at("1.2.3.4").address("10.0.0.1/24").listen(51820);
    net.node("server").peer("client", "10.0.0.100/32");
    net.node("client").address("10.0.0.100/24");
    net.node("client").peer("server", "1.2.3.4:51820", 25, "0.0.0.0/1", "128.0.0.0/1");
    assertThat(whyNot(ping(net, spot("client"), "10.0.0.1"))).isEqualTo(Why.NO_HANDSHAKE);
  }

  @Test
  void a_firewall_decides_by_connection() {
    var net = twoHomes();
    var in = InterfaceMatch.of(Net.WG0);
    var answers = PacketMatch.ANY.of(Connections.ESTABLISHED);
    var web = PacketMatch.ANY.comingIn(in).carrying(Transport.TCP, List.of(PortRange.of(443)));
    net.node("router-a")
        .firewall(
            new Firewall(
                List.of(),
                Verdict.ACCEPT,
                List.of(
                    new FilterRule(answers, Verdict.ACCEPT, ""),
                    new FilterRule(web, Verdict.ACCEPT, ""),
                    new FilterRule(PacketMatch.ANY.comingIn(in), Verdict.DROP, "")),
                Verdict.ACCEPT,
                false));
    var reach = net.reachability();
    var mac = spot("macbook");
    var nas = ip("192.168.2.100");
    assertThat(reach.answer(mac, nas, Transport.TCP, OptionalInt.of(443)).certain()).isTrue();
    assertThat(whyNot(reach.answer(mac, nas, Transport.TCP, OptionalInt.of(22))))
        .isEqualTo(Why.FILTERED);
    assertThat(ping(net, host("home-a", "nas"), "192.168.4.20").certain()).isTrue();
    assertThat(whyNot(ping(net, host("home-b", "tv"), "192.168.2.100"))).isEqualTo(Why.FILTERED);
  }

  @Test
  void an_endpoint_behind_nat_needs_a_port_forward() {
    var net = new Net();
    net.site("home").lan("192.168.7.0/24").at("5.5.5.5");
    net.node("nas").in("home", "192.168.7.9").address("10.0.0.1/24").listen(51820);
    net.node("nas").peer("vps", "10.0.0.2/32");
    net.node("vps")
        .at("1.1.1.1")
        .address("10.0.0.2/24")
        .peer("nas", "5.5.5.5:4000", 0, "10.0.0.1/32");
    assertThat(whyNot(ping(net, spot("vps"), "10.0.0.1"))).isEqualTo(Why.NO_HANDSHAKE);
    net.site("home").forward(4000, "192.168.7.9", 51820);
    assertThat(ping(net, spot("vps"), "10.0.0.1").certain()).isTrue();
    net.site("home").nat(Nat.CARRIER);
    assertThat(whyNot(ping(net, spot("vps"), "10.0.0.1"))).isEqualTo(Why.NO_HANDSHAKE);
  }

  @Test
  void the_public_address_of_the_own_site_leads_to_the_router_and_no_further() {
    var net = new Net();
    net.site("home").lan("192.168.7.0/24").at("5.5.5.5").forward(51820, "192.168.7.9", 51820);
    net.node("d")
        .in("home", "192.168.7.9")
        .address("10.0.0.3/24")
        .listen(51820)
        .peer("e", "10.0.0.4/32");
    net.node("e").in("home", "192.168.7.10").address("10.0.0.4/24");
    net.node("e").peer("d", "5.5.5.5:51820", 25, "10.0.0.3/32");
    assertThat(whyNot(ping(net, spot("e"), "10.0.0.3"))).isEqualTo(Why.NO_HANDSHAKE);
    var mended = new Net();
    mended.site("home").lan("192.168.7.0/24").at("5.5.5.5");
    mended
        .node("d")
        .in("home", "192.168.7.9")
        .address("10.0.0.3/24")
        .listen(51820)
        .peer("e", "10.0.0.4/32");
    mended.node("e").in("home", "192.168.7.10").address("10.0.0.4/24");
    mended.node("e").peer("d", "192.168.7.9:51820", 0, "10.0.0.3/32");
    assertThat(ping(mended, spot("e"), "10.0.0.3").certain()).isTrue();
  }

  @Test
  void two_nats_that_keep_ports_meet_halfway_if_both_speak() {
    var net = new Net();
    net.site("x").lan("192.168.7.0/24").at("5.5.5.5");
    net.site("y").lan("192.168.8.0/24").at("6.6.6.6");
    net.node("d").in("x", "192.168.7.9").address("10.0.0.3/24").listen(51820);
    net.node("e").in("y", "192.168.8.9").address("10.0.0.4/24").listen(51821);
    net.node("d").peer("e", "6.6.6.6:51821", 25, "10.0.0.4/32");
    net.node("e").peer("d", "5.5.5.5:51820", 25, "10.0.0.3/32");
    assertThat(ping(net, spot("d"), "10.0.0.4").works()).isTrue();
    net.site("y").nat(Nat.RANDOM_PORTS);
    assertThat(whyNot(ping(net, spot("d"), "10.0.0.4"))).isEqualTo(Why.NO_HANDSHAKE);
  }

  @Test
  void ipv6_works_like_ipv4() {
    var net = new Net();
    net.node("a").at("2001:db8::1").address("fd00::1/64").listen(51820).peer("b", "fd00::2/128");
    net.node("b").at("2001:db8:1::1").address("fd00::2/64");
    net.node("b").peer("a", "[2001:db8::1]:51820", 0, "fd00::1/128");
    assertThat(ping(net, spot("b"), "fd00::1").certain()).isTrue();
  }
}
