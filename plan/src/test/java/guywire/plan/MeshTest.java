package guywire.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Networks without a hub, relays, and links that are exceptions. */
class MeshTest {

  @Test
  void in_a_mesh_the_hidden_node_calls_the_public_ones_and_keeps_its_mapping() {
    var servers = Sketch.example("three-servers-direct");
    assertThat(servers.tunnel("node-c"))
        .isEqualTo(
            """
            10.0.0.3/24 mtu 1420
            node-a: 10.0.0.1/32 at 1.1.1.1:51820 every 25 s
            node-b: 10.0.0.2/32 at 2.2.2.2:51820 every 25 s
            """);
    assertThat(servers.tunnel("node-a"))
        .as("public nodes send no keepalives")
        .isEqualTo(
            """
            10.0.0.1/24 listen 51820 mtu 1420
            node-b: 10.0.0.2/32 at 2.2.2.2:51820
            node-c: 10.0.0.3/32
            """);
    assertThat(servers.forward("node-a")).isEmpty();
  }

  @Test
  void behind_a_relay_each_end_accepts_the_other_from_the_relay() {
    var servers = Sketch.example("three-servers-relayed");
    assertThat(servers.tunnel("node-b")).contains("node-a: 10.0.0.1/32, 10.0.0.3/32 at 1.1.1.1");
    assertThat(servers.tunnel("node-c")).contains("node-a: 10.0.0.1/32, 10.0.0.2/32 at 1.1.1.1");
    assertThat(servers.tunnel("node-b")).doesNotContain("node-c");
    assertThat(servers.forward("node-a")).contains("accept in wg0 out wg0\n");
  }

  @Test
  void relay_mesh_neighbours_of_one_lan_meet_there_on_different_ports() {
    var mesh = Sketch.example("relay-mesh");
    assertThat(mesh.tunnel("d"))
        .isEqualTo(
            """
            10.0.0.3/16 listen 51820 mtu 1420
            c: 10.0.0.0/16 at 198.51.100.100:51820 every 25 s
            e: 10.0.0.4/32 at 192.168.31.4:51821
            """);
    assertThat(mesh.tunnel("e")).contains("listen 51821").contains("at 192.168.31.3:51820");
    assertThat(mesh.tunnel("a"))
        .isEqualTo(
            """
            10.0.0.1/16 listen 51820 mtu 1420
            b: 10.0.0.2/32 at 203.0.113.12:51820
            c: 10.0.0.0/16 at 198.51.100.100:51820
            """);
  }

  @Test
  void in_a_mesh_two_hidden_nodes_meet_through_the_first_relay_that_both_reach() {
    var mesh =
        Sketch.of(
            """
            network: n
            overlay: 10.0.0.0/24
            nodes:
              relay: {public: 192.0.2.1, relay: true}
              one: {roaming: wifi}
              two: {roaming: wifi}
            expect:
              - one, two reach each other via relay
            """);
    assertThat(mesh.tunnel("one")).contains("relay: 10.0.0.1/32, 10.0.0.3/32");
    assertThat(mesh.promises()).contains("one -> 10.0.0.3 icmp via relay");
  }

  @Test
  void with_topology_links_only_the_links_listed_exist() {
    var partial =
        Sketch.of(
            """
            network: n
            overlay: 10.0.0.0/24
            topology: links
            nodes:
              a: {public: 192.0.2.1}
              b: {public: 192.0.2.2}
              c: {public: 192.0.2.3}
            links:
              a - b: {preshared-key: true, mtu: 1380}
              b - c: direct
            """);
    assertThat(partial.tunnel("a"))
        .isEqualTo(
            """
            10.0.0.1/24 listen 51820 mtu 1380
            b: 10.0.0.2/32 at 192.0.2.2:51820 psk
            """);
    assertThat(partial.tunnel("b")).contains("c: 10.0.0.3/32 at 192.0.2.3:51820\n");
  }

  @Test
  void a_link_of_one_group_stands_for_every_pair_within() {
    var groups =
        Sketch.of(
            """
            network: n
            overlay: 10.0.0.0/24
            nodes:
              hub: {public: 192.0.2.1, hub: true}
              a: {public: 192.0.2.2}
              b: {public: 192.0.2.3}
              c: {public: 192.0.2.4}
            groups: {fast: a, near: [fast, b]}
            links:
              near: direct
              near - c: {way: direct, keepalive: 9}
            """);
    assertThat(groups.tunnel("a"))
        .isEqualTo(
            """
            10.0.0.2/24 listen 51820 mtu 1420
            hub: 10.0.0.0/24 at 192.0.2.1:51820
            b: 10.0.0.3/32 at 192.0.2.3:51820
            c: 10.0.0.4/32 at 192.0.2.4:51820
            """);
  }

  @Test
  void a_forwarded_port_makes_a_hidden_node_one_that_others_dial() {
    var forwarded =
        Sketch.of(
            """
            network: n
            overlay: 10.0.0.0/24
            sites:
              home: {lan: 192.168.1.0/24, public: 203.0.113.7, forward: {4500: nas}}
            nodes:
              phone: {roaming: wifi}
              nas: {site: home, listen: 51821}
            """);
    assertThat(forwarded.tunnel("phone")).contains("nas: 10.0.0.1/32 at 203.0.113.7:4500");
    assertThat(forwarded.tunnel("nas")).contains("listen 51821");
    assertThat(forwarded.network().underlay().sites().getFirst().portForwards())
        .hasToString("[PortForward[publicPort=4500, to=192.168.1.2, port=51821]]");
  }

  @Test
  void an_endpoint_name_is_dialled_instead_of_an_address() {
    var named =
        Sketch.of(
            """
            network: n
            overlay: 10.0.0.0/24
            sites:
              home: {lan: 192.168.1.0/24}
            nodes:
              phone: {roaming: wifi}
              router: {router: home, endpoint: home.example.org}
            """);
    assertThat(named.tunnel("phone")).contains("at home.example.org:51820");
    assertThat(named.tunnel("router")).contains("listen 51820");
  }
}
