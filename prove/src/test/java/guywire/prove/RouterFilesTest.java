package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Transport;
import java.util.Locale;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/**
 * What the files of routers say beside their tunnels: what decides where packets go is understood,
 * or else the answers that it could change depend on it and name its line.
 */
class RouterFilesTest {

  private static final String ROUTEROS =
      """
      /interface wireguard
      add listen-port=51820 mtu=1420 name=wg0 private-key="KEY(hub)"
      /interface list
      add name=VPN
      add name=EMPTY
      /interface list member
      add interface=wg0 list=VPN
      /interface wireguard peers
      add allowed-address=10.9.0.2/32 interface=wg0 public-key="PUB(a)"
      add allowed-address=10.9.0.3/32 interface=wg0 public-key="PUB(b)"
      /ip address
      add address=10.9.0.1/24 interface=wg0
      %s
      """;

  private static final String NETWORK =
      """
      config interface 'wg0'
      	option proto 'wireguard'
      	option private_key 'KEY(hub)'
      	option listen_port '51820'
      	list addresses '10.9.0.1/24'

      config wireguard_wg0
      	option public_key 'PUB(a)'
      	list allowed_ips '10.9.0.2/32'

      config wireguard_wg0
      	option public_key 'PUB(b)'
      	list allowed_ips '10.9.0.3/32'

      config route
      	option interface 'wg0'
      	option target '10.77.0.0/16'
      %s
      """;

  private static final String FIREWALL =
      """
      config zone
      	option name 'lan'
      	list network 'lan'
      	list network 'wg0'
      	option input 'ACCEPT'
      	option output 'ACCEPT'
      	option forward 'ACCEPT'

      config zone
      	option name 'wan'
      	list network 'wan'
      	option input 'REJECT'
      	option forward 'REJECT'

      config rule
      	option src 'wan'
      	option proto 'udp'
      	option dest_port '51820'
      	option target 'ACCEPT'

      config forwarding
      	option src 'lan'
      	option dest 'wan'
      %s
      """;

  private static final String KEYFILE =
      """
      [connection]
      id=wg0
      type=wireguard
      interface-name=wg0

      [wireguard]
      listen-port=51820
      private-key=KEY(hub)

      [wireguard-peer.PUB(a)]
      allowed-ips=10.9.0.2/32;

      [wireguard-peer.PUB(b)]
      allowed-ips=10.9.0.3/32;

      [ipv4]
      address1=%s
      method=manual
      %s
      """;

  private static final String CLIENT =
      """
      [Interface]
      PrivateKey = KEY(%s)
      Address = %s/24
      [Peer]
      PublicKey = PUB(hub)
      AllowedIPs = 10.9.0.0/24
      Endpoint = 203.0.113.1:51820
      PersistentKeepalive = 25
      """;

  private static Disk clients() {
    return new Disk()
        .file("a/wg0.conf", CLIENT.formatted("a", "10.9.0.2"))
        .file("b/wg0.conf", CLIENT.formatted("b", "10.9.0.3"))
        .facts(
            "hosts: {hub: {public: 203.0.113.1, forwards: true}, a: {roaming: true}, b: {roaming:"
                + " true}}");
  }

  private static Answer answer(Disk disk) {
    return Reachability.of(disk.subject().network())
        .answer(Net.spot("a"), Net.ip("10.9.0.3"), Transport.ICMP, OptionalInt.empty());
  }

  private static String said(Answer answer) {
    return answer.mayWork()
        ? "perhaps not"
        : !answer.works() ? "no" : answer.certain() ? "yes" : "perhaps";
  }

  private static String routerOs(String lines) {
    return said(answer(clients().file("hub/export.rsc", ROUTEROS.formatted(lines))));
  }

  private static Disk openWrt(String network, String firewall) {
    return clients()
        .file("hub/etc/config/network", NETWORK.formatted(network.replace(", ", "\n\t")))
        .file("hub/etc/config/firewall", FIREWALL.formatted(firewall.replace(", ", "\n\t")));
  }

  private static String keyfile(String address, String lines) {
    return said(
        answer(
            clients()
                .file(
                    "hub/etc/NetworkManager/system-connections/wg0.nmconnection",
                    0600,
                    KEYFILE.formatted(address, lines))));
  }

  @Test
  void routeros_knows_lists_of_interfaces_and_ranges_of_addresses() {
    assertThat(routerOs("")).isEqualTo("yes");
    String filter = "/ip firewall filter\nadd action=drop chain=forward ";
    assertThat(routerOs(filter + "in-interface-list=VPN")).isEqualTo("no");
    assertThat(routerOs(filter + "out-interface-list=!VPN")).isEqualTo("yes");
    assertThat(routerOs(filter + "in-interface-list=EMPTY")).isEqualTo("yes");
    assertThat(routerOs(filter + "dst-address=10.9.0.2-10.9.0.3")).isEqualTo("no");
    assertThat(routerOs(filter + "dst-address=10.9.0.4-10.9.0.9")).isEqualTo("yes");
  }

