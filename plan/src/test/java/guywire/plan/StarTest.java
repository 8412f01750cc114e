package guywire.plan;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.FilterRule.Verdict;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.plan.definition.Definition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Policies, gateways, full tunnels, and what a new device changes. */
class StarTest {

  /** A hub, and what does not roam. */
  private static final String STANDING =
      """
      network: n
      overlay: 10.0.0.0/24
      sites:
        home: {lan: 192.168.1.0/24}
      nodes:
        b: {router: home}
        a: {hub: true, public: 192.0.2.1}
        c: {public: 192.0.2.3}
      """;

  private static final Path STAR = Path.of("../examples/star-with-gateways.yaml");

  private final Sketch star = Sketch.example("star-with-gateways");

  @Test
  void the_router_lets_mobiles_through_and_nobody_else() {
    assertThat(star.forward("router"))
        .isEqualTo(
            """
            accept in wg0 established
            accept out wg0 established
            accept in wg0 out wg0 from 10.9.9.0/24
            reject in wg0
            reject out wg0
            """);
  }

  @Test
  void a_gateway_hides_sources_only_of_what_comes_from_the_tunnel_into_its_lan() {
    assertThat(star.nat("home-gw"))
        .isEqualTo("masquerade in wg0 out !wg0 from 10.9.0.0/16 to 192.168.1.0/24\n");
    assertThat(star.forward("home-gw"))
        .contains("accept in wg0 out !wg0 from 10.9.9.0/24 to 192.168.1.0/24\n")
        .doesNotContain("in !wg0");
  }

  @Test
  void lans_that_may_not_meet_are_not_even_routed_to_each_other() {
    assertThat(star.tunnel("home-gw"))
        .contains("router: 10.9.0.0/16 at 198.51.100.9:51820")
        .doesNotContain("172.19.50.0");
  }

  @Test
  void groups_with_a_range_number_their_members_from_it() {
    assertThat(star.tunnel("office-gw")).startsWith("10.9.0.3/16");
    assertThat(star.tunnel("cellphone")).startsWith("10.9.9.2/16");
  }

  @Test
  void a_new_phone_changes_itself_and_the_router_only() throws IOException {
    String text = Files.readString(STAR);
    String more =
        text.replace("  cellphone:", "  tablet: {roaming: true}\n  cellphone:")
            .replace("[macbook, cellphone]", "[macbook, cellphone, tablet]");
    var keys = KeyStore.ofSeed(7);
    var before = plan(text, keys);
    var after = plan(more, keys);
    assertThat(changed(before, after)).containsExactly("router", "tablet");
    assertThat(after.node(new Name("tablet")).orElseThrow().interfaces().getFirst().addresses())
        .hasToString("[10.9.9.3/16]");
  }

  @Test
  void a_new_node_of_a_partial_mesh_changes_the_hub_and_its_partners_only() throws IOException {
    String text = Files.readString(Path.of("../examples/relay-mesh.yaml"));
    String more =
        text.replace(
            "\nlinks:\n",
            "  f: {public: 203.0.113.13, address: 10.0.0.5}\n\nlinks:\n  a - f: direct\n");
    var keys = KeyStore.ofSeed(7);
    assertThat(changed(plan(text, keys), plan(more, keys))).containsExactly("a", "c", "f");
  }

  @Test
  void the_same_definition_and_keys_give_the_same_network() throws IOException {
    String text = Files.readString(STAR);
    assertThat(plan(text, KeyStore.ofSeed(3))).isEqualTo(plan(text, KeyStore.ofSeed(3)));
  }

  @Test
  void a_policy_reaches_down_to_ports_and_the_first_line_that_fits_decides() {
    var ports =
        Sketch.of(
            """
            network: n
            overlay: [10.0.0.0/24, fd00:9::/64]
            sites:
              home: {lan: 192.168.1.0/24, hosts: {nas: 192.168.1.9, cam: 192.168.1.8}}
            nodes:
              hub: {public: 192.0.2.1, hub: true}
              router: {router: home}
              laptop: {roaming: wifi}
              server: {public: 192.0.2.9}
            policy:
              - laptop may not reach cam
              - laptop may reach home
              - laptop may reach server on tcp/22, tcp/8000-8099, icmp
              - nas may reach server
            """);
    assertThat(ports.forward("router"))
        .isEqualTo(
            """
            accept in wg0 established
            accept out wg0 established
            reject in wg0 out !wg0 from 10.0.0.4/32 to 192.168.1.8/32
            accept in wg0 out !wg0 from 10.0.0.4/32 to 192.168.1.0/24
            accept in !wg0 out wg0 from 192.168.1.9/32 to 10.0.0.3/32
            reject in wg0
            reject out wg0
            """);
    assertThat(ports.input("server"))
        .isEqualTo(
            """
            accept in wg0 established
            accept in wg0 from 10.0.0.4/32 to 10.0.0.3/32 tcp/22
            accept in wg0 from fd00:9::4/128 to fd00:9::3/128 tcp/22
            accept in wg0 from 10.0.0.4/32 to 10.0.0.3/32 tcp/8000-8099
            accept in wg0 from fd00:9::4/128 to fd00:9::3/128 tcp/8000-8099
            accept in wg0 from 10.0.0.4/32 to 10.0.0.3/32 icmp
            accept in wg0 from fd00:9::4/128 to fd00:9::3/128 icmp
            accept in wg0 from 192.168.1.9/32 to 10.0.0.3/32
            reject in wg0
            """);
    assertThat(ports.tunnel("laptop"))
        .as("nobody may start towards the laptop, so it needs no keepalive")
        .doesNotContain("every");
  }

