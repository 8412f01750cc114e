package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.FilterRule;
import guywire.network.FilterRule.Verdict;
import guywire.network.Firewall;
import guywire.network.PacketMatch;
import guywire.network.Transport;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No mend makes anything worse: each is made in a copy and proven before it is said. */
class MendProofTest {

  private static final String SPOKE =
      """
      [Interface]
      PrivateKey = KEY(%s)
      Address = 10.0.0.%d/24
      [Peer]
      PublicKey = PUB(hub)
      AllowedIPs = 10.0.0.0/24
      Endpoint = 1.1.1.1:51820
      PersistentKeepalive = 25
      """;

  private static String hub(String... allowed) {
    var text =
        new StringBuilder(
            """
            [Interface]
            PrivateKey = KEY(hub)
            Address = 10.0.0.1/24
            ListenPort = 51820
            PostUp = sysctl -w net.ipv4.ip_forward=1
            """);
    for (int i = 0; i < allowed.length; i++) {
      text.append(
          "[Peer]\nPublicKey = PUB(%s)\nAllowedIPs = %s\n".formatted(name(i + 2), allowed[i]));
    }
    return text.toString();
  }

  private static String name(int number) {
    return "p" + (char) ('a' + number);
  }

  private static Disk star(String... allowed) {
    var disk = new Disk().file("hub/wg0.conf", hub(allowed));
    for (int i = 0; i < allowed.length; i++) {
      disk.file(name(i + 2) + "/wg0.conf", SPOKE.formatted(name(i + 2), i + 2));
    }
    return disk;
  }

  @Test
  void one_mistyped_prefix_is_said_where_it_stands_and_not_by_its_consequences() {
    var findings =
        star("10.0.0.2/32", "10.0.0.4/32", "10.0.0.4/32", "10.0.0.5/32", "10.0.0.6/32").findings();
    assertThat(findings).extracting(f -> f.code()).contains("F10", "F12").doesNotContain("F14");
  }

  /** The hub sends to whoever took the address, who has it not and sends it back. */
  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.2/32", "10.0.0.3/32, 10.0.0.2/32"})
  void what_comes_back_by_a_mistyped_prefix_lacks_no_entry(String mistyped) {
    var findings = star("10.0.0.2/32", mistyped, "10.0.0.4/32").findings();
    assertThat(findings).extracting(f -> f.code()).contains("F10").doesNotContain("F14");
  }

  @Test
  void a_mend_that_takes_nothing_from_anybody_is_said() {
    var findings = star("10.0.0.2/32", "10.0.9.3/32", "10.0.0.4/32").findings();
    assertThat(findings)
        .filteredOn(f -> f.what().key().equals("F12"))
        .extracting(f -> f.mend().toString())
        .containsExactly("add 10.0.0.3/32 to the AllowedIPs of pd");
  }

  @Test
  void a_mend_that_takes_somebody_s_way_away_is_not() {
    // Both say that they are 10.0.0.2; whoever gets it takes it from the other.
    var disk =
        new Disk()
            .file("hub/wg0.conf", hub("10.0.0.2/32", "10.0.0.3/32"))
            .file("pc/wg0.conf", SPOKE.formatted("pc", 2))
            .file("pd/wg0.conf", SPOKE.formatted("pd", 2));
    assertThat(disk.findings())
        .filteredOn(f -> f.what().key().equals("F12"))
        .isNotEmpty()
        .extracting(f -> f.mend().key())
        .containsOnly("mend.unproven");
  }

  @Test
  void the_way_back_of_a_lan_is_a_route_of_its_router() {
    var scene = new Scene();
    scene.office();
    scene.net.site("office").host("camera", "172.19.50.20");
    var edits =
        Mending.of(
                scene.net.build(),
                Net.spot("laptop"),
                Net.ip("172.19.50.20"),
                Transport.ICMP,
                OptionalInt.empty())
            .orElseThrow();
    assertThat(edits).hasSize(1);
    assertThat(edits.getFirst()).isInstanceOf(FileEdit.RouteBack.class);
    assertThat(edits.getFirst().text().toString())
        .contains("office", "10.0.0.0/24", "172.19.50.2", "static-route: true");
  }

  @Test
  void a_packet_that_a_policy_stops_is_stopped_by_its_line() {
    var scene = new Scene();
    scene
        .working()
        .firewall(
            new Firewall(
                List.of(new FilterRule(PacketMatch.ANY, Verdict.DROP, "hub may not reach laptop")),
                Verdict.ACCEPT,
                List.of(),
                Verdict.ACCEPT,
                false));
    var answer =
        scene
            .net
            .reachability()
            .answer(Net.spot("hub"), Net.ip("10.0.0.2"), Transport.ICMP, OptionalInt.empty());
    assertThat(answer.stop().orElseThrow().text().toString()).contains("hub may not reach laptop");
  }
}
