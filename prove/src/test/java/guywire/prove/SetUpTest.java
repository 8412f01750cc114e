package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.network.Transport;
import guywire.network.text.Severity;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An interface whose host can't set it up is not there, and what ends it is said at its line. What
 * wg-quick does was measured with the real one, in namespaces.
 */
class SetUpTest {

  private static final String SECOND =
      """
      [Interface]
      PrivateKey = KEY(second)
      Address = 10.1.0.1/24
      ListenPort = 51821
      [Peer]
      PublicKey = PUB(tablet)
      AllowedIPs = 10.1.0.2/32
      """;

  private static final String TABLET =
      """
      [Interface]
      PrivateKey = KEY(tablet)
      Address = 10.1.0.2/24
      [Peer]
      PublicKey = PUB(second)
      AllowedIPs = 10.1.0.0/24
      Endpoint = 1.1.1.1:51821
      PersistentKeepalive = 25
      """;

  private static final String ANOTHER_PEER =
      """
      [Peer]
      PublicKey = %s
      AllowedIPs = 10.0.0.9/32
      """;

  private static Disk hub(String text) {
    return new Disk().file("hub/wg0.conf", text).file("laptop/wg0.conf", Disk.LAPTOP);
  }

  private static Disk twoTunnels(String second) {
    return Disk.working().file("hub/wg1.conf", second).file("tablet/wg0.conf", TABLET);
  }

  private static Answer ping(Disk disk, String from, String to) {
    var proof = Reachability.of(disk.subject().network());
    var target =
        IpAddress.tryParse(to).or(() -> proof.address(Net.spot(to), Family.IPV4)).orElseThrow();
    return proof.answer(Net.spot(from), target, Transport.ICMP, OptionalInt.empty());
  }

  private static void isDown(Disk disk, String from, String to, String words) {
    var answer = ping(disk, from, to);
    assertThat(answer.works()).isFalse();
    assertThat(answer.stop().orElseThrow().why()).isEqualTo(Stop.Why.NOT_UP);
    assertThat(answer.stop().orElseThrow().text().toString()).contains(words);
  }

  private static void says(Disk disk, String code, int line) {
    assertThat(disk.findings())
        .filteredOn(finding -> finding.severity() == Severity.ERROR)
        .filteredOn(finding -> finding.place().line() == line)
        .extracting(finding -> finding.code())
        .contains(code);
  }

  @Test
  void a_key_of_43_characters_in_one_peer_ends_the_whole_file() {
    String broken = "yAnz5TFlXXJte14tji3zlMNqhd2rYUIgJBgB3fBmk=";
    var disk = hub(Disk.HUB + ANOTHER_PEER.formatted(broken));
    isDown(disk, "laptop", "hub", "hub/wg0.conf:9");
    isDown(disk, "hub", "laptop", "hub/wg0.conf:9");
    says(disk, "F07", 9);
  }