  @Test
  void a_full_tunnel_takes_both_families_and_leaves_under_the_servers_address() {
    var full = Sketch.example("full-tunnel");
    assertThat(full.tunnel("client"))
        .isEqualTo(
            """
            10.0.0.100/24 mtu 1420
            server: 0.0.0.0/0, ::/0 at 1.2.3.4:51820 every 25 s
            """);
    assertThat(full.nat("server")).isEqualTo("masquerade in wg0 out !wg0 from 10.0.0.100/32\n");
    assertThat(full.promises())
        .contains("client -> 198.18.0.1 tcp/7 as 1.2.3.4", "client -x 2001:2::1 tcp/7");
    assertThat(full.node("client").interfaces().getFirst().dns().servers())
        .hasToString("[10.0.0.1]");
  }

  @Test
  void a_gateway_that_is_not_the_router_gets_its_static_route_spelled_out() {
    var hub = Sketch.example("hub-and-spoke");
    assertThat(hub.network().underlay().sites().getFirst().routes())
        .hasToString("[LanRoute[to=10.0.0.0/24, via=192.168.1.3]]");
    assertThat(hub.forward("nas")).contains("accept in !wg0 out wg0 from 192.168.1.0/24\n");
  }

  @Test
  void an_address_once_handed_out_stays_when_a_node_is_put_before() {
    var keys = KeyStore.ofSeed(1);
    String text =
        """
        network: n
        overlay: 10.0.0.0/24
        nodes:
          a: {public: 192.0.2.1}
        """;
    plan(text, keys);
    var after = plan(text.replace("  a:", "  z: {public: 192.0.2.2}\n  a:"), keys);
    assertThat(after.node(new Name("a")).orElseThrow().interfaces().getFirst().addresses())
        .hasToString("[10.0.0.1/24]");
  }

  @Test
  void a_phone_that_is_written_first_renumbers_nothing_that_stands_still() {
    String text = STANDING + "  laptop: {roaming: true}\n";
    var before = Sketch.of(text);
    var after = Sketch.of(text.replace("nodes:\n", "nodes:\n  phone: {roaming: true}\n"));
    assertThat(before.tunnel("a")).startsWith("10.0.0.1/24");
    assertThat(before.tunnel("b")).startsWith("10.0.0.2/24");
    assertThat(before.tunnel("laptop")).startsWith("10.0.0.4/24");
    assertThat(after.tunnel("a")).startsWith("10.0.0.1/24");
    assertThat(after.tunnel("b")).startsWith("10.0.0.2/24");
    assertThat(after.tunnel("phone")).startsWith("10.0.0.4/24");
  }

  @Test
  void the_narrowest_line_decides_the_mtu_of_the_tunnels_at_it() {
    String text =
        """
        network: n
        overlay: 10.0.0.0/24
        sites:
          home: {lan: 192.168.1.0/24, public: 203.0.113.1, access: %s}
        nodes:
          a: {public: 192.0.2.1}
          b: {router: home}
        """;
    assertThat(Sketch.of(text.formatted("ethernet")).tunnel("a")).contains("mtu 1420");
    assertThat(Sketch.of(text.formatted("pppoe")).tunnel("a")).contains("mtu 1420");
    assertThat(Sketch.of(text.formatted("ds-lite")).tunnel("a")).contains("mtu 1400");
    assertThat(Sketch.of(text.formatted("1400")).tunnel("b")).contains("mtu 1340");
    assertThat(Sketch.of(text.formatted("mobile")).tunnel("b")).contains("mtu 1300");
  }

  @Test
  void a_phone_more_changes_itself_and_the_hub_and_no_other_node() {
    var before = Sketch.of(STANDING);
    var after = Sketch.of(STANDING + "  phone: {roaming: true}\n");
    assertThat(before.tunnel("a")).contains("mtu 1420");
    assertThat(after.tunnel("a")).contains("mtu 1280");
    assertThat(after.tunnel("phone")).contains("mtu 1280");
    assertThat(after.tunnel("b")).isEqualTo(before.tunnel("b"));
    assertThat(after.tunnel("c")).isEqualTo(before.tunnel("c"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"linux", "openwrt", "routeros"})
  void a_hub_starts_nothing_to_a_phone_unless_a_line_allows_it(String platform) {
    String text =
        """
        network: n
        overlay: 10.0.0.0/24
        sites:
          home: {lan: 192.168.1.0/24, public: 203.0.113.7, hosts: {nas: 192.168.1.9}}
        nodes:
          hub: {router: home, hub: true, platform: %s}
          phone: {roaming: true, platform: ios}
        policy:
          - phone may reach nas
        """
            .formatted(platform);
    assertThat(Sketch.of(text).node("hub").firewall().output())
        .extracting(rule -> rule.verdict())
        .containsExactly(Verdict.ACCEPT, Verdict.REJECT);
  }

  private static Network plan(String yaml, KeyStore keys) {
    var definition = Definition.parse("n.yaml", yaml).definition().orElseThrow();
    return Planner.plan(definition, keys).network().orElseThrow();
  }

  /** The nodes whose configuration is new or differs. */
  private static List<String> changed(Network before, Network after) {
    return after.nodes().stream()
        .filter(node -> !before.nodes().contains(node))
        .map(NodeConfig::name)
        .map(Name::text)
        .sorted()
        .toList();
  }
}
