package guywire.format;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.Prefix;
import guywire.format.input.Format;
import guywire.format.input.Imported;
import guywire.format.input.Importer;
import guywire.format.input.SourceFile;
import guywire.format.tunnel.NetworkManagerImporter;
import guywire.format.tunnel.NetworkdImporter;
import guywire.format.tunnel.OpenWrtImporter;
import guywire.format.tunnel.RouterOsImporter;
import guywire.format.tunnel.WgDumpImporter;
import guywire.network.FilterRule.Verdict;
import guywire.network.Name;
import guywire.network.NatRule;
import guywire.network.Part;
import guywire.network.Part.Setting;
import guywire.network.RouteTable;
import guywire.network.text.Finding;
import guywire.network.text.Severity;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What devices do in silence, said aloud. */
class ImporterTrapsTest {

  private static final String PEER = "yWptdtfn3Tnax4GVkHW9Dd3bg7FRuRg6yV+Onw7OARc=";
  private static final String KEY = "sF178vwMNOmpneTvO8KxfIE3rWWYePnpPfH2WDZ6ymg=";

  private static final String UCI =
      """
      config interface 'wg0'
      	option proto 'wireguard'
      	option private_key 'KEY'
      	option listen_port '51820'
      	list addresses '10.9.0.1/24'

      config wireguard_wg0
      	option public_key 'PEER'
      	list allowed_ips '10.9.0.2/32'
      """
          .replace("KEY", KEY)
          .replace("PEER", PEER);

  @Test
  void openwrt_routes_no_allowed_ip_unless_told_to() {
    var read = read(new OpenWrtImporter(), "network", UCI + "\tlist allowed_ips '10.1.0.0/16'\n");
    assertThat(errors(read)).containsExactly("F55 openwrt.unrouted network:7");
    assertThat(tunnel(read).table()).isEqualTo(new RouteTable.Off());
    var routed =
        read(
            new OpenWrtImporter(),
            "network",
            UCI + "\tlist allowed_ips '10.1.0.0/16'\n\toption route_allowed_ips '1'\n");
    assertThat(errors(routed)).isEmpty();
    assertThat(tunnel(routed).table()).isEqualTo(new RouteTable.Auto());
  }

  @Test
  void a_route_that_network_manager_puts_into_another_table_is_not_in_the_main_one() {
    String file =
        "[connection]\nid=wg0\ntype=wireguard\ninterface-name=wg0\n[wireguard]\nprivate-key="
            + KEY
            + "\npeer-routes=false\n[wireguard-peer."
            + PEER
            + "]\nallowed-ips=10.1.0.0/16;\n[ipv4]\nmethod=manual\naddress1=10.1.0.1/32\n"
            + "route1=10.1.0.0/16\n";
    assertThat(read(new NetworkManagerImporter(), "wg0.nmconnection", file).node().routes())
        .hasSize(1);
    var elsewhere =
        read(new NetworkManagerImporter(), "wg0.nmconnection", file + "route1_options=table=77\n");
    assertThat(elsewhere.node().routes()).isEmpty();
    assertThat(codes(elsewhere)).contains("F54 import.nm-table wg0.nmconnection:14");
    var all = read(new NetworkManagerImporter(), "wg0.nmconnection", file + "route-table=77\n");
    assertThat(all.node().routes()).isEmpty();
  }

  @Test
  void rules_and_tables_of_networkd_and_network_manager_are_read() {
    var networkd =
        new NetworkdImporter()
            .read(
                new Name("host"),
                List.of(
                    new SourceFile(
                        "wg0.netdev",
                        "[NetDev]\nName=wg0\nKind=wireguard\n[WireGuard]\nPrivateKey="
                            + KEY
                            + "\n"),
                    new SourceFile(
                        "wg0.network",
                        "[Match]\nName=wg0\n[Network]\nAddress=10.0.0.1/24\n[Route]\nDestination=0.0.0.0/0\nTable=77\n"
                            + "[RoutingPolicyRule]\nFrom=192.168.7.0/24\nTable=77\nPriority=10\n")))
            .getFirst();
    var policy = networkd.policies().getFirst();
    assertThat(policy.rules()).extracting(rule -> rule.table().orElseThrow()).containsExactly("77");
    assertThat(policy.routes()).extracting(route -> route.table()).containsExactly("77");
    assertThat(codes(networkd)).noneMatch(code -> code.startsWith("F54"));
    var manager =
        read(
            new NetworkManagerImporter(),
            "wg0.nmconnection",
            "[connection]\nid=wg0\ntype=wireguard\ninterface-name=wg0\n[wireguard]\nprivate-key="
                + KEY
                + "\n[ipv4]\nmethod=manual\naddress1=10.1.0.1/32\nroute1=0.0.0.0/0\nroute1_options=table=77\n"
                + "routing-rule1=priority 5 from 192.168.7.0/24 table 77\n");
    assertThat(manager.policies().getFirst().rules()).hasSize(1);
    assertThat(manager.policies().getFirst().routes()).hasSize(1);
    assertThat(codes(manager)).noneMatch(code -> code.startsWith("F54"));
  }

