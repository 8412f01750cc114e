package guywire.recognise;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.text.Finding;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** GivenFiles as people have them: by several authors, of every shape, with more than asked for. */
@Timeout(60)
class RecogniserTest {

  @Test
  void a_hub_and_its_spokes_by_different_authors() {
    var recognition = Club.files().file("cleo.conf", Club.CLEO).recognise();
    assertThat(GivenFiles.bare(recognition))
        .isEqualTo(
            """
            network: test
            overlay: 10.8.0.0/24

            sites:
              bert-lan: {lan: 192.168.7.0/24}

            nodes:
              hub:
                hub: true
                public: 198.51.100.77
                address: 10.8.0.1
              bert:
                gateway: bert-lan
                source-nat: true
                address: 10.8.0.3
              anna:
                roaming: wifi
                address: 10.8.0.2
                keepalive: 15
              cleo:
                roaming: wifi
                address: 10.8.0.4
                full-tunnel: true
                keepalive: off

            dns:
              server: hub
              clients: [cleo]
            """);
    assertThat(recognition.diff().orElseThrow().lost()).isEmpty();
  }

  @Test
  void the_name_that_most_dial_is_kept_beside_the_address_that_one_knows() {
    var recognition =
        Club.files()
            .file("anna.conf", Club.ANNA.replace("198.51.100.77", "vpn.example.org"))
            .file("cleo.conf", Club.CLEO.replace("198.51.100.77", "vpn.example.org"))
            .recognise();
    assertThat(GivenFiles.bare(recognition))
        .contains("hub: true\n    public: 198.51.100.77\n    endpoint: vpn.example.org\n");
    assertThat(GivenFiles.told(recognition)).doesNotContain("stand-in");
  }

  @Test
  void what_a_definition_has_no_words_for_is_told_with_its_line() {
    var recognition = Club.files().recognise();
    assertThat(GivenFiles.said(recognition, "port-forward"))
        .startsWith("hub.conf:7")
        .contains("Port 80 is forwarded to 10.8.0.2");
    assertThat(GivenFiles.said(recognition, "hook-unknown"))
        .startsWith("hub.conf:8")
        .contains("/usr/local/bin/notify.sh up");
    assertThat(GivenFiles.said(recognition, "masquerade")).startsWith("hub.conf:6");
    assertThat(GivenFiles.said(recognition, "dns-elsewhere"))
        .startsWith("anna.conf:4")
        .contains("1.1.1.1");
    for (Finding finding : recognition.findings()) {
      assertThat(finding.what().in(Locale.SIMPLIFIED_CHINESE)).isNotBlank();
      assertThat(finding.mend().in(Locale.SIMPLIFIED_CHINESE)).isNotBlank();
    }
  }

  @Test
  void who_has_no_file_is_named_by_the_comments_of_others_and_keeps_the_key() {
    var recognition = GivenFiles.empty().file("hub.conf", Club.HUB).recognise();
    assertThat(GivenFiles.yaml(recognition))
        .contains("  hub:", "  anna-laptop:", "  berts-nas:", "  cleo-phone:", "hub: true")
        .contains("public-key: " + GivenFiles.publicKey("cleo"));
    assertThat(GivenFiles.told(recognition)).contains("nowhere");
    assertThat(recognition.diff()).isPresent();
  }

  @Test
  void a_mesh_in_which_one_file_has_lost_its_key() {
    var given = GivenFiles.empty();
    String[] names = {"ash", "birch", "cedar", "dogwood"};
    for (int i = 0; i < 4; i++) {
      var text = new StringBuilder("[Interface]\nAddress = 10.20.0.%d/24\n".formatted(i + 1));
      text.append("ListenPort = 51820\nPrivateKey = ");
      text.append(i == 3 ? "\n" : "{key " + names[i] + "}\n");
      for (int j = 0; j < 4; j++) {
        if (i != j) {
          text.append("[Peer]\nPublicKey = {pub ").append(names[j]).append("}\n");
          text.append("AllowedIPs = 10.20.0.%d/32\n".formatted(j + 1));
          text.append("Endpoint = 203.0.113.%d:51820\n".formatted(j + 1));
        }
      }
      given.file(names[i] + ".conf", text.toString());
    }
    var recognition = given.recognise();
    assertThat(GivenFiles.bare(recognition))
        .contains("  dogwood:\n    public: 203.0.113.4\n    address: 10.20.0.4\n")
        .doesNotContain("links:")
        .doesNotContain("hub");
    assertThat(GivenFiles.yaml(recognition))
        .contains("public-key: " + GivenFiles.publicKey("dogwood"));
    assertThat(GivenFiles.told(recognition)).contains("known-by-address");
  }

  @Test
  void a_relay_between_two_who_have_no_tunnel() {
    var recognition =
        GivenFiles.empty()
            .file(
                "node-a.conf",
                """
                [Interface]
                Address = 10.0.0.1/24
                ListenPort = 51820
                PrivateKey = {key a}
                PostUp = sysctl -w net.ipv4.ip_forward=1
                [Peer]
                PublicKey = {pub b}
                Endpoint = 2.2.2.2:51820
                AllowedIPs = 10.0.0.2/32
                [Peer]
                PublicKey = {pub c}
                AllowedIPs = 10.0.0.3/32
                """)
            .file(
                "node-b.conf",
                """
                [Interface]
                Address = 10.0.0.2/24
                ListenPort = 51820
                PrivateKey = {key b}
                [Peer]
                PublicKey = {pub a}
                Endpoint = 1.1.1.1:51820
                AllowedIPs = 10.0.0.1/32, 10.0.0.3/32
                """)
            .file(
                "node-c.conf",
                """
                [Interface]
                Address = 10.0.0.3/24
                PrivateKey = {key c}
                [Peer]
                PublicKey = {pub a}
                Endpoint = 1.1.1.1:51820
                AllowedIPs = 10.0.0.1/32, 10.0.0.2/32
                PersistentKeepalive = 25
                """)
            .recognise();
    assertThat(GivenFiles.bare(recognition)).contains("links:\n  node-b - node-c: via node-a\n");
    var diff = recognition.diff().orElseThrow();
    assertThat(diff.gained()).isEmpty();
    assertThat(diff.lost()).isEmpty();
  }

