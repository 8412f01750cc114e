package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Transport;
import java.util.Locale;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/**
 * What the files of systemd-networkd and nftables say: what decides where packets go is understood,
 * or else the answers that it could change depend on it and name its line.
 */
class HostFilesTest {

  private static final String NETDEV =
      """
      [NetDev]
      Name=wg0
      Kind=wireguard
      [WireGuard]
      PrivateKey=KEY(hub)
      ListenPort=51820
      %s
      [WireGuardPeer]
      PublicKey=PUB(a)
      AllowedIPs=10.9.0.2/32
      [WireGuardPeer]
      PublicKey=PUB(b)
      AllowedIPs=10.9.0.3/32
      """;

  private static final String NETWORK =
      """
      [Match]
      %s
      [Network]
      Address=10.9.0.1/24
      IPv4Forwarding=yes
      %s
      """;

  private static final String HUB =
      """
      [Interface]
      PrivateKey = KEY(hub)
      Address = 10.9.0.1/24
      ListenPort = 51820
      [Peer]
      PublicKey = PUB(a)
      AllowedIPs = 10.9.0.2/32
      [Peer]
      PublicKey = PUB(b)
      AllowedIPs = 10.9.0.3/32
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

  private static Disk clients(String forwards) {
    return new Disk()
        .file("a/wg0.conf", CLIENT.formatted("a", "10.9.0.2"))
        .file("b/wg0.conf", CLIENT.formatted("b", "10.9.0.3"))
        .facts(
            "hosts: {hub: {public: 203.0.113.1%s}, a: {roaming: true}, b: {roaming: true}}"
                .formatted(forwards));
  }

  private static Answer answer(Disk disk) {
    return Reachability.of(disk.subject().network())
        .answer(Net.spot("a"), Net.ip("10.9.0.3"), Transport.ICMP, OptionalInt.empty());
  }

  private static String said(Disk disk) {
    var answer = answer(disk);
    return answer.mayWork()
        ? "perhaps not"
        : !answer.works() ? "no" : answer.certain() ? "yes" : "perhaps";
  }

  private static Disk networkd(String device, String match, String network) {
    return clients("")
        .file("hub/etc/systemd/network/50-wg0.netdev", NETDEV.formatted(device))
        .file("hub/etc/systemd/network/50-wg0.network", NETWORK.formatted(match, network));
  }

  private static String networkd(String network) {
    return said(networkd("", "Name=wg0", network));
  }

  @Test
  void a_network_file_is_for_the_interfaces_that_it_names() {
    for (var match : new String[] {"Name=wg0", "Name=eth0 wg?", "Name=wg*", "Type=wireguard"}) {
      assertThat(said(networkd("", match, ""))).as(match).isEqualTo("yes");
    }
    for (var match : new String[] {"Name=wg1", "Name=!wg0", "Type=ether", "Name=w[h-z]0", ""}) {
      assertThat(said(networkd("", match, ""))).as(match).isIn("no", "perhaps not");
    }
    assertThat(said(networkd("", "Name=wg0\nHost=elsewhere", ""))).isEqualTo("perhaps");
  }

  @Test
  void of_several_files_the_first_by_name_counts() {
    var disk =
        networkd("", "Name=wg0", "")
            .file(
                "hub/etc/systemd/network/10-all.network", "[Match]\nName=*\n[Network]\nDHCP=yes\n");
    assertThat(said(disk)).isEqualTo("no");
    var behind =
        networkd("", "Name=wg0", "")
            .file(
                "hub/etc/systemd/network/90-all.network",
                "[Match]\nName=*\n[Network]\nDHCP=yes\n[Route]\nDestination=10.9.0.3/32\nType=blackhole\n");
    assertThat(said(behind)).isEqualTo("yes");
  }

  @Test
  void a_drop_in_adds_to_its_file() {
    String path = "hub/etc/systemd/network/50-wg0.network.d/more.conf";
    String route = "[Route]\nDestination=10.9.0.3/32\nType=blackhole\n";
    assertThat(said(networkd("", "Name=wg0", "").file(path, route))).isEqualTo("no");
  }

  @Test
  void routes_that_discard_discard_and_others_are_conditions() {
    String route = "[Route]\nDestination=10.9.0.3/32\n";
    assertThat(networkd(route + "Type=blackhole")).isEqualTo("no");
    assertThat(networkd(route + "Type=unreachable")).isEqualTo("no");
    assertThat(networkd(route + "Scope=link")).isEqualTo("yes");
    for (var other :
        new String[] {"Type=local", "Gateway=_dhcp4", "Table=vpn", "MultiPathRoute=10.9.0.2"}) {
      assertThat(networkd(route + other)).as(other).isEqualTo("perhaps");
      assertThat(networkd(route.replace("0.3", "0.77") + other)).as(other).isEqualTo("yes");
    }
  }

  @Test
  void settings_that_decide_and_are_not_followed_are_conditions_at_their_line() {
    for (var setting :
        new String[] {
          "VRF=vrf1",
          "Gateway=10.9.0.2",
          "IPv4ReversePathFilter=strict",
          "[Link]\nUnmanaged=yes",
          "[Link]\nActivationPolicy=down",
          "[Address]\nAddress=10.8.0.9/24\nAddPrefixRoute=no",
          "[RoutingPolicyRule]\nFrom=10.9.0.2\nL3MasterDevice=yes"
        }) {
      var answer = answer(networkd("", "Name=wg0", setting));
      assertThat(answer.works() && !answer.certain()).as(setting).isTrue();
      assertThat(answer.conditions())
          .as(setting)
          .extracting(one -> one.text().in(Locale.ENGLISH))
          .anyMatch(text -> text.contains("50-wg0.network:"));
    }
    assertThat(networkd("LLMNR=no\n[Link]\nRequiredForOnline=no")).isEqualTo("yes");
  }

  @Test
  void a_route_metric_of_the_device_counts() {
    String table = "RouteTable=main\nRouteMetric=%d";
    String other = "[Route]\nDestination=10.9.0.3/32\nType=blackhole\nMetric=100";
    assertThat(said(networkd(table.formatted(50), "Name=wg0", other))).isEqualTo("yes");
    assertThat(said(networkd(table.formatted(500), "Name=wg0", other))).isEqualTo("no");
  }

  @Test
  void an_empty_value_forgets_the_allowed_ips_before_it() {
    var disk = networkd("", "Name=wg0", "");
    assertThat(said(disk)).isEqualTo("yes");
    var emptied =
        clients("")
            .file(
                "hub/50-wg0.netdev",
                NETDEV
                    .formatted("")
                    .replace("AllowedIPs=10.9.0.3/32", "AllowedIPs=10.9.0.3/32\nAllowedIPs="))
            .file("hub/50-wg0.network", NETWORK.formatted("Name=wg0", ""));
    assertThat(said(emptied)).isEqualTo("no");
  }

  @Test
  void what_other_interfaces_say_of_the_host_counts() {
    String own = NETWORK.replace("IPv4Forwarding=yes\n", "").formatted("Name=wg0", "");
    String other = "[Match]\nName=eth0\n[Network]\n%s\n";
    for (var forward : new String[] {"IPForward=yes", "IPForward=ipv4"}) {
      var disk =
          clients("")
              .file("hub/50-wg0.netdev", NETDEV.formatted(""))
              .file("hub/50-wg0.network", own)
              .file("hub/20-eth0.network", other.formatted(forward));
      assertThat(said(disk)).as(forward).isEqualTo("yes");
    }
    var route =
        networkd("", "Name=wg0", "")
            .file("hub/20-eth0.network", other.formatted("[Route]\nDestination=10.9.0.3/32"));
    assertThat(said(route)).isEqualTo("perhaps");
  }

  private static String nft(String text) {
    return said(
        clients(", forwards: true")
            .file("hub/wg0.conf", HUB)
            .file("hub/etc/nftables.conf", "flush ruleset\n" + text));
  }

  private static String chain(String family, String head, String... rules) {
    return "table %s f {\nchain c {\ntype filter hook %s; %s\n}\n}\n"
        .formatted(family, head, "\n" + String.join("\n", rules));
  }

  @Test
  void a_rule_of_nftables_that_is_not_understood_is_a_condition() {
    String forward = "forward priority 0; policy accept";
    assertThat(nft(chain("inet", forward, "iifname \"wg0\" drop"))).isEqualTo("no");
    for (var rule :
        new String[] {
          "ip saddr @unknown drop",
          "jump others",
          "iifname \"wg0\" limit rate 5/second drop",
          "iifname vmap { \"wg0\" : jump others }",
          "meta mark 7 reject"
        }) {
      assertThat(nft(chain("inet", forward, rule))).as(rule).isEqualTo("perhaps");
    }
    for (var rule :
        new String[] {
          "iifname \"eth0\" limit rate 5/second drop",
          "log prefix \"seen\" counter",
          "ip saddr 10.9.0.77 limit rate 5/second drop"
        }) {
      assertThat(nft(chain("inet", forward, rule))).as(rule).isEqualTo("yes");
    }
  }

  @Test
  void a_table_of_one_family_is_for_that_family() {
    String drops = "forward priority 0; policy drop";
    assertThat(nft(chain("ip6", drops))).isEqualTo("yes");
    assertThat(nft(chain("ip", drops))).isEqualTo("no");
    assertThat(nft(chain("inet", drops))).isEqualTo("no");
    assertThat(nft(chain("bridge", drops))).isEqualTo("yes");
    assertThat(nft(chain("ip6", "forward priority 0", "iifname \"wg0\" drop"))).isEqualTo("yes");
  }

  @Test
  void a_chain_beside_another_can_refuse_what_that_accepts() {
    String accepts = chain("inet", "forward priority 0; policy accept", "iifname \"wg0\" accept");
    assertThat(nft(accepts)).isEqualTo("yes");
    String other = chain("inet", "forward priority 10; policy accept", "iifname \"wg0\" drop");
    assertThat(nft(accepts + other.replace(" f {", " g {"))).isEqualTo("perhaps");
    String early =
        chain("inet", "prerouting priority -300; policy accept", "ip saddr 10.9.0.2 drop");
    assertThat(nft(early)).isEqualTo("perhaps");
  }

  private static String sysctl(String address, String settings) {
    String hub = HUB.replace("10.9.0.1/24", address);
    return said(
        clients(", forwards: true")
            .file("hub/wg0.conf", hub)
            .file("hub/etc/sysctl.d/90-own.conf", settings));
  }

  @Test
  void what_sysctl_s_files_switch_off_counts() {
    String off = "net.ipv6.conf.all.disable_ipv6 = 1\n";
    assertThat(sysctl("10.9.0.1/24", off)).isEqualTo("yes");
    assertThat(sysctl("10.9.0.1/24, fd00::1/64", off)).isEqualTo("no");
    assertThat(sysctl("10.9.0.1/24", "net.ipv4.conf.wg0.forwarding = 0\n")).isEqualTo("perhaps");
    assertThat(sysctl("10.9.0.1/24", "net.core.somaxconn = 1024\n")).isEqualTo("yes");
  }

  private static String saved(String name, String... lines) {
    return said(
        clients(", forwards: true")
            .file("hub/wg0.conf", HUB)
            .file("hub/etc/iptables/" + name, String.join("\n", lines) + "\n"));
  }

  @Test
  void what_iptables_saved_is_there() {
    assertThat(saved("rules.v4", "*filter", ":FORWARD DROP [0:0]", "COMMIT")).isEqualTo("no");
    assertThat(
            saved(
                "rules.v4",
                "# Generated by iptables-save",
                "*filter",
                ":FORWARD DROP [0:0]",
                "[3:180] -A FORWARD -i wg0 -j ACCEPT",
                "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
                "COMMIT",
                "*nat",
                ":POSTROUTING ACCEPT [0:0]",
                "COMMIT"))
        .isEqualTo("yes");
    assertThat(saved("rules.v6", "*filter", ":FORWARD DROP [0:0]", "COMMIT")).isEqualTo("yes");
    assertThat(saved("rules.v4", "*filter", ":X - [0:0]", "-A FORWARD -j X", "-A X -j DROP"))
        .isEqualTo("perhaps");
  }

  @Test
  void a_daemon_that_filters_is_a_condition_until_a_rule_is_known() {
    var disk = clients(", forwards: true, has: [firewalld]").file("hub/wg0.conf", HUB);
    assertThat(said(disk)).isEqualTo("perhaps");
  }

  private static String keyfile(String connection, String ipv4) {
    return said(
        clients(", forwards: true")
            .file(
                "hub/etc/NetworkManager/system-connections/wg0.nmconnection",
                """
                [connection]
                id=wg0
                type=wireguard
                interface-name=wg0
                %s
                [wireguard]
                listen-port=51820
                private-key=KEY(hub)
                [wireguard-peer.PUB(a)]
                allowed-ips=10.9.0.2/32;
                [wireguard-peer.PUB(b)]
                allowed-ips=10.9.0.3/32;
                [ipv4]
                address1=10.9.0.1/24
                %s
                """
                    .formatted(connection, ipv4)));
  }

  @Test
  void settings_of_network_manager_that_decide_are_conditions() {
    String manual = "method=manual\n";
    assertThat(keyfile("", manual)).isEqualTo("yes");
    assertThat(keyfile("zone=trusted", manual)).isEqualTo("yes");
    for (var more :
        new String[] {
          "route-table=100", "forwarding=no", "route1=10.9.0.3/32\nroute1_options=type=local"
        }) {
      assertThat(keyfile("", manual + more)).as(more).isEqualTo("perhaps");
    }
    assertThat(keyfile("", "method=disabled")).isEqualTo("perhaps");
    assertThat(keyfile("zone=drop", manual)).isEqualTo("perhaps");
    assertThat(keyfile("controller=vrf1", manual)).isEqualTo("perhaps");
    assertThat(keyfile("autoconnect=false", manual)).isEqualTo("perhaps");
    assertThat(keyfile("autoconnect=true", manual)).isEqualTo("yes");
  }

  private static String vyos(String... lines) {
    return said(
        clients("")
            .file(
                "hub/config.commands",
                """
                set interfaces wireguard wg0 address '10.9.0.1/24'
                set interfaces wireguard wg0 port '51820'
                set interfaces wireguard wg0 private-key 'KEY(hub)'
                set interfaces wireguard wg0 peer a allowed-ips '10.9.0.2/32'
                set interfaces wireguard wg0 peer a public-key 'PUB(a)'
                set interfaces wireguard wg0 peer b allowed-ips '10.9.0.3/32'
                set interfaces wireguard wg0 peer b public-key 'PUB(b)'
                """
                    + String.join("\n", lines)));
  }

  @Test
  void what_vyos_has_beside_its_tunnels_counts_or_is_a_condition() {
    assertThat(vyos("")).isEqualTo("yes");
    assertThat(vyos("delete interfaces wireguard wg0 peer b")).isEqualTo("no");
    for (var line :
        new String[] {
          "set interfaces wireguard wg0 vrf red",
          "set protocols static route 10.9.0.3/32 blackhole distance 5",
          "set nat destination rule 10 translation address 10.9.0.77",
          "set nat source rule 10 exclude",
          "set protocols ospf area 0 network 10.0.0.0/8",
          "set policy route X rule 10 set table 100",
          "set firewall ipv4 prerouting raw rule 1 action drop"
        }) {
      assertThat(vyos(line)).as(line).isEqualTo("perhaps");
    }
  }
}
