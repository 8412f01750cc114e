package guywire.prove;

import static guywire.prove.Net.host;
import static guywire.prove.Net.ip;
import static guywire.prove.Net.spot;
import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.NatRule;
import guywire.network.PacketMatch;
import guywire.network.PacketMatch.InterfaceMatch;
import guywire.network.PortRange;
import guywire.network.Spot;
import guywire.network.Transport;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What packets of random networks in the lab showed first, and the model has to say too. */
class MeasuredTest {

  private static Answer ping(Net net, Spot from, String target) {
    return net.reachability().answer(from, ip(target), Transport.ICMP, OptionalInt.empty());
  }

  /** A hub with addresses of both families that a roaming device knows by name. */
  private static Net named(String... hub) {
    var net = new Net();
    net.node("hub").at(hub).address("10.8.0.1/24").listen(51820).peer("roamer", "10.8.0.2/32");
    net.node("roamer").address("10.8.0.2/24").peer("hub", "hub.example:51820", 25, "10.8.0.0/24");
    return net;
  }

  @Test
  void of_a_names_addresses_one_counts_that_the_caller_has_a_route_to() {
    var answer = ping(named("2001:db8::1", "203.0.113.1"), spot("roamer"), "10.8.0.1");
    assertThat(answer.works()).isTrue();
    assertThat(ping(named("2001:db8::1"), spot("roamer"), "10.8.0.1").works()).isFalse();
  }

  @Test
  void of_a_names_addresses_that_can_be_reached_the_ipv6_one_counts() {
    var net = named("203.0.113.1", "2001:db8::1");
    net.node("roamer").at("203.0.113.2", "2001:db8::2");
    var endpoint = ping(net, spot("roamer"), "10.8.0.1").there().hops().getFirst().actions();
    assertThat(endpoint)
        .filteredOn(PacketAction.Encrypted.class::isInstance)
        .extracting(Object::toString)
        .allMatch(text -> text.contains("hub.example"));
    net.site("net").lan("fd09::/64");
    // From a private address alone a resolver prefers IPv4.
    net.node("roamer").in("net", "fd09::2");
    assertThat(ping(net, spot("roamer"), "10.8.0.1").works()).isFalse();
  }

  /** A hub that routes a site's public addresses into the tunnel to the site's own router. */
  private static Net carried() {
    var net = new Net();
    net.site("rack").lan("2001:db8:7::/64").router("gate").ipv6("2001:db8:7::/56");
    net.node("hub")
        .at("2001:db8::1")
        .address("10.8.0.1/24")
        .listen(51820)
        .forwards()
        .peer("gate", "10.8.0.2/32", "2001:db8:7::/64");
    net.node("gate")
        .in("rack", "2001:db8:7::1")
        .address("10.8.0.2/24")
        .forwards()
        .peer("hub", "[2001:db8::1]:51820", 25, "10.8.0.0/24");
    return net;
  }

  @Test
  void
      a_router_calls_from_its_lans_public_address_and_so_out_of_a_prefix_that_the_tunnel_carries() {
    var answer = ping(carried(), spot("gate"), "10.8.0.1");
    assertThat(answer.conditions())
        .extracting(Condition::kind)
        .containsExactly(Condition.Kind.ANSWERS_WHERE_CALLED);
  }

  @Test
  void a_router_whose_lan_is_private_calls_from_an_address_outside_the_tunnel() {
    var net = new Net();
    net.site("rack").lan("fd07::/64").router("gate").ipv6("2001:db8:7::/56");
    net.node("hub")
        .at("2001:db8::1")
        .address("10.8.0.1/24")
        .listen(51820)
        .peer("gate", "10.8.0.2/32", "fd07::/64");
    net.node("gate")
        .in("rack", "fd07::1")
        .address("10.8.0.2/24")
        .peer("hub", "[2001:db8::1]:51820", 25, "10.8.0.0/24");
    assertThat(ping(net, spot("gate"), "10.8.0.1").certain()).isTrue();
  }

  @Test
  void a_router_whose_line_has_no_ipv6_address_masquerades_with_its_lans_public_one() {
    var net = new Net();
    net.site("rack").lan("fd07::/64").host("disk", "fd07::9").router("gate");
    net.site("rack").lan("2001:db8:7::/64").ipv6("2001:db8:7::/56");
    net.node("gate")
        .in("rack", "fd07::1", "2001:db8:7::1")
        .address("10.8.0.2/24")
        .forwards()
        .nat(new NatRule.Masquerade(PacketMatch.ANY.goingOut(InterfaceMatch.not(Net.WG0))));
    var answer = ping(net, host("rack", "disk"), "2001:db8:1::1");
    assertThat(answer.works()).isTrue();
    assertThat(answer.sourceSeen()).contains(ip("2001:db8:7::1"));
  }

  @Test
  void a_port_forward_to_an_ipv4_address_leaves_ipv6_packets_alone() {
    var net = named("203.0.113.1");
    net.node("roamer").address("fd08::2/64");
    net.node("hub")
        .address("fd08::1/64")
        .peer("roamer", "10.8.0.2/32", "fd08::2/128")
        .nat(
            new NatRule.Destination(
                PacketMatch.ANY.carrying(Transport.TCP, List.of(PortRange.of(22))),
                ip("192.0.2.9"),
                OptionalInt.empty()));
    net.node("roamer").peer("hub", "203.0.113.1:51820", 25, "10.8.0.0/24", "fd08::/64");
    var answer =
        net.reachability().answer(spot("roamer"), ip("fd08::1"), Transport.TCP, OptionalInt.of(22));
    assertThat(answer.works()).isTrue();
  }

  @Test
  void a_packet_from_an_address_that_the_receiver_has_itself_is_taken_for_a_forgery() {
    var net = named("203.0.113.1");
    net.node("hub").address("10.8.0.2/24");
    var answer = ping(net, spot("roamer"), "10.8.0.1");
    assertThat(answer.stop()).map(Stop::why).contains(Stop.Why.OWN_SOURCE);
  }
}
