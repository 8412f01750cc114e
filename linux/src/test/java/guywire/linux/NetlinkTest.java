package guywire.linux;

import static guywire.linux.NewNamespace.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.linux.NetworkChanges.Change;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Netlink as {@code ip} sees what it did; every test has a network namespace of its own. */
class NetlinkTest {

  private interface Body {
    void run(Netlink netlink) throws Exception;
  }

  private static void inNewNamespace(Body body) throws Exception {
    NewNamespace.call(() -> {
      try (var netlink = Netlink.open()) {
        body.run(netlink);
      }
      return null;
    });
  }

  private static InetAddress address(String text) throws Exception {
    return InetAddress.getByName(text);
  }

  @Test
  void a_veth_pair_is_two_links_that_can_be_set_up_renamed_and_joined_to_a_bridge()
      throws Exception {
    inNewNamespace(netlink -> {
      netlink.createVeth("left", "right");
      netlink.createBridge("br0");
      int left = netlink.index("left");
      int bridge = netlink.index("br0");
      netlink.setMtu(left, 1400);
      netlink.rename(left, "port");
      netlink.setMaster(left, bridge);
      netlink.setUp(left);
      netlink.setUp(netlink.index("right"));
      netlink.setUp(bridge);

      assertThat(run("ip", "link", "show", "port"))
          .contains("mtu 1400")
          .contains("master br0")
          .contains("UP");
      var port = netlink.link("port").orElseThrow();
      assertThat(port.kind()).isEqualTo("veth");
      assertThat(port.master()).hasValue(bridge);
      assertThat(port.up()).isTrue();
      assertThat(port.mtu()).isEqualTo(1400);
      assertThat(netlink.links()).extracting(Link::name).contains("lo", "port", "right", "br0");

      netlink.clearMaster(left);
      netlink.delete(left);
      assertThat(run("ip", "link")).doesNotContain("right");
      assertThat(netlink.link("right")).isEmpty();
    });
  }

  @Test
  void the_other_end_of_a_veth_can_be_made_in_another_namespace() throws Exception {
    inNewNamespace(netlink -> {
      Process elsewhere =
          new ProcessBuilder("unshare", "-n", "sh", "-c", "echo ready; exec sleep 60").start();
      try {
        assertThat(elsewhere.inputReader().readLine()).isEqualTo("ready");
        var there = new NamespaceRef.OfProcess(elsewhere.pid());
        netlink.createVeth("here", "there", there);
        netlink.createVeth("a", "b");
        netlink.moveTo(netlink.index("b"), there);

        String pid = String.valueOf(elsewhere.pid());
        assertThat(netlink.link("there")).isEmpty();
        assertThat(run("nsenter", "-t", pid, "-n", "ip", "link")).contains("there@").contains("b@");
      } finally {
        elsewhere.destroy();
        elsewhere.waitFor();
      }
    });
  }

  @Test
  void addresses_are_added_listed_and_removed() throws Exception {
    inNewNamespace(netlink -> {
      netlink.createVeth("v0", "v1");
      int v0 = netlink.index("v0");
      var ipv4 = new LinkAddress(v0, address("10.1.2.3"), 24);
      var ipv6 = new LinkAddress(v0, address("fd00::1"), 64);
      netlink.addAddress(ipv4);
      netlink.addAddress(ipv6);

      assertThat(run("ip", "address", "show", "dev", "v0"))
          .contains("inet 10.1.2.3/24 scope global v0")
          .contains("inet6 fd00::1/64 scope global nodad");
      assertThat(netlink.addresses(v0)).containsExactly(ipv4, ipv6);

      netlink.removeAddress(ipv4);
      netlink.removeAddress(ipv6);
      assertThat(netlink.addresses(v0)).isEmpty();
    });
  }

  @Test
  void routes_are_written_as_ip_route_would() throws Exception {
    inNewNamespace(netlink -> {
      netlink.createVeth("v0", "v1");
      int v0 = netlink.index("v0");
      netlink.setUp(v0);
      netlink.setUp(netlink.index("v1"));
      netlink.addAddress(new LinkAddress(v0, address("10.1.0.1"), 24));
      netlink.addAddress(new LinkAddress(v0, address("fd00::1"), 64));
      var device = KernelRoute.through(address("10.9.0.0"), 16, v0);
      var next = KernelRoute.toNextHop(address("10.8.0.0"), 16, address("10.1.0.2"));
      var other = KernelRoute.through(address("0.0.0.0"), 0, v0).inTable(51820);
      var small = next.on(v0).withMetric(7).withMtu(1280);
      var black = KernelRoute.refusing(address("10.7.0.0"), 16, KernelRoute.Type.BLACKHOLE);
      var six = KernelRoute.toNextHop(address("fd01::"), 32, address("fd00::2"));
      for (var route : List.of(device, next, other, small, black, six)) {
        netlink.addRoute(route);
      }

      assertThat(run("ip", "route"))
          .contains("10.9.0.0/16 dev v0 scope link")
          .contains("10.8.0.0/16 via 10.1.0.2 dev v0 \n")
          .contains("10.8.0.0/16 via 10.1.0.2 dev v0 metric 7 mtu 1280")
          .contains("blackhole 10.7.0.0/16");
      assertThat(run("ip", "route", "show", "table", "51820"))
          .contains("default dev v0 scope link");
      assertThat(run("ip", "-6", "route")).contains("fd01::/32 via fd00::2 dev v0 metric 1024");
      assertThat(netlink.routes(51820)).containsExactly(other);
      assertThat(netlink.routes(KernelRoute.MAIN))
          .contains(device, next.on(v0), small, black, six.on(v0).withMetric(1024));

      for (var route : List.of(device, next, other, small, black, six)) {
        netlink.removeRoute(route);
      }
      assertThat(run("ip", "route").lines()).hasSize(1);
    });
  }

