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
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
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
        List.of(),
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

  @Test
  void a_choice_of_a_gateway_stands_in_the_table_of_its_tunnel_and_goes_with_the_next()
      throws Exception {
    try (var here = new Box();
        var there = new Box()) {
      here.connect(there, "wg0-hub", "10.1.0.1", "10.1.0.2");
      here.connect(there, "wg0-gw", "10.2.0.1", "10.2.0.2");
      here.call(() -> {
        try (var netlink = Netlink.open()) {
          var links =
              netlink.links().stream().collect(Collectors.toMap(Link::name, Function.identity()));
          var routes = new ChosenRoutes(netlink, lan());
          routes.choose(FAR, tunnel("wg0-gw"), links);
          assertThat(table(netlink, "wg0-gw")).isEqualTo(1);
          assertThat(table(netlink, "wg0")).isZero();
          assertThat(new ChosenRoutes(netlink, lan()).present(links))
              .as("an agent that is started again finds it")
              .containsEntry(FAR, tunnel("wg0-gw"));

          routes.choose(FAR, tunnel("wg0-hub"), links);
          assertThat(table(netlink, "wg0-gw")).isZero();
          assertThat(table(netlink, "wg0")).isEqualTo(1);
          routes.hold(Map.of(FAR, tunnel("wg0-gw")), links);
          assertThat(table(netlink, "wg0-gw")).isEqualTo(1);
          assertThat(table(netlink, "wg0")).isZero();
          routes.choose(FAR, tunnel("wg0"), links);
          assertThat(table(netlink, "wg0-gw")).isZero();
          return null;
        }
      });
    }
  }

  private static long table(Netlink netlink, String tunnel) {
    return netlink.routes(Agents.table(tunnel(tunnel))).size();
  }

  /** A node that reaches a LAN by its usual tunnel, through a hub, and by a second gateway. */
  private static AgentOrders lan() {
    return new AgentOrders(
        new Name("near"),
        tunnel("wg0"),
        List.of(IpAddress.parse("10.1.0.1")),
        List.of(
            new Destination(
                FAR,
                IpAddress.parse("10.1.0.9"),
                List.of(Prefix.parse("192.168.1.0/24")),
                List.of(
                    new Way(tunnel("wg0"), List.of(new Name("gw-1")), true),
                    new Way(tunnel("wg0-hub"), List.of(new Name("hub")), false),
                    new Way(
                        tunnel("wg0-gw"),
                        List.of(new Name("gw-2")),
                        false,
                        Optional.of(IpAddress.parse("10.1.0.8")))))),
        List.of(tunnel("wg0-gw")),
        Optional.empty(),
        List.of(),
        List.of());
  }

  /** A socket of IPv6 keeps its route while the table which that is from stays as it is. */
  @Test
  void an_open_socket_of_ipv6_goes_the_way_that_is_chosen() throws Exception {
    try (var here = new Box();
        var there = new Box()) {
      here.connect(there, "wg0", "10.1.0.1", "10.1.0.2");
      here.connect(there, "wg0-hub", "10.2.0.1", "10.2.0.2");
      here.run("ip", "-6", "addr", "add", "fd00:1::1/64", "dev", "wg0", "nodad");
      here.run("ip", "-6", "route", "add", "fd00:9::9", "dev", "wg0");
      for (String name : List.of("wg0", "wg0-hub")) {
        here.run("ip", "neigh", "add", "fd00:9::9", "lladdr", "02:00:00:00:00:09", "dev", name);
      }
      String table = String.valueOf(Agents.table(tunnel("wg0")));
      here.run("ip", "-6", "rule", "add", "priority", "1000", "table", table);
      here.call(() -> {
        try (var netlink = Netlink.open();
            var channel = DatagramChannel.open(StandardProtocolFamily.INET6)) {
          var links =
              netlink.links().stream().collect(Collectors.toMap(Link::name, Function.identity()));
          channel.connect(new InetSocketAddress("fd00:9::9", 9));
          long usual = sentBytes("wg0");
          channel.write(ByteBuffer.allocate(1000));
          assertThat(sentBytes("wg0") - usual).isGreaterThanOrEqualTo(1000);
          var routes =
              new ChosenRoutes(netlink, orders("wg0", "wg0-hub", "fd00:1::1", "fd00:9::9"));
          long spare = sentBytes("wg0-hub");
          routes.choose(FAR, tunnel("wg0-hub"), links);
          channel.write(ByteBuffer.allocate(1000));
          assertThat(sentBytes("wg0-hub") - spare).isGreaterThanOrEqualTo(1000);
          return null;
        }
      });
      assertThat(here.run("ip", "-6", "rule")).doesNotContain("iif lo");
    }
  }

  private static long sentBytes(String name) throws IOException {
    try (var lines = Files.lines(Path.of("/proc/thread-self/net/dev"))) {
      return lines
          .map(line -> line.strip().split("[:\\s]+", -1))
          .filter(words -> words[0].equals(name))
          .mapToLong(words -> Long.parseLong(words[9]))
          .findFirst()
          .orElseThrow();
    }
  }
}
