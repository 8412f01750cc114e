package guywire.plan;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.Prefix;
import guywire.network.Name;
import guywire.network.NatRule;
import guywire.network.Network;
import guywire.network.text.Severity;
import guywire.plan.definition.Definition;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Sites whose LANs have the same addresses: each is known outside by an alias. */
class SameLanTest {

  private static final String HOMES =
      """
      network: n
      overlay: 10.0.0.0/24
      sites:
        home-a: {lan: 192.168.1.0/24, alias: 10.201.1.0/24, hosts: {nas: 192.168.1.10}}
        home-b: {lan: 192.168.1.0/24, alias: 10.201.2.0/24, hosts: {printer: 192.168.1.10}}
      nodes:
        hub: {hub: true, public: 203.0.113.1}
        gw-a: {router: home-a}
        gw-b: {gateway: home-b, source-nat: phone, static-route: true}
        phone: {roaming: true, platform: ios}
        tablet: {site: home-a, platform: ios}
      """;

  @Test
  void tunnels_lead_to_the_aliases_and_gateways_translate() {
    var plan = Sketch.of(HOMES + "expect: [nas reaches printer keeping source]\n");
    assertThat(plan.tunnel("hub"))
        .contains("gw-a: 10.0.0.2/32, 10.201.1.0/24")
        .contains("gw-b: 10.0.0.3/32, 10.201.2.0/24")
        .doesNotContain("192.168");
    assertThat(plan.tunnel("phone")).contains("10.201.1.0/24, 10.201.2.0/24");
    // A gateway's own LAN is no one else's; who only stands in it may mean it by the alias, too.
    assertThat(plan.tunnel("gw-a")).contains("hub: 10.0.0.0/24, 10.201.2.0/24 at");
    assertThat(plan.tunnel("tablet")).contains("10.201.1.0/24, 10.201.2.0/24");
    assertThat(maps(plan.network(), "gw-a")).isEqualTo("192.168.1.0/24 as 10.201.1.0/24");
    // Between tunnel and LAN addresses are the LAN's own: so they stand in the gateway's rules.
    assertThat(plan.forward("gw-b"))
        .contains("accept in wg0 out !wg0 to 192.168.1.0/24")
        .contains("accept in !wg0 out wg0 from 192.168.1.0/24")
        .doesNotContain("10.201.2.0/24");
    assertThat(plan.nat("gw-b"))
        .contains("masquerade in wg0 out !wg0 from 10.0.0.5/32 to 192.168.1.0/24");
    assertThat(plan.promises())
        .contains(
            "nas -> 10.201.2.10 icmp as 10.201.1.10", "nas -> 10.201.2.10 tcp/7 as 10.201.1.10");
    // The router of home-b, which is no node, needs the way to the other's alias.
    assertThat(plan.network().underlay().site(new Name("home-b")).orElseThrow().routes())
        .extracting(route -> route.to().toString())
        .containsExactly("10.0.0.0/24", "10.201.1.0/24");
  }

  @Test
  void a_policy_speaks_of_a_machine_by_the_address_it_has_at_each_place() {
    var plan =
        Sketch.of(
            HOMES
                + """
                policy:
                  - phone may not reach nas
                  - phone, home-b may reach home-a
                expect: [printer reaches nas]
                """);
    assertThat(plan.forward("gw-a"))
        .contains("reject in wg0 out !wg0 from 10.0.0.5/32 to 192.168.1.10/32")
        .contains("accept in wg0 out !wg0 from 10.0.0.5/32, 10.201.2.0/24 to 192.168.1.0/24");
    assertThat(plan.forward("hub"))
        .contains("reject in wg0 out wg0 from 10.0.0.5/32 to 10.201.1.10/32")
        .contains("from 10.0.0.5/32, 10.201.2.0/24 to 10.201.1.0/24");
    assertThat(plan.promises()).contains("phone -x 10.201.1.10 icmp");
  }

  @Test
  void names_mean_the_alias_outside_and_the_machines_own_address_inside() {
    var plan =
        Sketch.of(
            HOMES
                + """
                dns: {server: hub, clients: [phone, tablet, gw-b]}
                expect:
                  - phone, gw-b resolve nas
                  - tablet resolves nas to 192.168.1.10
                """);
    assertThat(plan.network().lookups())
        .extracting(lookup -> lookup.from() + " " + lookup.addresses())
        .containsExactly("phone [10.201.1.10]", "gw-b [10.201.1.10]", "tablet [192.168.1.10]");
    var server = plan.node("hub").nameServer().orElseThrow();
    assertThat(server.views()).hasSize(2);
    assertThat(server.views().getFirst().askers())
        .extracting(Prefix::toString)
        .containsExactly("10.201.1.0/24", "10.0.0.2/32", "10.0.0.4/32");
  }

