package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Spot;
import guywire.network.Transport;
import guywire.network.text.Finding;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** The faults in published guides are found from their files alone. */
class GuideFaultsTest {

  /** Every finding as code, node and line. */
  private static List<String> found(Subject subject) {
    return Faults.in(subject).stream().map(GuideFaultsTest::shown).toList();
  }

  private static String shown(Finding finding) {
    return finding.code() + " " + finding.node().orElse("") + ":" + finding.place().line();
  }

  private static Answer ping(Subject subject, String from, String target) {
    return Reachability.of(subject.network())
        .answer(Net.spot(from), Net.ip(target), Transport.ICMP, OptionalInt.empty());
  }

  @Test
  void two_homes() {
    var subject = Guides.homes();
    assertThat(found(subject))
        .as("the hub has no peer for the phone")
        .contains("F71 ecs:0")
        .as("nothing answers names on the hub")
        .contains("F58 macbook:4", "F58 iphone:4")
        .as("the rule rewrites everything that leaves eth0, if there is an eth0")
        .contains("F46 ecs:7", "F48 ecs:7");
    assertThat(ping(subject, "macbook", "192.168.2.100").works()).isTrue();
    assertThat(ping(subject, "iphone", "192.168.151.1").works()).isFalse();
  }

  @Test
  void three_servers() {
    var subject = Guides.servers();
    assertThat(found(subject))
        .as("the later entry takes the prefix from the relay")
        .contains("F10 node-c:12")
        .as("what the relay would bring is dropped")
        .contains("F14 node-b:7")
        .as("stopping the tunnel stops forwarding for all")
        .contains("F44 node-a:6", "F44 node-b:6")
        .as("a keepalive towards one that can't be called")
        .contains("F30 node-a:15", "F30 node-b:15");
    assertThat(ping(subject, "node-c", "10.0.0.2").there().passed()).isEmpty();
  }

  @Test
  void mesh_with_a_relay() {
    var subject = Guides.mesh();
    assertThat(found(subject))
        .as("the own public address needs a router that turns packets back")
        .contains("F32 d:12", "F32 e:12")
        .as("no fallback to the relay")
        .contains("F73 a:13", "F73 b:13");
    assertThat(ping(subject, "a", "10.0.0.3").there().passed()).containsExactly("c");
    assertThat(ping(subject, "d", "10.0.0.4").works()).isFalse();
  }

  @Test
  void mesh_with_the_same_port_twice_behind_one_nat() {
    var subject = Guides.mesh();
    assertThat(found(subject)).noneMatch(line -> line.startsWith("F31"));
  }

  @Test
  void star_with_gateways() {
    var subject = Guides.star();
    assertThat(found(subject))
        .as("no handshake can ever start")
        .contains("F24 home-gw:8", "F24 office-gw:8", "F24 macbook:4", "F24 cellphone:4")
        .as("gateways behind NAT go silent")
        .contains("F29 home-gw:8", "F29 office-gw:8")
        .as("nothing that counts turns forwarding on")
        .contains("F43 router:0")
        .as("the router itself is kept out, which may be meant")
        .contains("F12 home-gw:8", "F12 office-gw:8");
    assertThat(ping(subject, "macbook", "192.168.1.10").works()).isFalse();
  }

  @Test
  void hub_and_spoke() {
    var subject = Guides.hub();
    assertThat(found(subject))
        .as("packets for the NAS's LAN never enter the tunnel")
        .contains("F13 vps:5");
    assertThat(ping(subject, "vps", "192.168.1.100").works()).isFalse();
    assertThat(ping(subject, "vps", "10.0.0.3").works()).isTrue();
  }

  @Test
  void site_to_site() {
    var subject = Guides.sites();
    assertThat(found(subject))
        .as("only one direction is accepted")
        .contains("F50 site-a:6", "F50 site-b:6")
        .as("keepalives between public addresses")
        .contains("F30 site-a:12", "F30 site-b:12");
    assertThat(subject.network().underlay().sites()).hasSize(2);
    assertThat(Reachability.of(subject.network()).spots().contains(new Spot.Outside())).isTrue();
  }

  @Test
  void commands_of_a_guide() {
    var disk =
        new Disk()
            .file(
                "tuning/tuning.md",
                """
                Let the machines pass packets on: `/etc/syslog.conf` gets
                ```
                net.ipv4.ip_forward = 1
                ```
                Find the MTU, load a changed file, and look at the log:
                ```bash
                ping -M do -s 1472 -c 5 10.0.0.2
                ping -M do -s 1412 -c 5 10.0.0.2
                ping -M do -s 1372 -c 5 10.0.0.2
                wg setconf wg0 /etc/wireguard/wg0.conf
                modprobe wireguard-dynamic-debug
                wg genkey | tee privatekey
                ```
                """);
    assertThat(found(disk.subject()))
        .as("sysctl does not read that file")
        .contains("F43 tuning:3")
        .as("what can't pass a tunnel of 1420 bytes, and what can")
        .contains("F60 :7", "F60 :8")
        .doesNotContain("F60 :9")
        .as("a file that wg does not understand")
        .contains("F66 :10")
        .as("there is no such module")
        .contains("F68 :11")
        .as("everyone can read the key")
        .contains("F08 :12");
  }
}
