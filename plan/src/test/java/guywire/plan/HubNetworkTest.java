package guywire.plan;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Forwarding;
import org.junit.jupiter.api.Test;

/** Two homes, a hub, a laptop and a phone: the smallest network with everything of a hub in it. */
class HubNetworkTest {

  private final Sketch homes = Sketch.example("two-homes");

  @Test
  void two_homes_hub_allows_each_router_its_lan() {
    assertThat(homes.tunnel("ecs"))
        .isEqualTo(
            """
            192.168.151.1/24 listen 24356 mtu 1280
            router-a: 192.168.151.2/32, 192.168.2.0/24
            router-b: 192.168.151.3/32, 192.168.4.0/24
            macbook: 192.168.151.4/32
            iphone: 192.168.151.5/32
            """);
  }

  @Test
  void a_router_sends_the_overlay_and_the_other_lan_to_the_hub_and_keeps_its_mapping_alive() {
    assertThat(homes.tunnel("router-a"))
        .isEqualTo(
            """
            192.168.151.2/24 mtu 1420
            ecs: 192.168.151.0/24, 192.168.4.0/24 at 203.0.113.1:24356 every 25 s
            """);
  }

  @Test
  void the_hub_passes_packets_between_tunnels_and_nothing_else() {
    assertThat(homes.forward("ecs"))
        .isEqualTo(
            """
            accept in wg0 established
            accept out wg0 established
            accept in wg0 out wg0
            reject in wg0
            reject out wg0
            """);
    assertThat(homes.node("ecs").forwardIpv4()).isEqualTo(Forwarding.ON);
    assertThat(homes.nat("ecs")).isEmpty();
  }

  @Test
  void a_router_passes_packets_between_its_lan_and_the_tunnel_without_rewriting_them() {
    assertThat(homes.forward("router-a"))
        .isEqualTo(
            """
            accept in wg0 established
            accept out wg0 established
            accept in wg0 out !wg0 to 192.168.2.0/24
            accept in !wg0 out wg0 from 192.168.2.0/24
            reject in wg0
            reject out wg0
            """);
    assertThat(homes.nat("router-a")).isEmpty();
    assertThat(homes.node("router-a").firewall().clampMss()).isTrue();
  }

  @Test
  void a_phone_is_left_as_it_is() {
    assertThat(homes.forward("iphone")).isEmpty();
    assertThat(homes.node("iphone").forwardIpv4()).isEqualTo(Forwarding.UNSTATED);
  }

  @Test
  void a_line_about_sites_becomes_promises_about_their_hosts() {
    assertThat(homes.promises())
        .contains(
            "macbook -> 192.168.2.100 icmp",
            "macbook -> 192.168.2.100 tcp/7",
            "macbook -> 192.168.2.100 udp/7",
            "nas-a -> 192.168.4.100 icmp as 192.168.2.100",
            "macbook -> 192.168.2.100 icmp as 192.168.151.4 via ecs, router-a");
  }
}