  @Test
  void rules_of_a_full_tunnel_are_those_of_ip_rule() throws Exception {
    inNewNamespace(netlink -> {
      netlink.addRule(KernelRule.unlessMarked(true, 51820, 51820));
      netlink.addRule(KernelRule.mainWithoutDefault(true));
      netlink.addRule(KernelRule.unlessMarked(false, 51820, 51820).at(99));
      netlink.addRule(KernelRule.lookup(true, 77).of("wg0-hub").at(98));

      assertThat(run("ip", "rule"))
          .contains("32764:\tfrom all lookup main suppress_prefixlength 0")
          .contains("32765:\tnot from all fwmark 0xca6c lookup 51820");
      assertThat(run("ip", "rule")).contains("98:\tfrom all iif wg0-hub [detached] lookup 77");
      assertThat(run("ip", "-6", "rule")).contains("99:\tnot from all fwmark 0xca6c lookup 51820");
      assertThat(netlink.rules())
          .contains(
              KernelRule.mainWithoutDefault(true).at(32764),
              KernelRule.lookup(true, 77).of("wg0-hub").at(98),
              KernelRule.unlessMarked(true, 51820, 51820).at(32765),
              KernelRule.lookup(true, KernelRoute.MAIN).at(32766));

      netlink.removeRule(KernelRule.mainWithoutDefault(true));
      assertThat(run("ip", "rule")).doesNotContain("suppress");

      var from = KernelRule.mainWithoutDefault(true).of("wg0").at(999);
      netlink.addRule(from);
      assertThat(run("ip", "rule"))
          .contains("999:\tfrom all iif wg0 [detached] lookup main suppress_prefixlength 0");
      assertThat(netlink.rules()).contains(from);
      netlink.removeRule(from);
      assertThat(netlink.rules()).doesNotContain(from);
    });
  }

  @Test
  void rules_of_what_comes_from_somewhere_are_those_of_ip_rule() throws Exception {
    inNewNamespace(netlink -> {
      var past = KernelRule.mainWithoutDefault(true).from(address("10.8.0.3"), 32).at(1001);
      var away = KernelRule.lookup(true, 77).from(address("10.8.0.3"), 32).at(1002);
      var six = KernelRule.lookup(false, 77).from(address("fd00:8::"), 64).at(1002);
      List.of(past, away, six).forEach(netlink::addRule);

      assertThat(run("ip", "rule"))
          .contains("1001:\tfrom 10.8.0.3 lookup main suppress_prefixlength 0")
          .contains("1002:\tfrom 10.8.0.3 lookup 77");
      assertThat(run("ip", "-6", "rule")).contains("1002:\tfrom fd00:8::/64 lookup 77");
      assertThat(netlink.rules()).contains(past, away, six);

      netlink.removeRule(past);
      assertThat(netlink.rules()).doesNotContain(past).contains(away, six);
    });
  }

