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

  @Test
  void a_tunnel_of_openwrt_that_nobody_brings_up_is_a_condition() {
    assertThat(said(answer(brought("1")))).isEqualTo("yes");
    assertThat(said(answer(brought("0")))).isEqualTo("perhaps");
  }

  private static Disk brought(String auto) {
    var network = NETWORK.replace("\toption listen", "\toption auto '%s'\n\toption listen");
    return clients()
        .file("hub/etc/config/network", network.formatted(auto, ""))
        .file("hub/etc/config/firewall", FIREWALL.formatted(""));
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
  void routeros_changes_its_entries_in_the_order_of_its_commands() {
    String drop = "/ip firewall filter\nadd action=drop chain=forward comment=\"no more\"\n";
    assertThat(routerOs(drop)).isEqualTo("no");
    assertThat(routerOs(drop + "remove [find comment=\"no more\"]")).isEqualTo("yes");
    assertThat(routerOs(drop + "remove [ find where chain=forward and action=drop ]"))
        .isEqualTo("yes");
    assertThat(routerOs(drop + "remove [find chain=input]")).isEqualTo("no");
    assertThat(routerOs(drop + "set [find comment~\"^no\"] disabled=yes")).isEqualTo("yes");
    assertThat(routerOs(drop + "disable [find]\nenable [find]")).isEqualTo("no");
    assertThat(routerOs(drop + "set [find] in-interface=ether9")).isEqualTo("yes");
    assertThat(routerOs(drop + "set [find] action=accept")).isEqualTo("yes");
    assertThat(routerOs("/interface wireguard peers\nremove [find allowed-address=10.9.0.3/32]"))
        .isEqualTo("no");
    assertThat(routerOs("/interface wireguard remove wg0")).isEqualTo("no");
    assertThat(routerOs("/ip address remove [find interface=wg0]")).isNotEqualTo("yes");
  }

  @Test
  void routeros_puts_rules_where_they_are_told() {
    String accept = "/ip firewall filter\nadd action=accept chain=forward comment=ok\n";
    String drop = "add action=drop chain=forward comment=no ";
    assertThat(routerOs(accept + drop)).isEqualTo("yes");
    assertThat(routerOs(accept + drop + "place-before=0")).isEqualTo("no");
    assertThat(routerOs(accept + drop + "place-before=[find comment=ok]")).isEqualTo("no");
    assertThat(routerOs(accept + drop + "\nmove [find comment=no] destination=0")).isEqualTo("no");
    assertThat(routerOs(accept + drop + "place-before=3")).isEqualTo("perhaps");
  }

  @Test
  void what_can_t_be_told_of_routeros_s_commands_is_a_condition_at_its_line() {
    for (var command :
        new String[] {
          "/ip firewall filter remove 3",
          "/ip firewall filter enable *1A",
          "/ip firewall nat set [find comment~\"a|b\"] disabled=no",
          "/ip firewall filter move [find comment=x] 5 6\nadd action=drop chain=forward copy-from=2",
          ":foreach i in=[/ip route find] do={/ip route disable $i}",
          "/routing ospf instance\nadd name=o",
          "/ip ipsec policy\nadd src-address=10.9.0.0/24 dst-address=10.9.0.0/24 tunnel=yes",
          "/ip settings\nset rp-filter=strict",
          "/system scheduler\nadd name=s interval=1m on-event=\"/ip route disable 0\"",
          "/system script\nadd name=s source=\":foreach i in=[find] do={ /interface disable \\$i }\"",
          "/tool netwatch\nadd host=192.0.2.1 down-script=\"/import other.rsc\""
        }) {
      var answer = answer(clients().file("hub/export.rsc", ROUTEROS.formatted(command)));
      assertThat(said(answer)).as(command).isEqualTo("perhaps");
      assertThat(answer.conditions())
          .as(command)
          .extracting(one -> one.text().in(Locale.ENGLISH))
          .anyMatch(text -> text.matches("(?s).*hub/export.rsc:1[3-9].*"));
    }
    for (var command :
        new String[] {
          ":put \"done\"\n:log info started",
          "/ip settings\nset rp-filter=loose",
          "/system scheduler\nadd name=s interval=1d on-event=\"/system backup save name=daily\"",
          "/system scheduler\nadd disabled=yes name=s interval=1m on-event=\"/ip route disable 0\""
        }) {
      assertThat(routerOs(command)).as(command).isEqualTo("yes");
    }
  }

  @Test
  void a_packet_that_a_router_s_rule_stops_names_its_line() {
    var routerOs =
        answer(
            clients()
                .file(
                    "hub/export.rsc",
                    ROUTEROS.formatted(
                        "/ip firewall filter\nadd action=drop chain=forward in-interface=wg0")));
    assertThat(routerOs.there().stop().orElseThrow().text().in(Locale.ENGLISH))
        .contains("hub/export.rsc:14");
    var changed =
        answer(
            clients()
                .file(
                    "hub/export.rsc",
                    ROUTEROS.formatted(
                        "/ip firewall filter\nadd action=accept chain=forward in-interface=wg0\n"
                            + "set [find] action=drop")));
    assertThat(changed.there().stop().orElseThrow().text().in(Locale.ENGLISH))
        .contains("hub/export.rsc:15");
    var openWrt =
        answer(
            openWrt(
                "",
                "\nconfig rule, option src 'lan', option dest 'lan', option proto 'all', option target"
                    + " 'DROP'"));
    assertThat(openWrt.there().stop().orElseThrow().text().in(Locale.ENGLISH))
        .contains("hub/etc/config/firewall:25");
  }

  @Test
  void uci_rules_are_for_their_family() {
    String drop = "\nconfig rule, option src 'lan', option dest 'lan', option proto 'all',";
    assertThat(said(answer(openWrt("", drop + " option target 'DROP', option family 'ipv6'"))))
        .isEqualTo("yes");
    assertThat(said(answer(openWrt("", drop + " option target 'DROP', option family 'ipv4'"))))
        .isEqualTo("no");
    assertThat(said(answer(openWrt("", drop + " option target 'DROP', option family 'ipv5'"))))
        .isEqualTo("perhaps");
  }

  private static String zoned(String forwarding) {
    return said(
        answer(
            openWrt(
                "",
                "\nconfig forwarding, option src 'lan', option dest 'lan'" + forwarding,
                "option forward 'REJECT'")));
  }

  private static Disk openWrt(String network, String firewall, String forward) {
    return clients()
        .file("hub/etc/config/network", NETWORK.formatted(network))
        .file(
            "hub/etc/config/firewall",
            FIREWALL
                .replaceFirst("option forward 'ACCEPT'", forward)
                .formatted(firewall.replace(", ", "\n\t")));
  }

  @Test
  void uci_forwardings_are_for_their_family_and_only_if_they_are_on() {
    assertThat(zoned("")).isEqualTo("yes");
    assertThat(zoned(", option family 'ipv4'")).isEqualTo("yes");
    assertThat(zoned(", option family 'ipv6'")).isEqualTo("no");
    assertThat(zoned(", option enabled '0'")).isEqualTo("no");
  }

  @Test
  void what_is_deleted_of_uci_is_gone() {
    String rule =
        "\nconfig rule 'x', option src 'lan', option dest 'lan', option proto 'all', option target"
            + " 'DROP'\n";
    assertThat(said(answer(openWrt("", rule)))).isEqualTo("no");
    assertThat(said(answer(openWrt("", rule + "uci delete firewall.x")))).isEqualTo("yes");
    assertThat(said(answer(openWrt("", rule + "uci delete firewall.@rule[-1]")))).isEqualTo("yes");
    assertThat(said(answer(openWrt("", "\niptables -I FORWARD -j DROP")))).isEqualTo("perhaps");
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

  @Test
  void what_other_interfaces_of_a_router_have_of_a_tunnel_s_addresses_is_a_condition() {
    assertThat(routerOs("/ip address\nadd address=10.9.0.3/24 interface=ether1"))
        .isEqualTo("perhaps");
    assertThat(routerOs("/ip address\nadd address=192.168.88.1/24 interface=ether1"))
        .isEqualTo("yes");
    String lan =
        "\nconfig interface 'lan', option proto 'static', option ipaddr '%s', option netmask '%s'";
    assertThat(said(answer(openWrt(lan.formatted("10.9.0.3", "255.255.255.0"), ""))))
        .isEqualTo("perhaps");
    assertThat(said(answer(openWrt(lan.formatted("192.168.1.1", "255.255.255.0"), ""))))
        .isEqualTo("yes");
  }

  @Test
  void routeros_s_rules_of_routing_without_a_source_are_conditions() {
    String rule = "/routing rule\nadd action=%s table=x ";
    assertThat(routerOs(rule.formatted("lookup-only-in-table") + "dst-address=10.9.0.3/32"))
        .isEqualTo("perhaps");
    assertThat(routerOs(rule.formatted("lookup") + "interface=wg0")).isEqualTo("perhaps");
    assertThat(routerOs(rule.formatted("lookup-only-in-table") + "dst-address=10.77.0.0/16"))
        .isEqualTo("yes");
  }

  @Test
  void a_route_by_a_hop_of_which_nothing_is_known_is_a_condition() {
    assertThat(routerOs("/ip route\nadd dst-address=10.9.0.3/32 gateway=192.0.2.1"))
        .isEqualTo("perhaps");
    assertThat(routerOs("/ip route\nadd dst-address=172.16.0.0/16 gateway=192.0.2.1"))
        .isEqualTo("yes");
    assertThat(routerOs("/ip route\nadd dst-address=10.9.0.3/32 gateway=10.9.0.3"))
        .isEqualTo("yes");
    assertThat(
            routerOs("/ip firewall mangle\nadd action=change-ttl chain=postrouting new-ttl=set:1"))
        .isEqualTo("perhaps");
  }

  @Test
  void several_commands_of_routeros_stand_on_one_line() {
    String filter = "/ip firewall filter add chain=forward action=";
    assertThat(routerOs(filter + "drop; " + filter + "accept")).isEqualTo("no");
    assertThat(routerOs(filter + "accept; " + filter + "drop")).isEqualTo("yes");
  }

  @Test
  void chains_of_nftables_beside_a_router_s_own_can_refuse() {
    var disk =
        openWrt("", "")
            .file(
                "hub/etc/nftables.d/10-own.nft",
                "chain own {\n type filter hook forward priority 0; policy accept;\n iifname"
                    + " \"wg0\" drop\n}\n");
    assertThat(said(answer(disk))).isEqualTo("perhaps");
    var user = openWrt("", "").file("hub/etc/firewall.user", "iptables -I FORWARD -j DROP\n");
    assertThat(said(answer(user))).isNotEqualTo("yes");
  }
}
