package guywire.plan;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.Destination;
import guywire.network.Name;
import guywire.network.RouteTable;
import guywire.network.Site;
import guywire.network.VirtualRouter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A LAN with two gateways: whoever has its tunnel to both sends to the one that is alive. */
class TwoGatewaysTest {

  private final Sketch office = Sketch.example("two-gateways");

  private Destination lan(String node) {
    return office.node(node).destinations().stream()
        .filter(each -> each.node().equals(new Name("office")))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void the_lan_is_the_first_gateways_in_the_usual_tunnel_and_the_seconds_in_one_of_its_own() {
    assertThat(office.tunnel("hub"))
        .isEqualTo(
            """
            10.30.0.1/24 listen 51820 mtu 1280
            gw-1: 10.30.0.2/32, 192.168.70.0/24
            gw-2: 10.30.0.3/32
            server: 10.30.0.4/32 at 198.51.100.1:51820
            phone: 10.30.0.5/32
            """);
    assertThat(office.tunnel("hub", "wg0-gw-2"))
        .isEqualTo(
            """
             listen 51821 mtu 1420
            gw-2: 10.30.0.3/32, 192.168.70.0/24
            """);
    assertThat(office.tunnel("gw-2", "wg0-gw-2"))
        .as("what it takes from the hub by the usual tunnel it takes by this one")
        .isEqualTo(
            """
             mtu 1420
            hub: 10.30.0.0/24 at 203.0.113.1:51821 every 25 s
            """);
  }

  @Test
  void the_hub_chooses_for_all_who_send_through_it() {
    assertThat(office.ways("hub"))
        .isEqualTo(
            """
            gw-2 10.30.0.3/32: wg0, wg0-gw-2
            office 192.168.70.0/24: wg0 through gw-1, wg0-gw-2 through gw-2
            """);
    assertThat(lan("hub").ways().stream().map(way -> lan("hub").address(way)))
        .as("each gateway answers for itself")
        .containsExactly(IpAddress.parse("10.30.0.2"), IpAddress.parse("10.30.0.3"));
    assertThat(office.node("server").destinations()).isEmpty();
    assertThat(office.node("phone").destinations()).isEmpty();
  }

  @Test
  void both_gateways_have_an_agent_that_answers_the_hub_on_the_tunnel_it_asks_by() {
    assertThat(office.ways("gw-1")).isEqualTo("hub 10.30.0.1/32: wg0\n");
    assertThat(office.ways("gw-2")).isEqualTo("hub 10.30.0.1/32: wg0, wg0-gw-2\n");
  }

  @Test
  void the_second_gateway_sends_what_the_lan_has_by_the_tunnel_that_takes_it() {
    assertThat(office.node("gw-2").interfaces().getLast().table())
        .isEqualTo(
            new RouteTable.FromLan(
                office.network().underlay().sites().getFirst().lans().stream()
                    .map(lan -> lan.prefix())
                    .toList()));
    assertThat(office.node("hub").interfaces().getLast().table())
        .isEqualTo(new RouteTable.ToGateway());
  }

  @Test
  void nothing_goes_on_from_a_gateway_but_to_its_lan_so_no_choice_makes_a_circle() {
    assertThat(office.forward("gw-2"))
        .startsWith("reject in wg0-gw-2 out wg0, wg0-gw-2\n")
        .contains("to 192.168.70.0/24");
    assertThat(office.forward("hub"))
        .isEqualTo(
            """
            reject in wg0-gw-2 out wg0-gw-2
            accept in wg0, wg0-gw-2 established
            accept out wg0, wg0-gw-2 established
            accept in wg0 out wg0, wg0-gw-2
            accept in wg0-gw-2 out wg0
            reject in wg0, wg0-gw-2
            reject out wg0, wg0-gw-2
            """);
  }

  @Test
  void behind_two_hubs_the_hub_that_chooses_the_gateway_answers_for_the_lan() {
    var network =
        Sketch.of(
            """
            network: n
            overlay: 10.0.0.0/24
            nodes:
              hub-1: {public: 192.0.2.1, hub: true}
              hub-2: {public: 192.0.2.2, hub: true}
              server: {public: 192.0.2.3}
              gw-1: {gateway: s, source-nat: true}
              gw-2: {gateway: s, source-nat: true}
            sites:
              s: {lan: 192.168.1.0/24}
            """);
    assertThat(network.ways("server"))
        .contains("s 192.168.1.0/24: wg0 through hub-1, wg0-hub-2 through hub-2, gw-1\n");
    assertThat(network.ways("hub-1"))
        .contains(
            "s 192.168.1.0/24: wg0 through gw-1, wg0-gw-2 through gw-2,"
                + " wg0-hub-2 through hub-2, gw-1\n");
    var lan =
        network.node("server").destinations().stream()
            .filter(each -> each.node().equals(new Name("s")))
            .findFirst()
            .orElseThrow();
    assertThat(lan.ways().stream().map(lan::address))
        .as("the first hub while it can choose, a gateway where there is no choice")
        .containsExactly(
            network.node("hub-1").interfaces().getFirst().addresses().getFirst().address(),
            network.node("gw-1").interfaces().getFirst().addresses().getFirst().address());
  }

  @Test
  void an_address_that_the_gateways_share_is_where_the_lans_route_leads() {
    var network =
        Sketch.of(
            """
            network: n
            overlay: 10.0.0.0/24
            nodes:
              hub: {public: 192.0.2.1, hub: true}
              gw-1: {gateway: s, static-route: true}
              gw-2: {gateway: s, static-route: true}
            sites:
              s: {lan: 192.168.1.0/24, virtual-address: 192.168.1.7}
            """);
    assertThat(network.network().underlay().sites().getFirst().routes())
        .containsExactly(
            new Site.LanRoute(Prefix.parse("10.0.0.0/24"), IpAddress.parse("192.168.1.7")));
    var shared = List.of(IpAddress.parse("192.168.1.7"));
    var hub = new Name("hub");
    assertThat(network.node("gw-1").virtualRouter())
        .as("the first has it while it lives, and is of no use without its hub")
        .contains(new VirtualRouter(7, shared, 200, hub, IpAddress.parse("10.0.0.1")));
    assertThat(network.node("gw-2").virtualRouter())
        .contains(new VirtualRouter(7, shared, 190, hub, IpAddress.parse("10.0.0.1")));
    assertThat(network.node("hub").virtualRouter()).isEmpty();
  }
}
