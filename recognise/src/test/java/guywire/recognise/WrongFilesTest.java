package guywire.recognise;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Files that are wrong or not whole: what can be read is, and the rest is told or asked for. */
@Timeout(60)
class WrongFilesTest {

  @Test
  void broken_lines_are_told_and_the_rest_is_read() {
    var recognition =
        GivenFiles.empty()
            .file(
                "a.conf",
                """
                [Interface]
                Address = 10.0.0.1/33
                Address = 10.0.0.1/24
                PrivateKey = {key a}
                [Peer]
                PublicKey = not-a-key
                AllowedIPs = 10.0.0.2/32
                [Peer]
                PublicKey = {pub b}
                AllowedIPs = 10.0.0.3/32, banana
                Endpoint = 203.0.113.3:51820
                """)
            .recognise();
    assertThat(GivenFiles.bare(recognition)).contains("public: 203.0.113.3", "address: 10.0.0.3");
    assertThat(recognition.findings().stream().map(f -> f.place().line()).toList())
        .contains(2, 6, 10);
  }

  @Test
  void the_same_machine_in_two_formats_is_one_node() {
    var recognition =
        Club.files()
            .file(
                "bert-laptop/wg1.nmconnection",
                """
                [connection]
                id=club
                type=wireguard
                interface-name=wg1

                [wireguard]
                private-key={key bert}

                [wireguard-peer.{pub hub}]
                endpoint=198.51.100.77:51820
                allowed-ips=10.8.0.0/24;
                persistent-keepalive=25

                [ipv4]
                address1=10.8.0.3/24
                method=manual
                """)
            .recognise();
    assertThat(GivenFiles.bare(recognition)).contains("  bert:").doesNotContain("bert-laptop");
    assertThat(GivenFiles.said(recognition, "node-twice"))
        .contains("bert.conf", "wg1.nmconnection");
  }

  @Test
  void a_key_that_two_machines_have_is_told() {
    var recognition =
        Club.files().file("copy.conf", Club.BERT.replace("10.8.0.3", "10.8.0.9")).recognise();
    assertThat(GivenFiles.said(recognition, "key-copied"))
        .contains("copy has the private key of bert");
    assertThat(GivenFiles.bare(recognition)).contains("  copy:", "  bert:");
  }

  @Test
  void files_of_two_networks_are_told_apart() {
    var given =
        Club.files()
            .file("x.conf", Club.ANNA.replace("anna", "x").replace("hub", "y"))
            .file("y.conf", Club.BERT.replace("bert", "y").replace("pub hub", "pub x"))
            .hostFiles();
    assertThat(Recogniser.networks(given).toString()).isEqualTo("[[anna, bert, hub], [x, y]]");
  }

  @Test
  void a_hub_that_no_file_can_dial_is_asked_for() {
    var recognition =
        GivenFiles.empty()
            .file(
                "router.conf",
                """
                [Interface]
                Address = 10.9.0.1/16
                PrivateKey = {key router}
                [Peer]
                PublicKey = {pub gw}
                AllowedIPs = 10.9.0.2/32, 192.168.1.0/24
                [Peer]
                PublicKey = {pub mac}
                AllowedIPs = 10.9.9.1/32
                """)
            .file(
                "home-gw.conf",
                """
                [Interface]
                Address = 10.9.0.2/16
                PrivateKey = {key gw}
                PostUp = iptables -t nat -A POSTROUTING -s 10.9.9.0/24 -o eth0 -j MASQUERADE
                [Peer]
                PublicKey = {pub router}
                AllowedIPs = 10.9.0.0/16
                """)
            .file(
                "macbook.conf",
                """
                [Interface]
                Address = 10.9.9.1/16
                PrivateKey = {key mac}
                [Peer]
                PublicKey = {pub router}
                AllowedIPs = 10.9.0.0/16, 192.168.1.0/24
                """)
            .recognise();
    assertThat(GivenFiles.said(recognition, "nowhere")).contains("How is router dialled?");
    assertThat(GivenFiles.bare(recognition))
        .contains("  router:\n    hub: true\n    public: 192.0.2.1\n")
        .contains("gateway: home\n    source-nat: macbook\n");
  }

  @Test
  void facts_replace_what_would_be_assumed() {
    var recognition =
        Club.files()
            .facts(
                """
                sites:
                  cottage: {lan: 192.168.7.0/24, internet: nat-random, hosts: {stove: 192.168.7.50}}
                hosts:
                  bert: {site: cottage, address: 192.168.7.2}
                  anna: {public: 203.0.113.200}
                """)
            .recognise();
    assertThat(GivenFiles.bare(recognition))
        .contains(
            "cottage: {lan: 192.168.7.0/24, internet: nat-random, hosts: {stove: 192.168.7.50}}")
        .contains("gateway: cottage\n    lan-address: 192.168.7.2\n    source-nat: true\n")
        .contains("anna:\n    public: 203.0.113.200\n");
    assertThat(GivenFiles.told(recognition)).doesNotContain("gateway-nat", "roaming");
  }

  @Test
  void a_dump_of_what_runs_has_no_address_of_its_own() {
    var recognition =
        GivenFiles.empty()
            .file(
                "hub.dump",
                "wg0\t{key hub}\t{pub hub}\t51820\toff\n"
                    + "wg0\t{pub a}\t(none)\t(none)\t10.8.0.2/32\t0\t0\t0\toff\n"
                    + "wg0\t{pub b}\t(none)\t(none)\t10.8.0.3/32\t0\t0\t0\t25\n")
            .recognise();
    assertThat(GivenFiles.bare(recognition))
        .contains("overlay: 10.8.0.0/24", "  hub:\n    hub: true\n", "  peer-2:", "  peer-3:")
        .doesNotContain("links:");
    assertThat(GivenFiles.said(recognition, "address-unknown")).contains("tunnel address of hub");
    assertThat(recognition.diff()).isPresent();
  }

  @Test
  void circles_and_nonsense_come_to_an_end() {
    var given = GivenFiles.empty();
    String[] names = {"one", "two", "three"};
    for (int i = 0; i < 3; i++) {
      String next = names[(i + 1) % 3];
      given.file(
          names[i] + ".conf",
          """
          [Interface]
          Address = 10.50.0.%d/32
          PrivateKey = {key %s}
          [Peer]
          PublicKey = {pub %s}
          AllowedIPs = 0.0.0.0/0, ::/0, 10.50.0.0/24, 10.50.0.%d/32
          Endpoint = 10.50.0.%d:51820
          [Peer]
          PublicKey = {pub %s}
          AllowedIPs = 10.50.0.0/24
          """
              .formatted(i + 1, names[i], next, i + 1, i + 1, names[i]));
    }
    assertThat(GivenFiles.yaml(given.recognise())).contains("  one:", "  two:", "  three:");
    var lonely = GivenFiles.empty().file("only.conf", "[Interface]\nPrivateKey = {key only}\n");
    assertThat(GivenFiles.yaml(lonely.recognise())).contains("  only:");
  }
}
