package guywire.format.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.Prefix;
import guywire.format.input.Imported;
import guywire.format.input.SourceFile;
import guywire.network.EndpointAddress;
import guywire.network.Forwarding;
import guywire.network.Hook;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.Part;
import guywire.network.Part.Setting;
import guywire.network.RouteTable;
import guywire.network.TunnelInterface;
import guywire.network.text.Finding;
import guywire.network.text.Place;
import guywire.network.text.Severity;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What wg and wg-quick make of a file, and what is said where they say nothing. */
class WgQuickImporterTest {

  private static final Random RANDOM = new Random(5);
  private final PrivateKey own = PrivateKey.generate(RANDOM);
  private final String peer = PrivateKey.generate(RANDOM).publicKey().toString();
  private final String psk = PresharedKey.generate(RANDOM).base64();

  private static Imported read(String text) {
    return read("/etc/wireguard/wg0.conf", text);
  }

  private static Imported read(String name, String text) {
    return new WgQuickImporter()
        .read(new Name("node"), List.of(new SourceFile(name, text)))
        .getFirst();
  }

  private static TunnelInterface tunnel(Imported imported) {
    return imported.node().interfaces().getFirst();
  }

  private static List<String> codes(Imported imported) {
    return imported.findings().stream().map(Finding::code).toList();
  }

  @Test
  void everything_that_a_file_can_say() {
    var imported =
        read(
            """
            # a laptop
            [Interface]
            Address = 10.0.0.4/24, fd00::4/64
            Address=10.1.0.4
            ListenPort = 51820
            PrivateKey = %s  # mine
            FwMark = 0x1f
            DNS = 10.0.0.1, lan.example
            MTU = 1380
            Table = 77
            PostUp = sysctl -w net.ipv4.ip_forward=1; iptables -A FORWARD -i %%i -j ACCEPT
            PreDown = true

            [Peer]
            PublicKey = %s
            PresharedKey = %s
            AllowedIPs = 10.0.0.0/24, 192.168.4.0/24
            AllowedIPs = fd00::/64
            Endpoint = vpn.example.com:24356
            PersistentKeepalive = 25
            """
                .formatted(own.base64(), peer, psk));
    assertThat(imported.findings()).isEmpty();
    var tunnel = tunnel(imported);
    assertThat(tunnel.name()).isEqualTo(new InterfaceName("wg0"));
    assertThat(tunnel.addresses())
        .extracting(Object::toString)
        .containsExactly("10.0.0.4/24", "fd00::4/64", "10.1.0.4/32");
    assertThat(tunnel.listenPort()).hasValue(51820);
    assertThat(tunnel.publicKey()).contains(own.publicKey());
    assertThat(tunnel.firewallMark()).isEqualTo(0x1f);
    assertThat(tunnel.dns().servers()).hasSize(1);
    assertThat(tunnel.dns().searchDomains()).containsExactly("lan.example");
    assertThat(tunnel.mtu()).hasValue(1380);
    assertThat(tunnel.table()).isEqualTo(new RouteTable.Number(77));
    assertThat(imported.node().hooks())
        .extracting(Hook::when)
        .containsExactly(Hook.When.POST_UP, Hook.When.PRE_DOWN);
    assertThat(imported.node().forwardIpv4()).isEqualTo(Forwarding.UNSTATED);
    var only = tunnel.peers().getFirst();
    assertThat(only.allowedIps())
        .containsExactly(
            Prefix.parse("10.0.0.0/24"), Prefix.parse("192.168.4.0/24"), Prefix.parse("fd00::/64"));
    assertThat(only.endpoint()).contains(new EndpointAddress("vpn.example.com", 24356));
    assertThat(only.keepaliveSeconds()).isEqualTo(25);
    assertThat(only.presharedKey().orElseThrow().base64()).isEqualTo(psk);
  }