  @Test
  void a_condition_of_routeros_that_is_not_understood_is_a_condition_of_the_answer() {
    String filter = "/ip firewall filter\nadd action=drop chain=forward ";
    for (var condition : new String[] {"content=evil", "time=8h-17h,mon", "limit=1,5:packet"}) {
      assertThat(routerOs(filter + condition)).as(condition).isEqualTo("perhaps");
      assertThat(routerOs(filter + "src-address=10.9.0.77 " + condition)).isEqualTo("yes");
    }
    assertThat(routerOs(filter + "in-interface-list=OTHER")).isEqualTo("perhaps");
    var answer =
        answer(clients().file("hub/export.rsc", ROUTEROS.formatted(filter + "content=evil")));
    assertThat(answer.conditions())
        .extracting(one -> one.text().in(Locale.ENGLISH))
        .anyMatch(text -> text.contains("hub/export.rsc:14"));
  }

  @Test
  void routeros_drops_raw_packets_and_discards_by_routes() {
    String raw = "/ip firewall raw\nadd action=%s chain=prerouting src-address=10.9.0.2";
    assertThat(routerOs(raw.formatted("drop"))).isEqualTo("no");
    assertThat(routerOs(raw.formatted("notrack"))).isEqualTo("yes");
    assertThat(routerOs("/ip route\nadd blackhole dst-address=10.9.0.3/32")).isEqualTo("no");
    assertThat(routerOs("/ip route\nadd dst-address=10.9.0.3/32 type=blackhole")).isEqualTo("no");
    assertThat(routerOs("/ip route\nadd dst-address=10.9.0.3/32 gateway=10.9.0.2,10.9.0.3"))
        .isEqualTo("perhaps");
  }

  @Test
  void what_routeros_changes_later_counts() {
    assertThat(routerOs("/interface wireguard\nset wg0 disabled=yes")).isEqualTo("no");
    assertThat(routerOs("/interface wireguard\nset [ find name=wg0 ] disabled=yes"))
        .isEqualTo("no");
    assertThat(routerOs("/interface wireguard disable wg0")).isEqualTo("no");
    assertThat(routerOs("/ip settings\nset ip-forward=no")).isEqualTo("no");
    assertThat(routerOs("/interface wireguard peers\nset 0 disabled=yes")).isEqualTo("perhaps");
  }

  @Test
  void uci_discards_by_routes() {
    assertThat(said(answer(openWrt("", "")))).isEqualTo("yes");
    assertThat(
            said(
                answer(
                    openWrt(
                        "\nconfig route, option target '10.9.0.3/32', option type 'blackhole'",
                        ""))))
        .isEqualTo("no");
    assertThat(
            said(
                answer(
                    openWrt(
                        "\nconfig route, option target '10.9.0.3/32', option type 'blackhole',"
                            + " option disabled '1'",
                        ""))))
        .isEqualTo("yes");
  }

  @Test
  void what_uci_includes_or_asks_beyond_what_is_understood_is_a_condition() {
    String drop = "\nconfig rule, option src 'lan', option dest 'lan', option target 'DROP'";
    assertThat(said(answer(openWrt("", drop + ", option proto 'all'")))).isEqualTo("no");
    for (var more :
        new String[] {
          ", option proto 'all', option ipset 'bad'",
          ", option proto 'all', option extra '-m u32'",
          ", option proto 'all', option src_ip '!10.9.0.0/24'"
        }) {
      assertThat(said(answer(openWrt("", drop + more)))).as(more).isEqualTo("perhaps");
    }
    assertThat(
            said(
                answer(
                    openWrt(
                        "",
                        drop + ", option proto 'icmp', option icmp_type 'router-solicitation'"))))
        .isEqualTo("yes");
    var included = answer(openWrt("", "\nconfig include, option path '/etc/firewall.user'"));
    assertThat(said(included)).isEqualTo("perhaps");
    assertThat(included.conditions())
        .extracting(one -> one.text().in(Locale.ENGLISH))
        .anyMatch(text -> text.contains("/etc/firewall.user"));
  }

  @Test
  void a_profile_that_network_manager_refuses_is_not_there() {
    assertThat(keyfile("10.9.0.1/24", "")).isEqualTo("yes");
    assertThat(keyfile("10.9.0.1/99", "")).isEqualTo("no");
    assertThat(keyfile("10.9.0.1/24", "route1=10.9.0.3/32\nroute1_options=type=blackhole"))
        .isEqualTo("no");
  }
}