  @Test
  void openwrt_passes_over_an_option_that_is_called_otherwise_and_the_setting_is_missing() {
    String called =
        UCI.replace("list allowed_ips", "option endpoint '198.51.100.1:51820'\n\tlist allowed_ips");
    var read = read(new OpenWrtImporter(), "network", called);
    assertThat(errors(read)).containsExactly("F66 import.misspelt network:9");
    assertThat(read.findings())
        .anyMatch(finding -> finding.what().toString().contains("endpoint_host is missing"));
    var both =
        read(new OpenWrtImporter(), "network", called + "\toption endpoint_host '198.51.100.1'\n");
    assertThat(errors(both)).isEmpty();
    var strange = read(new OpenWrtImporter(), "network", UCI + "\toption colour 'blue'\n");
    assertThat(errors(strange)).isEmpty();
  }

  @Test
  void so_do_networkd_and_network_manager() {
    assertThat(
            errors(
                read(
                    new NetworkdImporter(),
                    "wg0.netdev",
                    "[NetDev]\nName=wg0\nKind=wireguard\n[WireGuard]\nPrivateKey="
                        + KEY
                        + "\nlistenport=51820\n[WireGuardPeer]\nPublicKey="
                        + PEER
                        + "\nAllowedIP=10.1.0.0/16\nEndpont=198.51.100.1:51820\n")))
        .containsExactly(
            "F66 import.misspelt wg0.netdev:6",
            "F66 import.misspelt wg0.netdev:9",
            "F66 import.misspelt wg0.netdev:10");
    assertThat(
            errors(
                read(
                    new NetworkManagerImporter(),
                    "wg0.nmconnection",
                    "[connection]\nid=wg0\ntype=wireguard\ninterface-name=wg0\n[wireguard]\nprivate-key="
                        + KEY
                        + "\n[wireguard-peer."
                        + PEER
                        + "]\nallowed_ips=10.1.0.0/16;\n[ipv4]\nmethod=manual\naddress1=10.1.0.1/32\n")))
        .contains("F66 import.misspelt wg0.nmconnection:8");
  }

  @Test
  void openwrt_takes_only_the_first_of_a_comma_list_as_a_route() {
    var read =
        read(
            new OpenWrtImporter(),
            "network",
            UCI + "\tlist allowed_ips '10.1.0.0/16,10.2.0.0/16'\n\toption route_allowed_ips '1'\n");
    assertThat(codes(read)).contains("F55 openwrt.comma network:10");
    assertThat(tunnel(read).peers().getFirst().allowedIps()).hasSize(3);
    assertThat(read.places().of(new Part.AllowedIp(SampleNodes.WG0, 0, 2)).line()).isEqualTo(10);
  }

  @Test
  void openwrt_skips_a_peer_without_a_key_and_a_zone_is_needed() {
    var read =
        read(
            new OpenWrtImporter(),
            "network",
            UCI.replace("\toption public_key '" + PEER + "'\n", ""));
    assertThat(errors(read)).containsExactly("F66 value.no-public-key network:7");
    assertThat(tunnel(read).peers()).isEmpty();
    var files =
        List.of(
            new SourceFile("etc/config/network", UCI),
            new SourceFile(
                "etc/config/firewall",
                "config zone\n\toption name 'wan'\n\toption input 'REJECT'\n"));
    var zoneless = new OpenWrtImporter().read(new Name("router"), files).getFirst();
    assertThat(errors(zoneless))
        .contains(
            "F50 openwrt.no-zone etc/config/network:1", "F38 openwrt.closed etc/config/network:1");
  }

