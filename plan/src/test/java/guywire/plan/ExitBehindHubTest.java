package guywire.plan;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.Prefix;
import guywire.network.InterfaceName;
import guywire.network.RouteTable;
import guywire.network.RouteTable.Onward;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A full tunnel through a node that stands behind NAT, and is reached through the hub alone. */
class ExitBehindHubTest {

  private static final InterfaceName WG0 = new InterfaceName("wg0");

  private static final String POLICY =
      """
      network: n
      overlay: [10.0.0.0/24, "fd00::/64"]
      sites:
        home: {lan: 192.168.1.0/24}
        office: {lan: 192.168.2.0/24}
      nodes:
        hub: {hub: true, public: 192.0.2.1}
        box: {site: home}
        gate: {router: office}
        kid: {roaming: true, platform: ios, full-tunnel: box}
        guest: {roaming: true, full-tunnel: true}
      policy:
        - kid may not reach internet on tcp/25
        - kid may reach office
      """;

  private final Sketch home = Sketch.example("exit-at-home");
  private final Sketch policy = Sketch.of(POLICY);

  @Test
  void clients_send_everything_to_the_hub_and_the_hub_takes_everything_from_the_exit() {
    assertThat(home.tunnel("phone"))
        .contains("server: 0.0.0.0/0, ::/0 at 203.0.113.60:51820")
        .doesNotContain("homebox");
    assertThat(home.tunnel("server"))
        .contains("homebox: 10.60.0.2/32, 0.0.0.0/0\n", "phone: 10.60.0.3/32\n");
    assertThat(home.tunnel("homebox")).contains("server: 10.60.0.0/24 at").contains("every 25 s");
  }

  @Test
  void the_hub_sends_on_what_comes_from_those_clients_and_keeps_its_own_default_route() {
    var table = home.node("server").interfaces().getFirst().table();
    assertThat(table)
        .isEqualTo(new Onward(List.of(Prefix.parse("10.60.0.3/32"), Prefix.parse("10.60.0.4/32"))));
    assertThat(((Onward) table).rules(WG0))
        .extracting(rule -> rule.from().orElseThrow() + " " + rule.table().orElseThrow())
        .containsExactly(
            "10.60.0.3/32 main",
            "10.60.0.3/32 " + Onward.table(WG0),
            "10.60.0.4/32 main",
            "10.60.0.4/32 " + Onward.table(WG0));
    assertThat(home.node("homebox").interfaces().getFirst().table())
        .isEqualTo(new RouteTable.Auto());
  }

  @Test
  void the_exit_masquerades_the_clients_that_leave_there_and_the_hub_those_of_its_own() {
    assertThat(home.nat("homebox"))
        .isEqualTo(
            """
            masquerade in wg0 out !wg0 from 10.60.0.3/32
            masquerade in wg0 out !wg0 from 10.60.0.4/32
            """);
    assertThat(home.nat("server")).isEqualTo("masquerade in wg0 out !wg0 from 10.60.0.5/32\n");
  }

  @Test
  void a_policy_is_kept_at_the_hub_and_once_more_at_the_exit() {
    assertThat(policy.forward("hub"))
        .contains(
            """
            accept in wg0 out wg0 from 10.0.0.4/32 to 192.168.2.0/24
            """)
        .contains(
            """
            reject in wg0 out wg0 from 10.0.0.4/32 to 10.0.0.0/24, 192.168.2.0/24
            reject in wg0 out wg0 from fd00::4/128 to fd00::/64
            reject in wg0 out wg0 from 10.0.0.4/32 tcp/25
            reject in wg0 out wg0 from fd00::4/128 tcp/25
            accept in wg0 out wg0 from 10.0.0.4/32
            accept in wg0 out wg0 from fd00::4/128
            """);
    assertThat(policy.forward("box"))
        .contains(
            """
            reject in wg0 out !wg0 from 10.0.0.4/32 to 192.168.1.0/24
            reject in wg0 out !wg0 from 10.0.0.4/32 tcp/25
            """);
  }

  @Test
  void an_exit_keeps_its_mapping_alive_though_nobody_may_reach_the_exit_itself() {
    assertThat(policy.tunnel("box")).contains("every 25 s");
    assertThat(policy.tunnel("hub"))
        .contains("box: 10.0.0.2/32, fd00::2/128, 0.0.0.0/0, ::/0\n")
        .contains("guest: 10.0.0.5/32");
  }
}