  @Test
  void every_value_knows_its_line_and_column() {
    var imported =
        read(
            "[Interface]\nPrivateKey = "
                + own.base64()
                + "\n[Peer]\nPublicKey="
                + peer
                + "\nAllowedIPs = 10.0.0.1/32, 10.0.0.2/32\n");
    var wg0 = new InterfaceName("wg0");
    assertThat(imported.places().of(new Part.AllowedIp(wg0, 0, 1)))
        .isEqualTo(new Place("/etc/wireguard/wg0.conf", 5, 27));
    assertThat(imported.places().of(new Part.PeerSetting(wg0, 0, Setting.PUBLIC_KEY)).line())
        .isEqualTo(4);
    assertThat(imported.places().of(new Part.PeerSetting(wg0, 0, Setting.ENDPOINT)).line())
        .as("what is not written stands at its section")
        .isEqualTo(3);
  }

  @Test
  void white_space_letter_case_and_line_ends_do_not_matter_to_wg() {
    var imported =
        read(
            "[interface]\r\nPRIVATE KEY = "
                + own.base64()
                + "\r\n[ peer ]\r\npublickey="
                + peer
                + "\r\nallowed ips = 10. 0.0.0 / 24\r\n");
    assertThat(imported.findings()).isEmpty();
    assertThat(tunnel(imported).peers().getFirst().allowedIps())
        .containsExactly(Prefix.parse("10.0.0.0/24"));
  }

  @Test
  void the_keys_of_wg_quick_need_their_heading_exactly() {
    var imported = read("[ Interface ]\nAddress = 10.0.0.1/24\nListenPort = 5\n");
    assertThat(codes(imported)).containsExactly("F66");
    assertThat(tunnel(imported).addresses()).isEmpty();
    assertThat(tunnel(imported).listenPort()).hasValue(5);
  }

  @Test
  void what_wg_refuses_is_an_error_with_its_line() {
    assertThat(refused("[Interface]\n; a comment\n").place().line()).isEqualTo(2);
    refused("\ufeff[Interface]\n");
    refused("ListenPort = 1\n[Interface]\n");
    refused("[Interface]\nListen = 1\n");
    refused("[Interface]\n[Peer]\nPublicKey = " + peer + "\nAllowedIPs =\n");
    refused("[Interface]\n[Peer]\nPublicKey = " + peer + "\nAllowedIPs = 10.0.0.0/24,\n");
    refused(
        "[Interface]\n[Peer]\nPublicKey = " + peer + "\nAllowedIPs = 10.0.0.0/24 10.1.0.0/24\n");
    refused("[Interface]\n[Peer]\nPublicKey = " + peer + "\nAllowedIPs = 10.0/16\n");
    refused("[Interface]\n[Peer]\nPublicKey = " + peer + "\nAllowedIPs = 10.0.0.0/255.0.0.0\n");
    refused("[Interface]\n[Peer]\nPublicKey = " + peer + "\nPersistentKeepalive = 25s\n");
    refused("[Interface]\n[Peer]\nPublicKey = " + peer + "\nPersistentKeepalive = 65536\n");
    refused("[Interface]\n[Peer]\nPublicKey = " + peer + "\nEndpoint = example.com\n");
    refused("[Interface]\nFwMark = 0XCA6C\n");
    assertThat(refused("[Interface]\n[Peer]\nAllowedIPs = 10.0.0.1/32\n").place().line())
        .isEqualTo(2);
    assertThat(refused("[Interface]\nPrivateKey = abc\n").code()).isEqualTo("F09");
    assertThat(refused("[Interface]\nPrivateKey = " + "A".repeat(43) + "\n").code())
        .isEqualTo("F07");
    assertThat(refused("[Interface]\nPrivateKey = " + "A".repeat(42) + "B=\n").code())
        .as("the last sextet is not canonical")
        .isEqualTo("F07");
  }

  private static Finding refused(String text) {
    var findings = read(text).findings();
    assertThat(findings).as(text).hasSize(1);
    assertThat(findings.getFirst().severity()).isEqualTo(Severity.ERROR);
    return findings.getFirst();
  }

