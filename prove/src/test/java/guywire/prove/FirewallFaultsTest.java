package guywire.prove;

import static guywire.prove.Scene.HUB;
import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Hook.When;
import guywire.prove.HostFacts.Trait;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Faults of firewalls and address translation. */
class FirewallFaultsTest extends FaultTest {

  static Stream<FaultCase> cases() {
    return Stream.of(
        FaultCase.of(
            "F46",
            s -> s.working().hook(When.POST_UP, "iptables -t nat -A POSTROUTING -j MASQUERADE"),
            s ->
                s.working()
                    .hook(
                        When.POST_UP,
                        "iptables -t nat -A POSTROUTING -s 10.0.0.0/24 -j MASQUERADE")),
        FaultCase.of(
            "F46.tunnel",
            s ->
                s.working()
                    .hook(When.POST_UP, "iptables -t nat -A POSTROUTING -o %i -j MASQUERADE"),
            s ->
                s.working()
                    .hook(
                        When.POST_UP,
                        "iptables -t nat -A POSTROUTING -s 10.0.0.0/24 -o eth0 -j MASQUERADE")),
        FaultCase.of(
            "F47",
            s -> s.pair().peer("hub", HUB, 25, "0.0.0.0/0"),
            s -> {
              s.pair().peer("hub", HUB, 25, "0.0.0.0/0");
              s.hub().masquerades();
            }),
        FaultCase.of("F48", s -> namedEth0(s, "ens3"), s -> namedEth0(s, "eth0")),
        FaultCase.of(
            "F48.unknown",
            s -> s.working().hook(When.POST_UP, "iptables -I FORWARD -i %i -o eth0 -j ACCEPT"),
            s -> namedEth0(s, "eth0")),
        FaultCase.of(
            "F49",
            s -> {
              s.working().hook(When.POST_UP, "iptables -A FORWARD -i %i -j ACCEPT");
              s.has("laptop", Trait.FIREWALLD);
            },
            s -> {
              s.working().hook(When.POST_UP, "iptables -I FORWARD -i %i -j ACCEPT");
              s.has("laptop", Trait.FIREWALLD);
            }),
        FaultCase.of(
            "F49.unreached",
            s -> {
              s.working().hook(When.POST_UP, "iptables -A FORWARD -j REJECT");
              s.up("laptop", "iptables -A FORWARD -i wg0 -j ACCEPT");
            },
            s -> {
              s.working().hook(When.POST_UP, "iptables -A FORWARD -j REJECT");
              s.up("laptop", "iptables -I FORWARD -i wg0 -j ACCEPT");
            }),
        FaultCase.of(
            "F50.own",
            s -> {
              s.working();
              s.up("hub", "iptables -A INPUT -i wg0 -m state --state NEW -j DROP");
            },
            s -> {
              s.working();
              s.up("hub", "iptables -A INPUT -i eth7 -m state --state NEW -j DROP");
            }),
        FaultCase.of(
            "F50",
            s -> {
              s.working();
              s.has("hub", Trait.DOCKER);
            },
            s -> {
              s.working();
              s.has("hub", Trait.DOCKER);
              s.up("hub", "iptables -I DOCKER-USER -i %i -j ACCEPT");
              s.up("hub", "iptables -I DOCKER-USER -o %i -j ACCEPT");
            }),
        FaultCase.of(
            "F50.ufw",
            s -> {
              s.working();
              s.has("hub", Trait.UFW);
            },
            s -> {
              s.working();
              s.has("hub", Trait.UFW);
              s.up("hub", "ufw route allow in on wg0");
              s.up("hub", "ufw route allow out on wg0");
            }),
        FaultCase.of(
            "F50.one-way",
            s -> s.working().hook(When.POST_UP, "iptables -I FORWARD -i %i -j ACCEPT"),
            s ->
                s.working()
                    .hook(When.POST_UP, "iptables -I FORWARD -i %i -j ACCEPT")
                    .hook(When.POST_UP, "iptables -I FORWARD -o %i -j ACCEPT")),
        FaultCase.of(
            "F51",
            s -> s.working().hook(When.POST_UP, "iptables -I FORWARD 1 -i %i -j ACCEPT"),
            s ->
                s.working()
                    .hook(When.POST_UP, "iptables -I FORWARD 1 -i %i -j ACCEPT")
                    .hook(When.POST_DOWN, "iptables -D FORWARD -i %i -j ACCEPT")),
        FaultCase.of(
            "F51.nft",
            s ->
                s.working()
                    .hook(When.POST_UP, "nft add rule inet filter forward iifname wg0 accept"),
            Scene::working),
        FaultCase.of(
            "F51.only-down",
            s -> s.working().hook(When.POST_DOWN, "iptables -D FORWARD -i %i -j ACCEPT"),
            s ->
                s.working()
                    .hook(When.POST_UP, "iptables -I FORWARD -i %i -j ACCEPT")
                    .hook(When.POST_DOWN, "iptables -D FORWARD -i %i -j ACCEPT")));
  }

  /** ufw lets answers pass before its rules, and has a word of its own to take a rule away. */
  @Test
  void a_rule_of_ufw_needs_no_twin_for_answers_and_is_taken_away_by_ufw() {
    var scene = new Scene();
    scene
        .working()
        .hook(When.POST_UP, "ufw route insert 1 allow in on wg0 from 10.0.0.0/24 out on eth0");
    var findings = Faults.in(scene.subject());
    assertThat(findings).extracting(f -> f.what().key()).doesNotContain("F50.one-way");
    assertThat(findings)
        .filteredOn(f -> f.what().key().equals("F51"))
        .extracting(f -> f.mend().toString())
        .containsExactly(
            "add PostDown = ufw route delete allow in on wg0 from 10.0.0.0/24 out on eth0");
  }

  private static void namedEth0(Scene s, String real) {
    s.working().hook(When.POST_UP, "iptables -I FORWARD -i %i -o eth0 -j ACCEPT");
    s.know("laptop", List.of(real), OptionalInt.empty());
  }

  @Test
  void the_twin_of_a_command_keeps_its_quotes() {
    var scene = new Scene();
    scene
        .working()
        .hook(When.POST_UP, "iptables -A INPUT -m comment --comment \"no new ones\" -j DROP");
    assertThat(Faults.in(scene.subject()))
        .filteredOn(f -> f.what().key().equals("F51"))
        .extracting(f -> f.mend().toString())
        .containsExactly(
            "add PostDown = iptables -D INPUT -m comment --comment 'no new ones' -j DROP");
  }
}
