package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Transport;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** In a LAN are the machines that somebody named; any other is there only if it is said so. */
class UnnamedMachinesTest {

  private static final String GW =
      """
      [Interface]
      PrivateKey = KEY(gw)
      Address = 10.8.0.1/24
      ListenPort = 51820
      %s
      [Peer]
      PublicKey = PUB(away)
      AllowedIPs = 10.8.0.2/32, 192.168.5.77/32
      """;

  private static final String AWAY =
      """
      [Interface]
      PrivateKey = KEY(away)
      Address = 10.8.0.2/32, 192.168.5.77/32
      [Peer]
      PublicKey = PUB(gw)
      AllowedIPs = 10.8.0.0/24, 192.168.5.0/24
      Endpoint = 198.51.100.7:51820
      PersistentKeepalive = 25
      """;

  private static final String FACTS =
      """
      sites:
        office: {lan: 192.168.5.0/24, public: 198.51.100.7, hosts: {nas: 192.168.5.9},
                 forwards: {51820: 192.168.5.2}}
      hosts:
        gw: {site: office, address: 192.168.5.2, forwards: true%s}
        away: {roaming: true}
      """;

  private static Answer fromNas(String hook, String traits, String to) {
    var disk =
        new Disk()
            .file("gw/wg0.conf", GW.formatted(hook))
            .file("away/wg0.conf", AWAY)
            .facts(FACTS.formatted(traits));
    return Reachability.of(disk.subject().network())
        .answer(Net.host("office", "nas"), Net.ip(to), Transport.ICMP, OptionalInt.empty());
  }

  @Test
  void an_address_of_a_tunnel_is_no_machine_in_the_lan() {
    var answer = fromNas("", "", "192.168.5.77");
    assertThat(answer.arrives()).isFalse();
    assertThat(answer.stop().orElseThrow().why()).isEqualTo(Stop.Why.NO_MACHINE);
  }

  @Test
  void a_gateway_with_proxy_arp_answers_for_it() {
    assertThat(fromNas("", ", has: [proxy-arp]", "192.168.5.77").works()).isTrue();
    var set = "PostUp = sysctl -w net.ipv4.conf.eth0.proxy_arp=1";
    assertThat(fromNas(set, "", "192.168.5.77").works()).isTrue();
  }

  @Test
  void a_machine_that_nobody_named_is_there_only_if_it_is() {
    var answer = fromNas("", "", "192.168.5.50");
    assertThat(answer.works()).isTrue();
    assertThat(answer.certain()).isFalse();
    assertThat(answer.conditions())
        .extracting(Condition::kind)
        .containsExactly(Condition.Kind.EXISTS);
    assertThat(fromNas("", "", "192.168.5.2").certain()).isTrue();
  }
}
