package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress.Family;
import guywire.network.Name;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.network.text.Finding;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A fault is said where there is ground for it, once, in words that are right there. */
class GroundsTest {

  private static List<String> keys(Disk disk) {
    return disk.findings().stream().map(finding -> finding.what().key()).toList();
  }

  private static Finding only(Disk disk, String key) {
    return disk.findings().stream()
        .filter(finding -> finding.what().key().equals(key))
        .findFirst()
        .orElseThrow(() -> new AssertionError(key + " is not among " + keys(disk)));
  }

  private static Disk laptop(String text) {
    return new Disk().file("hub/wg0.conf", Disk.HUB).file("laptop/wg0.conf", text);
  }

  @Test
  void table_off_is_right_where_the_overlay_is_connected() {
    String off = Disk.LAPTOP.replace("[Peer]", "Table = off\n[Peer]");
    assertThat(keys(laptop(off))).doesNotContain("F54", "F54.some");
    var more = laptop(off.replace("10.0.0.0/24\n", "10.0.0.0/24, 10.7.0.0/16\n"));
    assertThat(only(more, "F54.some").what().toString()).contains("10.7.0.0/16");
    var none = laptop(off.replace("10.0.0.2/24", "10.0.0.2/32"));
    assertThat(keys(none)).contains("F54");
  }

  @Test
  void table_off_is_right_where_a_routing_daemon_has_the_routes() {
    String off =
        Disk.LAPTOP.replace("10.0.0.2/24", "10.0.0.2/32").replace("[Peer]", "Table = off\n[Peer]");
    var disk = laptop(off).facts("hosts: {laptop: {roaming: true, has: [routing-daemon]}}");
    assertThat(keys(disk)).doesNotContain("F54", "F54.some");
    // What routes it has nobody said, so it is neither reached nor cut off for certain.
    assertThat(answer(disk).mayWork()).isTrue();
    assertThat(answer(laptop(off)).mayWork()).isFalse();
  }

  private static Answer answer(Disk disk) {
    return Reachability.of(disk.subject().network())
        .answer(
            new Spot.Node(new Name("laptop")),
            new Spot.Node(new Name("hub")),
            Family.IPV4,
            Transport.ICMP,
            OptionalInt.empty())
        .orElseThrow();
  }

  @Test
  void openwrt_has_a_switch_of_its_own_and_one_fault() {
    String network =
        """
        config interface 'wg0'
        \toption proto 'wireguard'
        \toption private_key 'KEY(laptop)'
        \tlist addresses '10.0.0.2/32'
        config wireguard_wg0
        \toption public_key 'PUB(hub)'
        \tlist allowed_ips '10.7.0.0/16'
        \toption endpoint_host '1.1.1.1'
        """;
    var findings =
        new Disk()
            .file("hub/wg0.conf", Disk.HUB)
            .file("laptop/etc/config/network", network)
            .findings();
    assertThat(findings).extracting(Finding::code).contains("F55").doesNotContain("F54");
  }

