package guywire.lab;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.Prefix;
import guywire.network.FilterRule.Verdict;
import guywire.network.Firewall;
import guywire.network.Forwarding;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What random networks found where proof and packets differed, each in the smallest network. */
@Execution(ExecutionMode.CONCURRENT)
class AgreementTest {

  private static final String HOMES =
      """
      network: homes
      overlay: 10.77.0.0/16
      sites:
        home: {lan: 192.168.10.0/24, hosts: {tv: 192.168.10.20, nas: 192.168.10.30}}
        cabin: {lan: 192.168.11.0/24, internet: carrier, ipv6: "2001:db8:102::/56"}
      nodes:
        hub: {public: [203.0.113.1, "2001:db8:5e::1"], hub: true}
        home-gate: {router: home}
        home-pc: {site: home}
        cabin-gate: {router: cabin}
      """;

  @Test
  void a_router_that_is_said_not_to_forward_does_not() {
    agree(HOMES, "home-gate", node -> Altered.forwarding(node, Forwarding.OFF, Forwarding.OFF));
  }

  @Test
  void what_stays_inside_a_lan_passes_no_filter_of_its_router() {
    agree(HOMES, "home-gate", node -> Altered.firewall(node, closed()));
  }

  @Test
  void a_router_behind_a_carrier_keeps_the_address_that_its_lan_has_of_ipv6() {
    agree(HOMES, "hub", UnaryOperator.identity());
  }

  @Test
  void of_two_sections_with_one_key_the_later_counts() {
    agree(
        HOMES,
        "home-gate",
        node -> {
          var tunnel = node.interfaces().getFirst();
          var peers = new ArrayList<>(tunnel.peers());
          peers.add(Altered.allowed(peers.getFirst(), List.of(Prefix.parse("10.77.0.4/32"))));
          return Altered.interfaces(node, List.of(Altered.peers(tunnel, peers)));
        });
  }

  @Test
  void a_name_with_addresses_of_both_families_serves_a_node_with_one() {
    String named = HOMES.replace("hub: true", "hub: true, endpoint: hub.example.net");
    agree(named, "hub", UnaryOperator.identity());
  }

  @Test
  void a_full_tunnel_of_one_family_guards_no_address_of_the_other() {
    String both = HOMES.replace("overlay: 10.77.0.0/16", "overlay: [10.77.0.0/16, \"fd77::/48\"]");
    String dual = both.replace("lan: 192.168.11.0/24", "lan: [192.168.11.0/24, \"fd11::/64\"]");
    agree(
        dual,
        "cabin-gate",
        node -> {
          var tunnel = node.interfaces().getFirst();
          var peer = tunnel.peers().getFirst();
          var allowed = new ArrayList<>(peer.allowedIps());
          allowed.add(Prefix.ALL_IPV4);
          var peers = List.of(Altered.allowed(peer, allowed));
          return Altered.interfaces(node, List.of(Altered.peers(tunnel, peers)));
        });
  }

  private static Firewall closed() {
    return new Firewall(List.of(), Verdict.ACCEPT, List.of(), Verdict.DROP, false);
  }

  private static void agree(String text, String node, UnaryOperator<NodeConfig> change) {
    var reading = Definition.parse("homes", text);
    var planned =
        Planner.plan(
            reading.definition().orElseThrow(() -> new AssertionError(reading.findings())),
            KeyStore.ofSeed(7));
    Network network = planned.network().orElseThrow(() -> new AssertionError(planned.findings()));
    var nodes = new ArrayList<>(network.nodes());
    nodes.replaceAll(old -> old.name().text().equals(node) ? change.apply(old) : old);
    var result = Agreement.of(Altered.nodes(network, nodes), TunnelPrograms.WIREGUARD_GO, 7);
    assertThat(result.wrong()).isEmpty();
    assertThat(result.compared()).isGreaterThan(10);
  }
}
