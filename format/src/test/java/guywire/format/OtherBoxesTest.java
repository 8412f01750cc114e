package guywire.format;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.format.input.Imported;
import guywire.format.input.SourceFile;
import guywire.network.Name;
import guywire.network.NatRule;
import guywire.network.PeerConfig;
import guywire.network.RouteTable;
import guywire.network.TunnelInterface;
import guywire.network.text.Severity;
import java.util.List;
import org.junit.jupiter.api.Test;

/** VyOS and EdgeOS, OPNsense and pfSense: what they export is read as they understand it. */
class OtherBoxesTest {

  private static final String PEER = "yWptdtfn3Tnax4GVkHW9Dd3bg7FRuRg6yV+Onw7OARc=";
  private static final String KEY = "sF178vwMNOmpneTvO8KxfIE3rWWYePnpPfH2WDZ6ymg=";

  private static final String COMMANDS =
      """
      set system host-name 'edge'
      set interfaces wireguard wg0 address '10.1.0.1/24'
      set interfaces wireguard wg0 port '51820'
      set interfaces wireguard wg0 private-key 'KEY'
      set interfaces wireguard wg0 peer away address '203.0.113.9'
      set interfaces wireguard wg0 peer away port '51821'
      set interfaces wireguard wg0 peer away allowed-ips '10.1.0.2/32'
      set interfaces wireguard wg0 peer away allowed-ips '192.168.7.0/24'
      set interfaces wireguard wg0 peer away persistent-keepalive '25'
      set interfaces wireguard wg0 peer away public-key 'PEER'
      set protocols static route 192.168.7.0/24 interface wg0
      set nat source rule 100 outbound-interface name 'eth0'
      set nat source rule 100 source address '10.1.0.0/24'
      set nat source rule 100 translation address 'masquerade'
      """;

  private static final String BRACES =
      """
      interfaces {
          ethernet eth0 {
              address dhcp
          }
          wireguard wg0 {
              address 10.1.0.1/24
              peer away {
                  address 203.0.113.9
                  allowed-ips 10.1.0.2/32
                  allowed-ips 192.168.7.0/24
                  persistent-keepalive 25
                  port 51821
                  public-key PEER
              }
              port 51820
              private-key "KEY"
          }
      }
      protocols {
          static {
              route 192.168.7.0/24 {
                  interface wg0 {
                  }
              }
          }
      }
      nat {
          source {
              rule 100 {
                  outbound-interface {
                      name eth0
                  }
                  source {
                      address 10.1.0.0/24
                  }
                  translation {
                      address masquerade
                  }
              }
          }
      }
      // vyos-config-version: "wireguard@1"
      """;

  private static final String JSON =
      """
      {"interfaces": {"wireguard": {"wg0": {
        "address": ["10.1.0.1/24"], "port": "51820", "private-key": "KEY",
        "peer": {"away": {"address": "203.0.113.9", "port": "51821",
          "allowed-ips": ["10.1.0.2/32", "192.168.7.0/24"],
          "persistent-keepalive": "25", "public-key": "PEER"}}}}},
       "protocols": {"static": {"route": {"192.168.7.0/24": {"interface": {"wg0": {}}}}}},
       "nat": {"source": {"rule": {"100": {"outbound-interface": {"name": "eth0"},
         "source": {"address": "10.1.0.0/24"}, "translation": {"address": "masquerade"}}}}}}
      """;

  private static final String EDGE =
      """
      set interfaces wireguard wg0 address 10.1.0.1/24
      set interfaces wireguard wg0 listen-port 51820
      set interfaces wireguard wg0 private-key KEY
      set interfaces wireguard wg0 peer PEER allowed-ips 10.1.0.2/32,192.168.7.0/24
      set interfaces wireguard wg0 peer PEER endpoint 203.0.113.9:51821
      set interfaces wireguard wg0 peer PEER persistent-keepalive 25
      set service nat rule 5001 outbound-interface eth0
      set service nat rule 5001 type masquerade
      """;

