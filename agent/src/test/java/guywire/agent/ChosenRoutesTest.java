package guywire.agent;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.linux.Link;
import guywire.linux.Netlink;
import guywire.network.Agents;
import guywire.network.Destination;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.Way;
import guywire.node.AgentOrders;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The routes of the ways that an agent chose. */
class ChosenRoutesTest {

  private static final Name FAR = new Name("far");

  private static InterfaceName tunnel(String name) {
    return new InterfaceName(name);
  }

  /** A node of one network, which reaches another by its usual tunnel and by a spare one. */
  private static AgentOrders orders(String usual, String spare, String own, String far) {
    var address = IpAddress.parse(far);
    return new AgentOrders(
        new Name("near"),
        tunnel(usual),
        List.of(IpAddress.parse(own)),
        List.of(
            new Destination(
                FAR,
                address,
                List.of(Prefix.host(address)),
                List.of(
                    new Way(tunnel(usual), List.of(), true),
                    new Way(tunnel(spare), List.of(new Name("hub")), false)))),
        Optional.empty(),
        List.of(),
        List.of());
  }

  @Test
  void the_agents_of_two_networks_of_a_host_leave_each_others_choices_alone() throws Exception {
    try (var here = new Box();
        var there = new Box()) {
      here.connect(there, "wg0-hub", "10.1.0.1", "10.1.0.2");
      here.connect(there, "wg1-hub", "10.2.0.1", "10.2.0.2");
      here.call(() -> {
        try (var netlink = Netlink.open()) {
          var links =
              netlink.links().stream().collect(Collectors.toMap(Link::name, Function.identity()));
          var one = new ChosenRoutes(netlink, orders("wg0", "wg0-hub", "10.1.0.1", "10.1.0.9"));
          var other = new ChosenRoutes(netlink, orders("wg1", "wg1-hub", "10.2.0.1", "10.2.0.9"));
          one.choose(FAR, tunnel("wg0-hub"), links);
          other.hold(Map.of(FAR, tunnel("wg1-hub")), links);
          assertThat(one.present(links)).containsEntry(FAR, tunnel("wg0-hub"));
          assertThat(other.present(links)).containsEntry(FAR, tunnel("wg1-hub"));

          other.hold(Map.of(FAR, tunnel("wg1")), links);
          assertThat(other.present(links)).isEmpty();
          assertThat(one.present(links)).containsEntry(FAR, tunnel("wg0-hub"));
          return null;
        }
      });
      assertThat(
              here.run("ip", "route", "show", "table", String.valueOf(Agents.table(tunnel("wg0")))))
          .contains("10.1.0.9 dev wg0-hub", "src 10.1.0.1");
    }
  }
}