  @Test
  void openwrt_zones_become_rules() {
    var firewall =
        """
        config zone
        	option name 'vpn'
        	list network 'wg0'
        	option input 'ACCEPT'
        	option forward 'REJECT'
        	option masq '1'
        config forwarding
        	option src 'vpn'
        	option dest 'lan'
        """;
    var read =
        new OpenWrtImporter()
            .read(
                new Name("router"),
                List.of(new SourceFile("network", UCI), new SourceFile("firewall", firewall)))
            .getFirst();
    var node = read.node();
    assertThat(node.firewall().forwardDefault()).isEqualTo(Verdict.REJECT);
    assertThat(node.firewall().forward()).hasSize(2);
    assertThat(node.firewall().forward().getLast().match().in().orElseThrow().name())
        .isEqualTo(SampleNodes.WG0);
    assertThat(node.firewall().forward().getLast().match().out().orElseThrow().name().text())
        .isEqualTo("br-lan");
    assertThat(node.nat()).hasSize(1).first().isInstanceOf(NatRule.Masquerade.class);
    assertThat(codes(read)).contains("F46 openwrt.masq firewall:1");
  }

  @Test
  void networkd_routes_nothing_by_itself() {
    var netdev =
        """
        [NetDev]
        Name=wg0
        Kind=wireguard
        [WireGuard]
        PrivateKeyFile=/x
        [WireGuardPeer]
        PublicKey=PEER
        AllowedIPs=10.1.0.1/16
        Endpoint=2001:db8::1:51820
        """
            .replace("PEER", PEER);
    var read = read(new NetworkdImporter(), "wg0.netdev", netdev);
    assertThat(codes(read))
        .containsExactlyInAnyOrder(
            "F66 import.key-file wg0.netdev:5",
            "F11 value.host-bits wg0.netdev:8",
            "F36 value.brackets wg0.netdev:9",
            "F55 import.unrouted.networkd wg0.netdev:2");
    var main =
        read(
            new NetworkdImporter(),
            "wg0.netdev",
            netdev.replace("[WireGuardPeer]", "RouteTable=main\n[WireGuardPeer]"));
    assertThat(errors(main)).isEmpty();
    assertThat(tunnel(main).table()).isEqualTo(new RouteTable.Auto());
    assertThat(main.places().of(new Part.PeerSetting(SampleNodes.WG0, 0, Setting.ENDPOINT)))
        .hasToString("wg0.netdev:10:10");
  }

  @Test
  void routeros_makes_no_routes_from_allowed_addresses() {
    var export =
        """
        # 2026-05-01 10:00:00 by RouterOS 7.16
        /interface wireguard
        add listen-port=13231 mtu=1420 name=wg0
        /interface wireguard peers
        add allowed-address=10.9.0.2/32,10.1.0.0/16 endpoint-address=b.example \\
            endpoint-port=51820 interface=wg0 persistent-keepalive=1m5s public-key=\\
            "PEER"
        /ip address
        add address=10.9.0.1/24 interface=wg0
        """
            .replace("PEER", PEER);
    var read = read(new RouterOsImporter(), "export.rsc", export);
    assertThat(errors(read)).containsExactly("F55 routeros.unrouted export.rsc:3");
    var peer = tunnel(read).peers().getFirst();
    assertThat(peer.keepaliveSeconds()).isEqualTo(65);
    assertThat(peer.endpoint().orElseThrow()).hasToString("b.example:51820");
    var routed =
        read(
            new RouterOsImporter(),
            "export.rsc",
            export + "/ip route\nadd dst-address=10.1.0.0/16 gateway=wg0\n");
    assertThat(errors(routed)).isEmpty();
    assertThat(tunnel(routed).table()).isEqualTo(new RouteTable.Auto());
    assertThat(routed.node().routes()).isEmpty();
  }