  private static final String OPNSENSE =
      """
      <?xml version="1.0"?>
      <opnsense>
        <filter><rule><type>pass</type></rule></filter>
        <OPNsense>
          <wireguard>
            <general version="0.0.1"><enabled>1</enabled></general>
            <client version="1.0.0"><clients>
              <client uuid="11111111-1111-1111-1111-111111111111">
                <enabled>1</enabled><name>away</name><pubkey>PEER</pubkey><psk/>
                <tunneladdress>10.1.0.2/32,192.168.7.0/24</tunneladdress>
                <serveraddress>203.0.113.9</serveraddress><serverport>51821</serverport>
                <keepalive>25</keepalive>
              </client>
              <client uuid="22222222-2222-2222-2222-222222222222">
                <enabled>0</enabled><name>old</name><pubkey>PEER</pubkey>
              </client>
            </clients></client>
            <server version="1.0.0"><servers>
              <server uuid="33333333-3333-3333-3333-333333333333">
                <enabled>1</enabled><name>home</name><instance>0</instance>
                <privkey>KEY</privkey><port>51820</port><mtu/>
                <tunneladdress>10.1.0.1/24</tunneladdress><disableroutes>0</disableroutes>
                <peers>11111111-1111-1111-1111-111111111111,22222222-2222-2222-2222-222222222222</peers>
              </server>
            </servers></server>
          </wireguard>
        </OPNsense>
      </opnsense>
      """;

  private static final String PFSENSE =
      """
      <?xml version="1.0"?>
      <pfsense>
        <interfaces><opt1><if>tun_wg0</if><ipaddr>10.1.0.1</ipaddr><subnet>24</subnet></opt1></interfaces>
        <gateways><gateway_item><name>AWAY</name><gateway>10.1.0.2</gateway></gateway_item></gateways>
        <staticroutes><route><network>192.168.7.0/24</network><gateway>AWAY</gateway></route></staticroutes>
        <installedpackages><wireguard>
          <tunnels><item>
            <name>tun_wg0</name><enabled>yes</enabled><listenport>51820</listenport>
            <privatekey>KEY</privatekey><addresses/>
          </item></tunnels>
          <peers><item>
            <enabled>yes</enabled><tun>tun_wg0</tun><descr>away</descr><publickey>PEER</publickey>
            <endpoint>203.0.113.9</endpoint><port>51821</port><persistentkeepalive>25</persistentkeepalive>
            <allowedips><row><address>10.1.0.2</address><mask>32</mask></row>
              <row><address>192.168.7.0</address><mask>24</mask></row></allowedips>
          </item></peers>
        </wireguard></installedpackages>
      </pfsense>
      """;

  private static Imported read(String name, String text) {
    var file = new SourceFile(name, text.replace("KEY", KEY).replace("PEER", PEER));
    return Formats.read(new Name("box"), List.of(file)).getFirst();
  }

  private static TunnelInterface tunnel(Imported read) {
    assertThat(read.findings()).noneMatch(finding -> finding.severity() == Severity.ERROR);
    assertThat(read.node().interfaces()).hasSize(1);
    return read.node().interfaces().getFirst();
  }

  private static String said(TunnelInterface tunnel) {
    var peer = tunnel.peers().getFirst();
    return tunnel.addresses()
        + " "
        + tunnel.listenPort().orElse(0)
        + " "
        + tunnel.privateKey().isPresent()
        + " "
        + tunnel.peers().stream().map(PeerConfig::publicKey).toList()
        + " "
        + peer.allowedIps()
        + " "
        + peer.endpoint().orElseThrow()
        + " "
        + peer.keepaliveSeconds();
  }

  private static final String WANTED =
      "[10.1.0.1/24] 51820 true [" + PEER + "] [10.1.0.2/32, 192.168.7.0/24] 203.0.113.9:51821 25";

  @Test
  void vyos_is_read_from_commands_from_its_file_and_from_json() {
    for (var text : List.of(COMMANDS, BRACES, JSON)) {
      var read = read("config.boot", text);
      var tunnel = tunnel(read);
      assertThat(said(tunnel)).as(text).isEqualTo(WANTED);
      assertThat(tunnel.peers().getFirst().name()).contains(new Name("away"));
      assertThat(tunnel.table()).isEqualTo(new RouteTable.Off());
      assertThat(read.node().routes())
          .singleElement()
          .satisfies(route -> assertThat(route.to()).hasToString("192.168.7.0/24"));
      assertThat(read.node().nat())
          .singleElement()
          .satisfies(rule -> {
            assertThat(rule).isInstanceOf(NatRule.Masquerade.class);
            assertThat(((NatRule.Masquerade) rule).match().out().orElseThrow().name().text())
                .isEqualTo("eth0");
          });
    }
  }