  @Test
  void the_peer_after_a_broken_one_says_nothing_twice() {
    var disk =
        hub(Disk.HUB + ANOTHER_PEER.formatted("short") + ANOTHER_PEER.formatted("PUB(other)"));
    assertThat(disk.findings())
        .extracting(finding -> finding.what().key())
        .doesNotContain("wg.twice");
    assertThat(disk.subject().network().nodes().getFirst().interfaces().getFirst().peers())
        .hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Speed = 9",
        "ListenPort = many",
        "FwMark = red",
        "Address = 10.0.0.300/24",
        "MTU = small",
        "SaveConfig = yes",
        "Table = foo"
      })
  void a_line_that_wg_quick_ends_at_ends_the_interface(String line) {
    String wide = Disk.HUB.replace("10.0.0.2/32", "10.0.0.2/32, 10.7.0.0/24");
    isDown(hub(wide.replace("[Peer]", line + "\n[Peer]")), "laptop", "hub", "hub/wg0.conf:5");
  }

  @Test
  void a_route_that_another_interface_has_ends_the_second_one() {
    var disk = twoTunnels(SECOND.replace("10.1.0.2/32", "10.1.0.2/32, 10.0.0.0/24"));
    assertThat(ping(disk, "laptop", "hub").works()).isTrue();
    isDown(disk, "tablet", "10.1.0.1", "File exists");
    says(disk, "F54", 7);
  }

  @Test
  void a_route_in_a_table_of_its_own_ends_nothing() {
    var disk =
        twoTunnels(
            SECOND
                .replace("10.1.0.2/32", "10.1.0.2/32, 10.0.0.0/24")
                .replace("[Peer]", "Table = 77\n[Peer]"));
    assertThat(disk.findings()).extracting(f -> f.code()).doesNotContain("F54", "F75");
  }

  @Test
  void the_lan_of_the_host_is_a_route_that_is_there_already() {
    String facts =
        """
        sites:
          office: {lan: 192.168.5.0/24}
        hosts:
          laptop: {site: office, address: 192.168.5.7}
          hub: {public: 1.1.1.1}
        """;
    String wide = Disk.LAPTOP.replace("10.0.0.0/24\nEnd", "10.0.0.0/24, 192.168.5.0/24\nEnd");
    var disk = new Disk().file("hub/wg0.conf", Disk.HUB).file("laptop/wg0.conf", wide);
    isDown(disk.facts(facts), "laptop", "hub", "192.168.5.0/24");
    says(disk, "F54", 6);
    String metric =
        facts.replace(
            "192.168.5.7}",
            "192.168.5.7, interfaces: {eth0: {lan: 192.168.5.0/24,"
                + " internet: true, metric: 100}}}");
    assertThat(ping(disk.facts(metric), "laptop", "hub").works()).isTrue();
  }

  @Test
  void an_ipv6_address_where_ipv6_is_switched_off_ends_the_interface() {
    var disk = hub(Disk.HUB.replace("10.0.0.1/24", "10.0.0.1/24, fd00::1/64"));
    assertThat(ping(disk, "laptop", "hub").works()).isTrue();
    disk.facts("hosts: {hub: {public: 1.1.1.1, has: [no-ipv6]}}");
    isDown(disk, "laptop", "hub", "Permission denied");
    says(disk, "F75", 3);
  }

  @Test
  void ipv6_routes_need_an_mtu_of_1280() {
    var disk =
        hub(
            Disk.HUB
                .replace("10.0.0.2/32", "10.0.0.2/32, fd00::2/128")
                .replace("[Peer]", "MTU = 1200\n[Peer]"));
    isDown(disk, "laptop", "hub", "1280");
    says(disk, "F75", 5);
  }

  @Test
  void a_port_that_another_interface_has_ends_the_second_one() {
    var disk = twoTunnels(SECOND.replace("51821", "51820"));
    assertThat(ping(disk, "laptop", "hub").works()).isTrue();
    isDown(disk, "tablet", "10.1.0.1", "51820");
    says(disk, "F37", 4);
  }

  @Test
  void an_address_twice_ends_the_interface() {
    var disk = hub(Disk.HUB.replace("10.0.0.1/24", "10.0.0.1/24, 10.0.0.1/24"));
    isDown(disk, "laptop", "hub", "10.0.0.1/24");
    says(disk, "F75", 3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "iptables -t nat -A POSTROUTING eth0 -j MASQUERADE",
        "iptables -t nat -A POSTROUTING -i eth0 -j MASQUERADE",
        "iptables -A FORWARD --dport 22 -j ACCEPT",
        "ip route add 10.0.0.0/24 dev %i",
        "ip route add 10.7.0.0/24 dev %i"
      })
  void a_hook_that_fails_ends_the_interface(String command) {
    String wide = Disk.HUB.replace("10.0.0.2/32", "10.0.0.2/32, 10.7.0.0/24");
    var disk = hub(wide.replace("[Peer]", "PostUp = " + command + "\n[Peer]"));
    isDown(disk, "laptop", "hub", "hub/wg0.conf:5");
    says(disk, "F75", 5);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "iptables -t nat -A POSTROUTING eth0 -j MASQUERADE || true",
        "iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE",
        "iptables -A FORWARD -p tcp --dport 22 -j ACCEPT",
        "iptables -A FORWARD -i %i -m comment --comment \"let in\" -j ACCEPT",
        "iptables -I FORWARD 1 -i %i ! -s 10.0.0.0/24 -m set --match-set bad src -j DROP",
        "iptables -A FORWARD -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu",
        "ip route replace 10.0.0.0/24 dev %i"
      })
  void a_hook_that_works_ends_nothing(String command) {
    var disk = hub(Disk.HUB.replace("[Peer]", "PostUp = " + command + "\n[Peer]"));
    assertThat(ping(disk, "laptop", "hub").works()).isTrue();
  }

  @Test
  void rules_behind_a_hook_that_fails_are_not_there() {
    String hooks =
        """
        PostUp = iptables -I INPUT -p icmp -j DROP
        PostUp = iptables -A POSTROUTING eth0
        PostUp = iptables -I FORWARD -j DROP
        [Peer]\
        """;
    var node = hub(Disk.HUB.replace("[Peer]", hooks)).subject().network().nodes().getFirst();
    assertThat(node.firewall().input()).hasSize(1);
    assertThat(node.firewall().forward()).isEmpty();
  }

  @Test
  void percent_i_is_the_interface_of_the_file() {
    var disk =
        twoTunnels(SECOND.replace("[Peer]", "PostUp = iptables -I FORWARD -i %i -j DROP\n[Peer]"));
    var rule = disk.subject().network().nodes().getFirst().firewall().forward().getFirst();
    assertThat(rule.match().in().orElseThrow().name().text()).isEqualTo("wg1");
  }

  @Test
  void names_without_resolvconf_end_the_interface() {
    var disk = hub(Disk.HUB.replace("[Peer]", "DNS = 9.9.9.9\n[Peer]"));
    disk.facts("hosts: {hub: {public: 1.1.1.1, has: [no-resolvconf]}}");
    isDown(disk, "laptop", "hub", "resolvconf");
  }

  @Test
  void bytes_of_zero_are_left_out_by_bash() {
    assertThat(ping(hub(Disk.HUB + "\0\0\0"), "laptop", "hub").works()).isTrue();
  }

  @Test
  void an_address_of_all_zeros_without_a_length_is_one_address() {
    var disk =
        new Disk()
            .file("hub/wg0.conf", Disk.HUB)
            .file(
                "laptop/wg0.conf", Disk.LAPTOP.replace("10.0.0.0/24\n", "10.0.0.0/24, 0.0.0.0\n"));
    says(disk, "F11", 6);
  }

  @Test
  void netifd_lets_the_later_route_win_and_ends_at_what_wg_refuses() {
    String network =
        """
        config interface 'wg0'
        \toption proto 'wireguard'
        \toption private_key 'KEY(hub)'
        \toption listen_port '51820'
        \tlist addresses '10.0.0.1/24'
        config wireguard_wg0
        \toption public_key 'PUB(laptop)'
        \tlist allowed_ips '10.0.0.2/32'
        config wireguard_wg0
        \toption public_key 'tooshort'
        """;
    var disk =
        new Disk().file("hub/etc/config/network", network).file("laptop/wg0.conf", Disk.LAPTOP);
    isDown(disk, "laptop", "hub", "wg0 of hub");
    var mended =
        new Disk()
            .file("hub/etc/config/network", network.replace("tooshort", "PUB(x)"))
            .file("laptop/wg0.conf", Disk.LAPTOP);
    assertThat(ping(mended, "laptop", "hub").works()).isTrue();
  }
}