  @Test
  void lans_that_say_no_alias_are_given_one_and_keep_it_whoever_comes_and_goes() {
    var two = given("a", "b");
    assertThat(two).containsOnlyKeys("a", "b").doesNotContainValue("192.168.1.0/24");
    var more = given("new", "b", "c", "a");
    assertThat(more).containsAllEntriesOf(two);
    assertThat(given("a")).isEqualTo(Map.of("a", "192.168.1.0/24"));
  }

  /**
   * As what the LANs of sites with these names are known, who have the same one and say no alias.
   */
  private static Map<String, String> given(String... sites) {
    var text = new StringBuilder("network: n\noverlay: 10.0.0.0/24\nsites:\n");
    for (var site : sites) {
      text.append("  %s: {lan: 192.168.1.0/24}\n".formatted(site));
    }
    text.append("nodes:\n  hub: {hub: true, public: 203.0.113.1}\n");
    for (var site : sites) {
      text.append("  gw-%s: {router: %s}\n".formatted(site, site));
    }
    var planned =
        Planner.plan(
            Definition.parse("n.yaml", text.toString()).definition().orElseThrow(),
            KeyStore.ofSeed(1));
    assertThat(planned.findings())
        .hasSize(sites.length > 1 ? sites.length : 0)
        .allMatch(found -> found.severity() == Severity.WARNING && found.code().equals("D40"));
    var network = planned.network().orElseThrow();
    var known = new HashMap<String, String>();
    for (var peer : network.nodes().getFirst().interfaces().getFirst().peers()) {
      String site = peer.name().orElseThrow().text().substring(3);
      String prefix = peer.allowedIps().getLast().toString();
      known.put(site, prefix);
      assertThat(planned.findings().stream().map(found -> found.mend().in(Locale.ENGLISH)).toList())
          .as("the line that fixes it")
          .matches(mends -> sites.length == 1 || mends.stream().anyMatch(m -> m.contains(prefix)));
    }
    return known;
  }

  @Test
  void only_who_is_reached_by_tunnels_needs_an_alias() {
    var planned =
        Planner.plan(
            Definition.parse(
                    "n.yaml",
                    """
                    network: n
                    overlay: 10.0.0.0/24
                    sites:
                      home: {lan: 192.168.1.0/24}
                      cafe: {lan: 192.168.0.0/16}
                    nodes:
                      hub: {hub: true, public: 203.0.113.1}
                      gw: {router: home}
                      guest: {site: cafe}
                    """)
                .definition()
                .orElseThrow(),
            KeyStore.ofSeed(1));
    assertThat(planned.findings()).hasSize(1);
    assertThat(maps(planned.network().orElseThrow(), "gw")).startsWith("192.168.1.0/24 as 10.");
  }

  @Test
  void every_gateway_of_a_lan_translates_on_every_tunnel_and_routes_by_its_own_addresses() {
    var plan =
        Sketch.of(
            """
            network: n
            overlay: 10.0.0.0/24
            sites:
              office: {lan: 192.168.1.0/24, alias: 10.201.1.0/24}
              home: {lan: 192.168.1.0/24, alias: 10.201.2.0/24}
            nodes:
              hub: {hub: true, public: 203.0.113.1}
              gw-1: {gateway: office, source-nat: true}
              gw-2: {gateway: office, source-nat: true}
              gw-home: {router: home}
            """);
    for (var gateway : List.of("gw-1", "gw-2")) {
      assertThat(maps(plan.network(), gateway)).isEqualTo("192.168.1.0/24 as 10.201.1.0/24");
      var map = (NatRule.Map) plan.node(gateway).nat().getFirst();
      assertThat(map.match().in().orElseThrow().names())
          .hasSameElementsAs(
              plan.node(gateway).interfaces().stream().map(tunnel -> tunnel.name()).toList());
    }
    assertThat(plan.ways("hub")).contains("10.201.1.0/24: ").doesNotContain("192.168");
    assertThat(plan.node("gw-2").interfaces().getLast().table().toString())
        .contains("192.168.1.0/24");
  }

  private static String maps(Network network, String node) {
    return network.node(new Name(node)).orElseThrow().nat().stream()
        .filter(NatRule.Map.class::isInstance)
        .map(NatRule.Map.class::cast)
        .map(map -> map.real() + " as " + map.shown())
        .collect(Collectors.joining(", "));
  }
}