  @Test
  void what_wg_takes_silently_is_said() {
    assertThat(codes(read("[Interface]\nListenPort = 70000\n"))).containsExactly("F37");
    assertThat(tunnel(read("[Interface]\nListenPort = 70000\n")).listenPort()).hasValue(4464);
    var bits = read("[Interface]\n[Peer]\nPublicKey = " + peer + "\nAllowedIPs = 10.9.0.2/24\n");
    assertThat(codes(bits)).containsExactly("F11");
    assertThat(tunnel(bits).peers().getFirst().allowedIps())
        .containsExactly(Prefix.parse("10.9.0.0/24"));
    var brackets =
        read("[Interface]\n[Peer]\nPublicKey = " + peer + "\nEndpoint = 2001:db8::1:51820\n");
    assertThat(codes(brackets)).containsExactly("F36");
    assertThat(tunnel(brackets).peers().getFirst().endpoint())
        .contains(new EndpointAddress("2001:db8::1", 51820));
    assertThat(
            codes(read("[Interface]\n[Peer]\nPublicKey = " + peer + "\nEndpoint = 010.0.0.1:1\n")))
        .containsExactly("F66");
    var twice = read("[Interface]\nListenPort = 1\nListenPort = 2\n");
    assertThat(codes(twice)).containsExactly("F66");
    assertThat(tunnel(twice).listenPort()).hasValue(2);
    assertThat(codes(read("[Interface]\nSaveConfig = true\n"))).containsExactly("F63");
    assertThat(codes(read("[Interface]\nPostUp = true # why\n"))).containsExactly("F51");
    assertThat(codes(read("wireguard.txt", "[Interface]\n"))).containsExactly("F67");
    assertThat(
            codes(read("[Interface]\nPrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=\n")))
        .containsExactly("F09");
  }

  @Test
  void single_prefixes_can_be_added_and_removed() {
    var imported =
        read(
            "[Interface]\n[Peer]\nPublicKey = "
                + peer
                + "\nAllowedIPs = 10.0.0.0/24, +10.1.0.0/24, -10.0.0.0/24\n");
    assertThat(tunnel(imported).peers().getFirst().allowedIps())
        .containsExactly(Prefix.parse("10.1.0.0/24"));
  }

  @Test
  void a_finding_never_shows_a_key() {
    String secret = own.base64();
    for (var text :
        List.of(
            "[Interface]\nPrivatKey = " + secret + "\n",
            "[Interface]\nPrivateKey = " + secret + "x\n",
            secret + "\n")) {
      for (var finding : read(text).findings()) {
        assertThat(finding.what() + " " + finding.mend()).doesNotContain(secret);
      }
    }
  }

  @Test
  void the_written_file_reads_back_as_it_was() {
    var random = new Random(11);
    for (int i = 0; i < 300; i++) {
      var tunnel = RandomTunnel.make(random);
      var hooks = List.of(new Hook(Hook.When.POST_UP, "sysctl -w net.ipv4.ip_forward=1"));
      var imported = read(tunnel.name() + ".conf", WgQuickText.of(tunnel, hooks));
      assertThat(imported.findings()).isEmpty();
      assertThat(tunnel(imported)).isEqualTo(tunnel);
      assertThat(imported.node().hooks()).isEqualTo(hooks);
    }
  }

  @Test
  void a_hundred_and_thirty_thousand_allowed_ips_are_read() {
    var text = new StringBuilder("[Interface]\n[Peer]\nPublicKey = " + peer + "\nAllowedIPs = ");
    for (int i = 0; i < 130_000; i++) {
      text.append(i == 0 ? "" : ", ");
      text.append(10 + (i >> 16)).append('.').append(i >> 8 & 255).append('.').append(i & 255);
      text.append(".0/24");
    }
    var imported = read(text.append('\n').toString());
    assertThat(tunnel(imported).peers().getFirst().allowedIps()).hasSize(130_000);
  }
}
