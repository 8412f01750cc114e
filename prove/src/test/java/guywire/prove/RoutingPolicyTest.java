package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Transport;
import guywire.network.text.Finding;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/**
 * A host's own rules and tables ({@code ip rule}) decide as the kernel has them: by priority, the
 * newest first where none is given, before wg-quick's and the main table.
 */
class RoutingPolicyTest {

  private static final String HUB =
      """
      [Interface]
      PrivateKey = KEY(hub)
      Address = 10.0.0.1/24
      ListenPort = 51820
      PostUp = sysctl -w net.ipv4.ip_forward=1
      %s
      [Peer]
      PublicKey = PUB(laptop)
      AllowedIPs = 10.0.0.2/32
      [Peer]
      PublicKey = PUB(phone)
      AllowedIPs = 10.0.0.3/32
      """;

  private static final String FACTS =
      """
      hosts:
        hub: {public: 1.1.1.1}
        laptop: {roaming: true}
        phone: {roaming: true}
      """;

  private static Disk hub(String... lines) {
    return with(HUB.formatted(String.join("\n", lines)));
  }

  private static Disk with(String hub) {
    return new Disk()
        .file("hub/wg0.conf", hub)
        .file("laptop/wg0.conf", Disk.LAPTOP)
        .file(
            "phone/wg0.conf",
            Disk.LAPTOP.replace("KEY(laptop)", "KEY(phone)").replace("10.0.0.2/24", "10.0.0.3/24"))
        .facts(FACTS);
  }

  /** Whether each reaches each: laptop to phone, phone to laptop, laptop to hub, hub to laptop. */
  private static String reach(Disk disk) {
    var proof = Reachability.of(disk.subject().network());
    return sign(proof, "laptop", "10.0.0.3")
        + sign(proof, "phone", "10.0.0.2")
        + sign(proof, "laptop", "10.0.0.1")
        + sign(proof, "hub", "10.0.0.2");
  }

  private static String sign(Reachability proof, String from, String to) {
    var answer = proof.answer(Net.spot(from), Net.ip(to), Transport.ICMP, OptionalInt.empty());
    return answer.mayWork() || answer.works() && !answer.certain()
        ? "?"
        : answer.works() ? "+" : "-";
  }

  @Test
  void a_rule_sends_what_it_is_for_to_its_table() {
    assertThat(reach(hub())).isEqualTo("++++");
    assertThat(
            reach(
                hub(
                    "PostUp = ip rule add from 10.0.0.2 table 77",
                    "PostUp = ip route add blackhole default table 77")))
        .isEqualTo("--++");
    assertThat(
            reach(
                hub(
                    "PostUp = ip rule add iif wg0 table 77",
                    "PostUp = ip route add 10.0.0.0/24 dev wg0 table 77")))
        .isEqualTo("++++");
  }

  @Test
  void a_rule_may_discard_by_itself() {
    assertThat(reach(hub("PostUp = ip rule add to 10.0.0.3 prohibit"))).isEqualTo("--++");
    // What is no answer has no source yet when its route is looked for.
    assertThat(reach(hub("PostUp = ip rule add from 10.0.0.1 unreachable"))).isEqualTo("++-+");
    assertThat(reach(hub("PostUp = ip rule add not iif lo blackhole"))).isEqualTo("--++");
  }

  @Test
  void the_smaller_priority_and_of_those_without_one_the_newer_rule_is_asked_first() {
    String both =
        "PostUp = ip rule add to 10.0.0.3 %s blackhole; ip rule add to 10.0.0.3 %s table main";
    assertThat(reach(hub(both.formatted("pref 100", "pref 200")))).isEqualTo("--++");
    assertThat(reach(hub(both.formatted("pref 200", "pref 100")))).isEqualTo("++++");
    assertThat(reach(hub(both.formatted("", "")))).isEqualTo("++++");
    assertThat(
            reach(
                hub(
                    "PostUp = ip rule add to 10.0.0.3 blackhole",
                    "PostUp = ip rule del to 10.0.0.3 blackhole")))
        .isEqualTo("++++");
  }

  @Test
  void the_kernel_refuses_a_rule_twice_and_the_removal_of_none_and_that_ends_the_interface() {
    String rule = "PostUp = ip rule add from 10.0.0.77 blackhole";
    assertThat(reach(hub(rule, rule))).isEqualTo("----");
    assertThat(reach(hub(rule, rule + " || true"))).isEqualTo("++++");
    assertThat(reach(hub(rule.replace(" add ", " del ")))).isEqualTo("----");
    assertThat(reach(hub(rule + " pref 7", rule + " pref 8"))).isEqualTo("++++");
  }

  @Test
  void the_routes_of_a_tunnel_with_a_table_of_its_own_are_met_by_rules_only() {
    String own = "Address = 10.0.0.1/32\nTable = 123";
    String text = HUB.replace("Address = 10.0.0.1/24", own).formatted("PostUp = %s");
    assertThat(reach(with(text.formatted("true")))).isEqualTo("----");
    assertThat(reach(with(text.formatted("ip rule add to 10.0.0.0/24 table 123"))))
        .isEqualTo("++++");
  }

  @Test
  void a_rule_whose_table_nobody_fills_here_is_a_doubt_at_its_line() {
    var disk = hub("PostUp = ip rule add from 10.0.0.2 table 77");
    assertThat(reach(disk)).startsWith("?");
    assertThat(disk.findings())
        .filteredOn(finding -> finding.code().equals("F74"))
        .extracting(finding -> finding.place().line())
        .containsExactly(6);
    var known =
        hub(
            "PostUp = ip rule add from 10.0.0.2 table 77",
            "PostUp = ip route add 10.0.0.0/24 dev wg0 table 77");
    assertThat(known.findings()).extracting(Finding::code).doesNotContain("F74");
    assertThat(List.of(reach(known))).containsExactly("++++");
  }

  @Test
  void of_several_tables_the_last_one_counts() {
    assertThat(reach(hub("Table = nonesuch"))).isEqualTo("----");
    assertThat(reach(hub("Table = nonesuch", "Table = auto"))).isEqualTo("++++");
  }
}