  @Test
  void vyos_routes_no_allowed_ip_by_itself() {
    var read = read("vyos.txt", COMMANDS.replaceAll("set protocols.*\n", ""));
    assertThat(read.findings())
        .filteredOn(finding -> finding.severity() == Severity.ERROR)
        .singleElement()
        .satisfies(finding -> {
          assertThat(finding.code()).isEqualTo("F55");
          assertThat(finding.place().line()).isEqualTo(5);
        });
  }

  @Test
  void a_firewall_of_a_box_is_a_doubt_for_what_it_looks_at() {
    var read =
        read("config", COMMANDS + "set interfaces ethernet eth0 firewall local name 'WAN_LOCAL'\n");
    assertThat(read.doubts())
        .singleElement()
        .satisfies(doubt -> {
          assertThat(doubt.stage()).isEqualTo(guywire.network.Doubt.Stage.INPUT);
          assertThat(doubt.match().in().orElseThrow().name().text()).isEqualTo("eth0");
          assertThat(doubt.place().line()).isEqualTo(15);
        });
  }

  @Test
  void edgeos_names_peers_by_their_keys_and_routes_allowed_ips() {
    var read = read("edge.cfg", EDGE);
    assertThat(said(tunnel(read))).isEqualTo(WANTED);
    assertThat(tunnel(read).table()).isEqualTo(new RouteTable.Auto());
    assertThat(read.node().nat()).hasSize(1);
    var gateway =
        read(
            "config.gateway.json",
            """
            {"interfaces": {"wireguard": {"wg0": {"address": ["10.1.0.1/24"], "listen-port": "51820",
              "private-key": "KEY", "route-allowed-ips": "true", "peer": [{"PEER":
              {"allowed-ips": ["10.1.0.2/32", "192.168.7.0/24"], "endpoint": "203.0.113.9:51821",
               "persistent-keepalive": 25}}]}}}}
            """);
    assertThat(said(tunnel(gateway))).isEqualTo(WANTED);
  }

  @Test
  void a_key_that_stands_elsewhere_is_said() {
    var read = read("edge.cfg", EDGE.replace("KEY", "/config/auth/wg.key"));
    assertThat(read.findings())
        .extracting(finding -> finding.code() + " " + finding.place().line())
        .contains("F02 3");
  }

  @Test
  void opnsense_is_read_with_its_peers_that_are_enabled() {
    var read = read("config.xml", OPNSENSE);
    assertThat(said(tunnel(read))).isEqualTo(WANTED);
    assertThat(tunnel(read).table()).isEqualTo(new RouteTable.Auto());
    assertThat(read.doubts()).isNotEmpty();
  }

  @Test
  void pfsense_has_addresses_at_its_interfaces_and_routes_by_gateways() {
    var read = read("config-pf.xml", PFSENSE);
    assertThat(said(tunnel(read))).isEqualTo(WANTED);
    assertThat(tunnel(read).table()).isEqualTo(new RouteTable.Off());
    assertThat(read.node().routes()).hasSize(1);
    assertThat(
            read("config-pf.xml", PFSENSE.replaceAll("<staticroutes>.*</staticroutes>", ""))
                .findings())
        .extracting(finding -> finding.code())
        .contains("F55");
  }

  @Test
  void an_xml_file_names_no_other_file() {
    String hostile =
        OPNSENSE.replace(
            "<opnsense>",
            "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>\n<opnsense>&e;");
    assertThat(read("config.xml", hostile).findings().toString()).doesNotContain("root:");
  }

  @Test
  void a_backup_of_a_fritz_box_is_said_to_be_one() {
    var read = read("fritz.export", "**** FRITZ!Box 7590 CONFIGURATION EXPORT\nPassword=$$$$X\n");
    assertThat(read.findings())
        .extracting(finding -> finding.what().key())
        .containsExactly("import.fritzbox");
  }
}
