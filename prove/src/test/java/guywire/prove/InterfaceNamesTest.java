package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Spot;
import guywire.network.Transport;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** A rule for one interface is for that one, as far as anybody said how it is called. */
class InterfaceNamesTest {

  private static final String GW =
      """
      [Interface]
      PrivateKey = KEY(gw)
      Address = 10.8.0.1/24
      ListenPort = 51820
      PostUp = %s
      [Peer]
      PublicKey = PUB(away)
      AllowedIPs = 10.8.0.2/32
      """;

  private static final String AWAY =
      """
      [Interface]
      PrivateKey = KEY(away)
      Address = 10.8.0.2/24
      [Peer]
      PublicKey = PUB(gw)
      AllowedIPs = 0.0.0.0/0
      Endpoint = 198.51.100.7:51820
      PersistentKeepalive = 25
      """;

  private static final String TO_ETH0 =
      "iptables -A FORWARD -i %i -o eth0 -j ACCEPT; iptables -A FORWARD -i %i -j REJECT;"
          + " iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE";

  private static Disk disk(String hook, String gw) {
    return new Disk()
        .file("gw/wg0.conf", GW.formatted(hook))
        .file("away/wg0.conf", AWAY)
        .facts(
            """
            sites:
              office: {lan: 192.168.5.0/24, public: 198.51.100.7, hosts: {nas: 192.168.5.9}}
            hosts:
              gw: {site: office, router: true, %s}
              away: {roaming: true}
            """
                .formatted(gw));
  }

  private static Answer toNas(Disk disk) {
    return Reachability.of(disk.subject().network())
        .answer(Net.spot("away"), Net.ip("192.168.5.9"), Transport.ICMP, OptionalInt.empty());
  }

  private static Answer toInternet(Disk disk) {
    return Reachability.of(disk.subject().network())
        .answer(Net.spot("away"), Spot.Outside.IPV4, Transport.ICMP, OptionalInt.empty());
  }

  @Test
  void a_rule_for_eth0_is_not_for_eth1() {
    var disk = disk(TO_ETH0, "interfaces: {eth0: internet, eth1: 192.168.5.0/24}");
    assertThat(toNas(disk).stop().orElseThrow().why()).isEqualTo(Stop.Why.FILTERED);
    assertThat(toInternet(disk).certain()).isTrue();
    var inside = disk(TO_ETH0, "interfaces: {eth1: internet, eth0: 192.168.5.0/24}");
    assertThat(toNas(inside).certain()).isTrue();
    assertThat(toInternet(inside).works()).isFalse();
  }

  @Test
  void of_two_named_interfaces_of_a_router_the_first_is_the_one_to_the_internet() {
    assertThat(toNas(disk(TO_ETH0, "interfaces: [eth0, eth1]")).works()).isFalse();
    assertThat(toNas(disk(TO_ETH0, "interfaces: [eth1, eth0]")).certain()).isTrue();
  }

  @Test
  void a_rule_for_an_interface_that_is_not_there_is_for_none() {
    var disk = disk(TO_ETH0, "interfaces: [ens3, ens4]");
    assertThat(toNas(disk).works()).isFalse();
    assertThat(toInternet(disk).works()).isFalse();
    assertThat(disk.findings()).extracting(f -> f.what().key()).contains("F48");
  }

  @Test
  void a_plus_stands_for_any_ending() {
    String wild = TO_ETH0.replace("-o eth0", "-o eth+");
    var disk = disk(wild, "interfaces: {eth0: internet, eth1: 192.168.5.0/24}");
    assertThat(toNas(disk).certain()).isTrue();
    assertThat(toInternet(disk).certain()).isTrue();
    assertThat(disk.findings()).extracting(f -> f.what().key()).doesNotContain("F48");
    assertThat(toNas(disk(wild, "interfaces: [ens3, ens4]")).works()).isFalse();
  }

  @Test
  void where_nobody_said_how_they_are_called_the_answer_depends_on_it() {
    var answer = toInternet(disk(TO_ETH0, "forwards: true"));
    assertThat(answer.works()).isTrue();
    assertThat(answer.conditions()).extracting(Condition::kind).contains(Condition.Kind.NAMED);
  }

  @Test
  void rules_that_are_there_before_count() {
    String plain = "iptables -A FORWARD -i %i -j ACCEPT";
    assertThat(toNas(disk(plain, "rules: [-A FORWARD -j REJECT]")).works()).isFalse();
    assertThat(toNas(disk(plain.replace("-A", "-I"), "rules: [-A FORWARD -j REJECT]")).arrives())
        .isTrue();
  }

  @Test
  void forwarding_is_said_by_family() {
    assertThat(toNas(disk("true", "forwards: ipv6")).works()).isFalse();
    assertThat(toNas(disk("true", "forwards: ipv4")).certain()).isTrue();
  }
}