  private static String spoke(int hub, int number) {
    return """
    [Interface]
    Address = 10.30.%1$d.%2$d/32
    PrivateKey = {key s%1$d%2$d}
    [Peer]
    PublicKey = {pub h%1$d}
    Endpoint = 203.0.113.%1$d0:51820
    AllowedIPs = 10.30.0.0/16
    PersistentKeepalive = 25
    """
        .formatted(hub, number);
  }

  private static String hub(int own, int other) {
    return """
    [Interface]
    Address = 10.30.0.%1$d/16
    ListenPort = 51820
    PrivateKey = {key h%1$d}
    PostUp = sysctl -w net.ipv4.ip_forward=1
    [Peer]
    PublicKey = {pub h%2$d}
    Endpoint = 203.0.113.%2$d0:51820
    AllowedIPs = 10.30.0.%2$d/32, 10.30.%2$d.1/32, 10.30.%2$d.2/32
    [Peer]
    PublicKey = {pub s%1$d1}
    AllowedIPs = 10.30.%1$d.1/32
    [Peer]
    PublicKey = {pub s%1$d2}
    AllowedIPs = 10.30.%1$d.2/32
    """
        .formatted(own, other);
  }

  @Test
  void two_hubs_with_spokes_of_their_own() {
    var given = GivenFiles.empty().file("hub1.conf", hub(1, 2)).file("hub2.conf", hub(2, 1));
    for (int hub = 1; hub <= 2; hub++) {
      for (int number = 1; number <= 2; number++) {
        given.file("spoke%d%d.conf".formatted(hub, number), spoke(hub, number));
      }
    }
    var recognition = given.recognise();
    assertThat(GivenFiles.bare(recognition))
        .contains("overlay: 10.30.0.0/16")
        .contains("  hub1:\n    hub: true", "  hub2:\n    hub: true")
        .contains("  spoke21:\n    roaming: wifi\n    hub: hub2\n")
        .contains("  spoke11:\n    roaming: wifi\n    address");
    var diff = recognition.diff().orElseThrow();
    assertThat(diff.gained()).isEmpty();
    assertThat(diff.lost()).isEmpty();
  }

  @Test
  void of_two_lans_with_the_same_addresses_the_one_that_is_reached_stays() {
    var given =
        GivenFiles.empty()
            .file(
                "hub.conf",
                """
                [Interface]
                Address = 10.40.0.1/24
                ListenPort = 51820
                PrivateKey = {key hub}
                [Peer]
                PublicKey = {pub mum}
                AllowedIPs = 10.40.0.2/32, 192.168.1.0/24
                [Peer]
                PublicKey = {pub dad}
                AllowedIPs = 10.40.0.3/32, 192.168.1.0/24
                """);
    for (var name : new String[] {"mum", "dad"}) {
      given.file(
          name + ".conf",
          """
          [Interface]
          Address = 10.40.0.%d/24
          PrivateKey = {key %s}
          [Peer]
          PublicKey = {pub hub}
          Endpoint = 198.51.100.40:51820
          AllowedIPs = 10.40.0.0/24
          PersistentKeepalive = 25
          """
              .formatted(name.equals("mum") ? 2 : 3, name));
    }
    var recognition = given.recognise();
    assertThat(GivenFiles.said(recognition, "lan-twice"))
        .startsWith("hub.conf:5")
        .contains("192.168.1.0/24 is behind mum and behind dad");
    assertThat(GivenFiles.bare(recognition)).contains("dad-lan: {lan: 192.168.1.0/24}");
    assertThat(recognition.diff().orElseThrow().lost()).isEmpty();
  }

  @Test
  void the_file_of_a_phone_alone() {
    var recognition =
        GivenFiles.empty()
            .file(
                "phone.conf",
                """
                [Interface]
                PrivateKey = {key phone}
                Address = 10.66.66.2/32, fd42:42:42::2/128
                DNS = 10.66.66.1
                [Peer]
                PublicKey = {pub home}
                AllowedIPs = 10.66.66.0/24, 192.168.178.0/24, fd42:42:42::/64
                Endpoint = home.example.org:51820
                PersistentKeepalive = 25
                """)
            .recognise();
    assertThat(GivenFiles.bare(recognition))
        .contains("overlay: [10.66.66.0/24, \"fd42:42:42::/64\"]")
        .contains("home-lan: {lan: 192.168.178.0/24, public: 192.0.2.1}")
        .contains("  home:\n    hub: true\n    router: home-lan\n    endpoint: home.example.org\n")
        .contains("    address: 10.66.66.1\n")
        .contains("dns: home\n");
    assertThat(GivenFiles.told(recognition)).contains("stand-in", "router", "address-of-dns");
    assertThat(recognition.diff().orElseThrow().lost()).isEmpty();
  }
}