  @Test
  void a_refusal_carries_the_error_number_and_the_kernels_words() throws Exception {
    inNewNamespace(netlink -> {
      assertThatThrownBy(() ->
              netlink.addRoute(KernelRoute.toNextHop(address("10.0.0.0"), 8, address("10.1.0.1"))))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENETUNREACH))
          .hasMessageContaining("add route 10.0.0.0/8")
          .hasMessageContaining("gateway");
      assertThatThrownBy(() -> netlink.index("nowhere"))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENODEV));
    });
  }

  @Test
  void changes_of_links_addresses_and_routes_are_told() throws Exception {
    inNewNamespace(netlink -> {
      try (var links = NetworkChanges.ofLinks();
          var routes = NetworkChanges.ofRoutes()) {
        netlink.createVeth("v0", "v1");
        int v0 = netlink.index("v0");
        var added = new LinkAddress(v0, address("10.1.2.3"), 24);
        netlink.setUp(v0);
        netlink.addAddress(added);
        netlink.delete(v0);

        assertThat(until(links, c -> c instanceof Change.LinkGone l && l.link().index() == v0))
            .anyMatch(c -> c instanceof Change.LinkChanged l && l.link().name().equals("v1"))
            .allMatch(c ->
                c instanceof Change.LinkChanged
                    || c instanceof Change.LinkGone
                    || c instanceof Change.ForwardingChanged);
        assertThat(until(routes, new Change.AddressRemoved(added)::equals))
            .contains(new Change.AddressAdded(added))
            .anyMatch(c ->
                c instanceof Change.RouteAdded r && r.route().link().equals(OptionalInt.of(v0)));
      }
    });
  }

  @Test
  void forwarding_is_told_and_followed_interface_by_interface() throws Exception {
    inNewNamespace(netlink -> {
      Sysctl.write("net/ipv4/ip_forward", "0");
      netlink.createVeth("v0", "v1");
      int v0 = netlink.index("v0");
      int v1 = netlink.index("v1");
      try (var changes = NetworkChanges.ofLinks()) {
        assertThat(netlink.forwardsIpv4(v0)).isFalse();
        Sysctl.write("net/ipv4/conf/v0/forwarding", "1");
        until(changes, new Change.ForwardingChanged(v0, true)::equals);
        assertThat(netlink.forwardsIpv4(v0)).isTrue();
        assertThat(netlink.forwardsIpv4(v1)).isFalse();
        Sysctl.write("net/ipv4/ip_forward", "1");
        until(changes, new Change.ForwardingChanged(v1, true)::equals);
        Sysctl.write("net/ipv4/ip_forward", "0");
        until(changes, new Change.ForwardingChanged(v0, false)::equals);
        assertThat(netlink.forwardsIpv4(v0)).isFalse();
      }
      assertThatThrownBy(() -> netlink.forwardsIpv4(v1 + 1000)).isInstanceOf(LinuxException.class);
    });
  }

  @Test
  void how_long_super_packets_may_be_is_set_and_told() throws Exception {
    inNewNamespace(netlink -> {
      netlink.createVeth("v0", "v1");
      int v0 = netlink.index("v0");
      netlink.setGroIpv4Max(v0, 200_000);
      assertThat(netlink.link("v0").orElseThrow().groIpv4MaxBytes()).hasValue(200_000);
      assertThat(netlink.link("v1").orElseThrow().groIpv4MaxBytes()).hasValue(65_536);
      assertThat(netlink.link("v0").orElseThrow().xdp()).isFalse();
    });
  }

  @Test
  void a_link_tells_of_an_xdp_program_and_nothing_of_what_its_kernel_does_not_know() {
    // struct ifinfomsg, and IFLA_XDP with IFLA_XDP_ATTACHED: XDP_ATTACHED_SKB.
    var message =
        new NetlinkMessage("a link", 16, 0)
            .u32(0)
            .u32(7)
            .u32(0)
            .u32(0)
            .nest(43, xdp -> xdp.attribute8(2, 2));
    byte[] bytes = message.bytes(1);
    var body = ByteBuffer.wrap(bytes, 16, bytes.length - 16).slice().order(ByteOrder.nativeOrder());
    Link link = LinkMessages.read(body);
    assertThat(link.index()).isEqualTo(7);
    assertThat(link.xdp()).isTrue();
    assertThat(link.groIpv4MaxBytes()).isEmpty();
  }

  private static List<Change> until(NetworkChanges changes, Predicate<Change> last) {
    var seen = new ArrayList<Change>();
    while (seen.stream().noneMatch(last)) {
      var more = changes.poll(Duration.ofSeconds(5));
      assertThat(more).isNotEmpty();
      seen.addAll(more);
    }
    return seen;
  }

  @Test
  void closing_wakes_whoever_waits_for_changes() throws Exception {
    inNewNamespace(netlink -> {
      var changes = NetworkChanges.ofLinks();
      var taker = new java.util.concurrent.FutureTask<>(changes::take);
      Thread.ofPlatform().start(taker);
      changes.close();
      assertThat(taker.get(10, java.util.concurrent.TimeUnit.SECONDS)).isEmpty();
    });
  }

  @Test
  void a_setting_is_that_of_the_threads_namespace() throws Exception {
    inNewNamespace(netlink -> {
      netlink.createVeth("v0", "v1");
      Sysctl.write("net/ipv4/conf/v0/rp_filter", "2");
      assertThat(Sysctl.read("net/ipv4/conf/v0/rp_filter")).hasValue("2");
      assertThat(Sysctl.read("net/ipv4/conf/v9/rp_filter")).isEmpty();
      assertThatThrownBy(() -> Sysctl.write("net/ipv4/conf/v9/rp_filter", "2"))
          .isInstanceOf(LinuxException.class);
    });
    assertThat(Sysctl.read("net/ipv4/conf/v0/rp_filter")).isEmpty();
  }
}
