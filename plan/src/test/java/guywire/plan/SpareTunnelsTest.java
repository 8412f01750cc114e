package guywire.plan;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Name;
import org.junit.jupiter.api.Test;

/** The second way that nodes with an agent have: through another hub, or a relay. */
class SpareTunnelsTest {

  @Test
  void a_relay_of_a_mesh_gives_every_pair_a_second_way_on_tunnels_of_their_own() {
    var servers = Sketch.example("three-servers");
    assertThat(servers.tunnel("node-c"))
        .as("the usual tunnel is as it is without a relay")
        .isEqualTo(
            """
            10.0.0.3/24 mtu 1420
            node-a: 10.0.0.1/32 at 1.1.1.1:51820 every 25 s
            node-b: 10.0.0.2/32 at 2.2.2.2:51820 every 25 s
            """);
    assertThat(servers.tunnel("node-c", "wg0-node-a"))
        .isEqualTo(
            """
             mtu 1420
            node-a: 10.0.0.0/24 at 1.1.1.1:51821 every 25 s
            """);
    assertThat(servers.tunnel("node-a", "wg0-node-a"))
        .isEqualTo(
            """
             listen 51821 mtu 1420
            node-b: 10.0.0.2/32 at 2.2.2.2:51821
            node-c: 10.0.0.3/32
            """);
    assertThat(servers.ways("node-c"))
        .as("node-a itself is met on the same line either way")
        .isEqualTo("node-b 10.0.0.2/32: wg0, wg0-node-a through node-a\n");
    assertThat(servers.ways("node-a")).isEmpty();
    assertThat(servers.node("node-c").interfaces().get(1).publicKey())
        .as("each tunnel has its own key")
        .isNotEqualTo(servers.node("node-c").interfaces().getFirst().publicKey());
  }

  @Test
  void a_packet_goes_through_one_relay_and_no_other() {
    assertThat(Sketch.example("three-servers").forward("node-a"))
        .isEqualTo(
            """
            reject in wg0-node-a out wg0
            accept in wg0, wg0-node-a established
            accept out wg0, wg0-node-a established
            accept in wg0 out wg0, wg0-node-a
            accept in wg0-node-a out wg0-node-a
            reject in wg0, wg0-node-a
            reject out wg0, wg0-node-a
            """);
  }

  @Test
  void who_did_not_choose_one_of_two_hubs_hangs_on_both_if_it_has_an_agent() {
    var hubs = Sketch.example("two-hubs");
    assertThat(hubs.ways("files"))
        .isEqualTo(
            """
            hub-1 10.20.0.1/32: wg0, wg0-hub-2 through hub-2
            hub-2 10.20.0.2/32: wg0-hub-2, wg0 through hub-1
            office-gw 10.20.0.4/32, 192.168.60.0/24: wg0 through hub-1, wg0-hub-2 through hub-2
            """);
    assertThat(hubs.ways("hub-2"))
        .as(
            "the second hub has a tunnel of its own to everyone, and the usual ones through the first")
        .isEqualTo(
            """
            files 10.20.0.3/32: wg0-hub-2, wg0 through hub-1
            office-gw 10.20.0.4/32, 192.168.60.0/24: wg0-hub-2, wg0 through hub-1
            """);
    assertThat(hubs.node("phone").interfaces()).hasSize(1);
    assertThat(hubs.node("phone").destinations()).isEmpty();
    assertThat(hubs.tunnel("hub-2", "wg0-hub-2"))
        .isEqualTo(
            """
             listen 51821 mtu 1420
            hub-1: 10.20.0.1/32 at 203.0.113.1:51821
            files: 10.20.0.3/32 at 192.0.2.10:51821
            office-gw: 10.20.0.4/32, 192.168.60.0/24
            """);
  }

  @Test
  void what_hangs_on_the_second_hub_alone_is_reached_through_it_when_the_first_is_down() {
    var hubs =
        Sketch.of(
            """
            network: n
            overlay: 10.20.0.0/24
            nodes:
              hub-1: {hub: true, public: 203.0.113.1}
              hub-2: {hub: true, public: 198.51.100.1}
              files: {public: 192.0.2.10}
              phone: {roaming: true, platform: ios, hub: hub-2}
              tablet: {roaming: true, platform: ios}
            """);
    assertThat(hubs.ways("files"))
        .contains("phone 10.20.0.4/32: wg0-hub-2 through hub-2, wg0 through hub-1, hub-2\n")
        .doesNotContain("tablet");
    assertThat(hubs.node("files").destinations())
        .filteredOn(each -> each.node().equals(new Name("phone")))
        .singleElement()
        .satisfies(each -> assertThat(each.address()).hasToString("10.20.0.2"));
    assertThat(hubs.forward("hub-2"))
        .startsWith(
            """
            reject in wg0-hub-2 out wg0 to 10.20.0.1/32, 10.20.0.3/32, 10.20.0.5/32
            """);
    assertThat(hubs.forward("hub-1")).startsWith("reject in wg0-hub-2 out wg0, wg0-hub-2\n");
  }

  @Test
  void a_direct_link_falls_back_to_the_node_that_its_line_names() {
    var pair =
        Sketch.of(
            """
            network: n
            overlay: 10.0.0.0/24
            nodes:
              c: {hub: true, public: 203.0.113.1}
              a: {public: 203.0.113.2}
              b: {public: 203.0.113.3}
              d: {public: 203.0.113.4}
            links:
              a - b: direct or via c
              a - d: direct
            """);
    assertThat(pair.ways("a")).isEqualTo("b 10.0.0.3/32: wg0, wg0-c through c\n");
    assertThat(pair.node("d").interfaces()).hasSize(1);
  }

  @Test
  void with_a_policy_agents_may_still_ask_each_other_which_ways_are_alive() {
    var closed =
        Sketch.of(
            """
            network: n
            overlay: 10.0.0.0/24
            nodes:
              a: {public: 203.0.113.1, relay: true}
              b: {public: 203.0.113.2}
              c: {public: 203.0.113.3}
            policy:
              - b may reach c on tcp/22
            """);
    assertThat(closed.input("c"))
        .contains("accept in wg0, wg0-a from 10.0.0.0/24 to 10.0.0.0/24 udp/51899\n");
    assertThat(closed.forward("a"))
        .contains("accept in wg0-a out wg0-a from 10.0.0.0/24 to 10.0.0.0/24 udp/51899\n");
  }
}