  private static final String EXIT =
      """
      [Interface]
      PrivateKey = KEY(hub)
      Address = 10.0.0.1/24
      ListenPort = 51820
      PostUp = sysctl -w net.ipv4.ip_forward=1
      [Peer]
      PublicKey = PUB(laptop)
      AllowedIPs = 10.0.0.2/32
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0.0.0.0/0|true",
        // Another peer takes it, with longer prefixes or because it is written later.
        "0.0.0.0/0;[Peer];PublicKey = PUB(x);AllowedIPs = 0.0.0.0/1, 128.0.0.0/1|false",
        "0.0.0.0/0;[Peer];PublicKey = PUB(x);AllowedIPs = 0.0.0.0/0|false"
      })
  void only_who_goes_to_the_internet_through_a_peer_needs_its_masquerade(
      String allowed, boolean said) {
    var disk =
        new Disk()
            .file("hub/wg0.conf", EXIT)
            .file(
                "laptop/wg0.conf",
                """
                [Interface]
                PrivateKey = KEY(laptop)
                Address = 10.0.0.2/24
                [Peer]
                PublicKey = PUB(hub)
                Endpoint = 1.1.1.1:51820
                PersistentKeepalive = 25
                AllowedIPs =\
                """
                    + " "
                    + allowed.replace(";", "\n"));
    assertThat(keys(disk).contains("F47")).isEqualTo(said);
  }

  @Test
  void an_endpoint_that_was_learned_from_one_that_roams_is_no_fault() {
    var disk =
        new Disk()
            .file("hub/wg0.conf", Disk.HUB + "Endpoint = 203.0.113.2:41999\n")
            .file("laptop/wg0.conf", Disk.LAPTOP)
            .facts("hosts: {hub: {public: 1.1.1.1}, laptop: {roaming: true}}");
    assertThat(disk.findings()).extracting(Finding::code).doesNotContain("F25", "F26");
  }

  @Test
  void a_masquerade_is_narrowed_to_the_addresses_that_the_files_have() {
    String single =
        Disk.HUB
            .replace("10.0.0.1/24", "10.5.0.1")
            .replace("10.0.0.2/32", "10.5.0.2/32")
            .replace(
                "[Peer]", "PostUp = iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE\n[Peer]");
    var disk = new Disk().file("hub/wg0.conf", single);
    assertThat(only(disk, "F46").mend().toString())
        .contains("10.5.0.2/32")
        .doesNotContain("10.0.0.0");
  }

  @Test
  void a_device_that_has_its_own_secret_key_as_its_peer_is_not_told_to_call_itself() {
    String own = Disk.LAPTOP.replace("PUB(hub)", "KEY(laptop)");
    var disk = new Disk().file("laptop/wg0.conf", own);
    assertThat(only(disk, "F02.own").mend().toString())
        .doesNotContain(Net.publicKey("laptop").toString());
  }

  @Test
  void a_key_below_a_broken_heading_is_not_missing() {
    assertThat(keys(laptop(Disk.LAPTOP.replace("[Interface]", "[Interfaces]"))))
        .doesNotContain("F01.none");
    assertThat(keys(laptop(Disk.LAPTOP.replaceFirst("PrivateKey.*\n", "")))).contains("F01.none");
  }

  private static final String OFFICE =
      """
      sites:
        office: {lan: 192.168.205.0/24, hosts: {camera: 192.168.205.9}}
      hosts:
        hub: {public: 1.1.1.1, forwards: true}
        laptop: {roaming: true}
        gw: {site: office, address: 192.168.205.2, forwards: true}
      """;

  private static final String GW =
      """
      [Interface]
      PrivateKey = KEY(gw)
      Address = 10.0.0.3/24
      [Peer]
      PublicKey = PUB(hub)
      AllowedIPs = 10.0.0.0/24
      Endpoint = 1.1.1.1:51820
      PersistentKeepalive = 25
      """;

  private static Disk office(String atHub, String gw) {
    return new Disk()
        .file(
            "hub/wg0.conf",
            Disk.HUB + "[Peer]\nPublicKey = PUB(gw)\nAllowedIPs = 10.0.0.3/32" + atHub + "\n")
        .file("laptop/wg0.conf", Disk.LAPTOP)
        .file("gw/wg0.conf", gw)
        .facts(OFFICE);
  }

  @Test
  void a_lan_that_nobody_sends_to_is_said() {
    assertThat(keys(office("", GW))).contains("F13.nobody");
    assertThat(keys(office(", 192.168.205.0/24", GW))).doesNotContain("F13.nobody", "F13.near");
  }

  @Test
  void a_prefix_that_no_lan_has_and_that_looks_like_one_is_said() {
    var near = only(office(", 192.168.206.0/24", GW), "F13.near");
    assertThat(near.place().line()).isEqualTo(10);
    assertThat(near.mend().toString()).contains("192.168.205.0/24");
  }

  @Test
  void a_tunnel_address_in_the_hosts_own_lan_is_said() {
    assertThat(keys(office("", GW.replace("10.0.0.3/24", "192.168.205.77/24"))))
        .contains("F16.tunnel");
    assertThat(keys(office("", GW))).doesNotContain("F16.tunnel");
  }

  @Test
  void a_tunnel_that_shares_the_lan_of_its_router_is_said_though_no_address_is_given() {
    String facts = OFFICE.replaceAll("gw: \\{[^}]*}", "gw: {site: office, router: true}");
    assertThat(facts).isNotEqualTo(OFFICE);
    assertThat(keys(office("", GW.replace("10.0.0.3/24", "192.168.205.77/24")).facts(facts)))
        .contains("F16.tunnel");
    assertThat(keys(office("", GW.replace("10.0.0.3/24", "192.168.205.77/32")).facts(facts)))
        .doesNotContain("F16.tunnel");
  }

  /** The prefix is the later peer's alone, so nothing is sent to the first to be passed on. */
  @Test
  void who_lost_a_prefix_to_another_peer_is_asked_to_forward_nothing() {
    String hub = Disk.HUB.replace("10.0.0.2/32", "0.0.0.0/0");
    String taken = hub + "[Peer]\nPublicKey = PUB(other)\nAllowedIPs = 0.0.0.0/0\n";
    assertThat(unforwarding(hub)).contains("laptop");
    assertThat(unforwarding(taken)).doesNotContain("laptop");
  }

  private static List<String> unforwarding(String hub) {
    return new Disk()
        .file("hub/wg0.conf", hub).file("laptop/wg0.conf", Disk.LAPTOP).findings().stream()
            .filter(finding -> finding.code().equals("F43"))
            .flatMap(finding -> finding.node().stream())
            .toList();
  }

  /** One whose file is there, though its key can't be read, may be the peer that is looked for. */
  @Test
  void no_file_is_missed_for_certain_while_a_given_one_has_no_key() {
    var broken = Disk.LAPTOP.replace("[Interface]", "[Interface");
    assertThat(only(laptop(broken), "F70.unless").what().toString()).contains("laptop");
    assertThat(keys(new Disk().file("hub/wg0.conf", Disk.HUB))).contains("F70");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "iptables -A INPUT -i wg0 -m state --state NEW -j DROP",
        "iptables -P INPUT DROP",
        "ip route add blackhole 10.0.0.2/32 metric 1",
        "ip rule add blackhole to 10.0.0.2"
      })
  void the_line_of_a_command_that_stops_packets_is_said(String command) {
    var disk =
        new Disk()
            .file("hub/wg0.conf", Disk.HUB.replace("[Peer]", "PostUp = " + command + "\n[Peer]"))
            .file("laptop/wg0.conf", Disk.LAPTOP);
    var found = only(disk, "F50.own");
    assertThat(found.place().line()).isEqualTo(5);
    assertThat(found.what().toString()).contains(command);
  }

  /** A mend that changes nothing is none: what stands behind a refusal is not made whole. */
  @Test
  void a_rule_behind_a_refusal_is_said_to_be_in_vain_and_not_to_be_half() {
    String hub =
        Disk.HUB.replace(
            "[Peer]",
            "PostUp = iptables -A FORWARD -j REJECT\n"
                + "PostUp = iptables -A FORWARD -i wg0 -j ACCEPT\n[Peer]");
    var disk = new Disk().file("hub/wg0.conf", hub).file("laptop/wg0.conf", Disk.LAPTOP);
    assertThat(only(disk, "F49.unreached").place().line()).isEqualTo(6);
    assertThat(keys(disk)).doesNotContain("F50.one-way");
  }

  @Test
  void a_port_that_is_none_is_one_fault() {
    String network =
        """
        config interface 'wg0'
        \toption proto 'wireguard'
        \toption private_key 'KEY(hub)'
        \toption listen_port '70000'
        \tlist addresses '10.0.0.1/24'
        config wireguard_wg0
        \toption public_key 'PUB(laptop)'
        \tlist allowed_ips '10.0.0.2/32'
        """;
    var disk =
        new Disk().file("hub/etc/config/network", network).file("laptop/wg0.conf", Disk.LAPTOP);
    assertThat(disk.findings()).extracting(Finding::code).contains("F37").doesNotContain("F25");
  }

  @Test
  void the_prefix_of_one_peer_is_narrowed_without_cutting_its_lan_off() {
    var disk =
        new Disk()
            .file(
                "hub/wg0.conf",
                Disk.HUB.replace("10.0.0.2/32", "10.0.0.0/8")
                    + "[Peer]\nPublicKey = PUB(gw)\nAllowedIPs = 10.0.0.3/32\n")
            .file("laptop/wg0.conf", Disk.LAPTOP)
            .file("gw/wg0.conf", GW)
            .facts(
                """
                sites: {home: {lan: 10.44.0.0/24}}
                hosts: {laptop: {site: home, address: 10.44.0.2}, hub: {public: 1.1.1.1}}
                """);
    assertThat(only(disk, "F11").mend().toString()).contains("10.0.0.2/32", "10.44.0.0/24");
  }

  @Test
  void a_host_whose_other_address_the_peers_take_lacks_none_in_the_tunnel() {
    String plain = Disk.LAPTOP.replaceFirst("Address.*\n", "");
    String facts =
        "sites: {home: {lan: 192.168.7.0/24}}\n"
            + "hosts: {laptop: {site: home, address: 192.168.7.2}, hub: {public: 1.1.1.1}}";
    assertThat(keys(laptop(plain).facts(facts))).contains("F19");
    var taken =
        new Disk()
            .file("hub/wg0.conf", Disk.HUB.replace("10.0.0.2/32", "192.168.7.0/24"))
            .file("laptop/wg0.conf", plain)
            .facts(facts);
    assertThat(keys(taken)).doesNotContain("F19");
  }
}