  @Test
  void network_manager_tells_a_pre_shared_key_that_may_not_be_used() {
    var read =
        read(
            new NetworkManagerImporter(),
            "wg0.nmconnection",
            "[connection]\nid=wg0\ntype=wireguard\n[wireguard]\npeer-routes=false\n[wireguard-peer."
                + PEER
                + "]\npreshared-key="
                + KEY
                + "\nallowed-ips=10.1.0.0/16;\n[ipv4]\nmethod=manual\n");
    assertThat(codes(read))
        .containsExactlyInAnyOrder(
            "F04 import.nm-psk-flags wg0.nmconnection:6",
            "F19 import.nm-no-address wg0.nmconnection:9",
            "F54 import.unrouted.nm wg0.nmconnection:1");
  }

  @Test
  void a_dump_tells_what_runs() {
    var read =
        read(
            new WgDumpImporter(),
            "all.dump",
            "wg0\t(none)\t"
                + PEER
                + "\t51820\t0xca6c\nwg0\t"
                + PEER
                + "\t(none)\t[2001:db8::1]:7\t10.0.0.2/32,::/0\t0\t1\t2\toff\n");
    assertThat(read.findings()).isEmpty();
    assertThat(tunnel(read).firewallMark()).isEqualTo(51820);
    assertThat(tunnel(read).peers().getFirst().allowedIps())
        .containsExactly(Prefix.parse("10.0.0.2/32"), Prefix.ALL_IPV6);
  }

  @Test
  void a_format_is_told_by_name_or_content() {
    assertThat(Formats.detect("x", UCI)).contains(Format.OPENWRT);
    assertThat(Formats.detect("x", "# a\n\n[Interface]\nAddress=10.0.0.1\n"))
        .contains(Format.WG_QUICK);
    assertThat(Formats.detect("x", "# by RouterOS 7\n/interface wireguard\n"))
        .contains(Format.ROUTEROS);
    assertThat(Formats.detect("x", "[NetDev]\n")).contains(Format.NETWORKD);
    assertThat(Formats.detect("x", "[connection]\n")).contains(Format.NETWORKMANAGER);
    assertThat(Formats.detect("x", "wireguard_node: a_b\n")).contains(Format.PROXMOX);
    assertThat(Formats.detect("x", "net.ipv4.ip_forward = 1\n")).contains(Format.HOST);
    assertThat(Formats.detect("x", "table inet x {\n")).contains(Format.HOST);
    assertThat(Formats.detect("x", "wg0\t(none)\t" + PEER + "\t51820\toff\n"))
        .contains(Format.WG_DUMP);
    assertThat(Formats.detect("network.yaml", "network: two-homes\n")).isEqualTo(Optional.empty());
  }

  @Test
  void settings_of_the_host_count_for_a_tunnel_of_wg_quick() {
    var read =
        Formats.read(
            new Name("hub"),
            List.of(
                new SourceFile(
                    "wg0.conf", "[Interface]\nPrivateKey = " + KEY + "\nAddress = 10.0.0.1/24\n"),
                new SourceFile("90-x.conf", "net.ipv4.ip_forward = 1\n"),
                new SourceFile(
                    "fw.nft",
                    "table inet x { chain f { type filter hook forward priority 0; policy drop; } }")));
    assertThat(read).hasSize(1);
    var node = read.getFirst().node();
    assertThat(node.forwardIpv4()).isEqualTo(guywire.network.Forwarding.ON);
    assertThat(node.firewall().forwardDefault()).isEqualTo(Verdict.DROP);
    assertThat(node.interfaces()).hasSize(1);
  }

  private static Imported read(Importer importer, String name, String text) {
    return importer.read(new Name("node"), List.of(new SourceFile(name, text))).getFirst();
  }

  private static guywire.network.TunnelInterface tunnel(Imported imported) {
    return imported.node().interfaces().getFirst();
  }

  private static List<String> errors(Imported imported) {
    return imported.findings().stream()
        .filter(finding -> finding.severity() == Severity.ERROR)
        .map(ImporterTrapsTest::told)
        .toList();
  }

  private static List<String> codes(Imported imported) {
    return imported.findings().stream().map(ImporterTrapsTest::told).toList();
  }

  private static String told(Finding finding) {
    String line = finding.place().line() == 0 ? "" : ":" + finding.place().line();
    return finding.code() + " " + finding.what().key() + " " + finding.place().file() + line;
  }
}
