package guywire.lab;

import static guywire.lab.HandMade.internet;
import static guywire.lab.HandMade.name;
import static guywire.lab.HandMade.node;
import static guywire.lab.HandMade.site;
import static guywire.lab.HandMade.spot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.Attachment;
import guywire.network.DnsClient;
import guywire.network.Internet;
import guywire.network.Internet.Nat;
import guywire.network.Network;
import guywire.network.Site;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.network.Underlay;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The world beneath the tunnels behaves as it was declared. Needs root. */
class UnderlayTest {

  private static Lab lab;

  /** One site of each kind of NAT with a host in it, and two servers on the internet. */
  @BeforeAll
  static void the_underlay_runs() {
    var ipv6 =
        new Internet(
            Nat.KEEPS_PORTS,
            Optional.of(IpAddress.parse("192.0.2.77")),
            Optional.of(Prefix.parse("2001:db8:5::/48")),
            OptionalInt.of(1492),
            7);
    Site dual =
        new Site(
            name("dual"),
            List.of(
                new Site.Lan(Prefix.parse("10.5.0.0/24"), IpAddress.parse("10.5.0.1")),
                new Site.Lan(
                    Prefix.parse("2001:db8:5:1::/64"), IpAddress.parse("2001:db8:5:1::1"))),
            ipv6,
            Optional.empty(),
            List.of(
                new Site.LanHost(
                    name("dual-pc"),
                    List.of(IpAddress.parse("10.5.0.9"), IpAddress.parse("2001:db8:5:1::9")))),
            List.of(),
            List.of(new Site.PortForward(4500, IpAddress.parse("10.5.0.9"), 5500)));
    lab =
        Lab.startUnderlay(
            new Network(
                name("underlay"),
                new Underlay(
                    List.of(
                        site(
                            "keeps",
                            "10.1.0.0/24",
                            "10.1.0.1",
                            internet(Nat.KEEPS_PORTS),
                            "",
                            "keeps-pc",
                            "10.1.0.9",
                            "keeps-pc2",
                            "10.1.0.10"),
                        site(
                            "random",
                            "10.2.0.0/24",
                            "10.2.0.1",
                            internet(Nat.RANDOM_PORTS),
                            "",
                            "random-pc",
                            "10.2.0.9"),
                        site(
                            "carrier",
                            "10.3.0.0/24",
                            "10.3.0.1",
                            internet(Nat.CARRIER),
                            "",
                            "carrier-pc",
                            "10.3.0.9"),
                        site(
                            "open",
                            "192.0.2.16/28",
                            "192.0.2.17",
                            internet(Nat.NONE),
                            "",
                            "open-pc",
                            "192.0.2.18"),
                        dual),
                    List.of(
                        new Attachment.Direct(
                            name("one"),
                            List.of(
                                IpAddress.parse("203.0.113.1"), IpAddress.parse("2001:db8:1::1"))),
                        new Attachment.Direct(
                            name("two"), List.of(IpAddress.parse("198.51.100.2"))),
                        new Attachment.Roaming(
                            name("phone"), List.of(internet(Nat.CARRIER), internet(Nat.NONE))))),
                List.of(
                    node("one", "10.9.0.1/24", 0, false, DnsClient.NONE),
                    node("two", "10.9.0.2/24", 0, false, DnsClient.NONE),
                    node("phone", "10.9.0.3/24", 0, false, DnsClient.NONE)),
                List.of()),
            LabOptions.USUAL,
            LabListener.SILENT);
    for (String server : List.of("one", "two")) {
      listen(spot(server), server.equals("one") ? "203.0.113.1" : "198.51.100.2", 7000);
    }
  }

  @AfterAll
  static void it_ends() {
    if (lab != null) {
      lab.close();
    }
  }

  private static void listen(Spot at, String address, int port) {
    Responder.start(lab.machine(at), Transport.UDP, IpAddress.parse(address), port);
  }

  /** The source that the far end of a datagram saw, or empty if no answer came. */
  private static Optional<InetSocketAddress> seen(Spot from, int fromPort, String to, int port)
      throws IOException {
    IpAddress target = IpAddress.parse(to);
    try (DatagramChannel channel =
        lab.machine(from).namespace().call(() -> DatagramChannel.open(Responder.family(target)))) {
      bind(channel, new InetSocketAddress(SocketAddresses.of(target.family().any()), fromPort));
      channel.connect(SocketAddresses.of(target, port));
      channel.socket().setSoTimeout(700);
      channel.socket().send(new DatagramPacket(new byte[] {1}, 1));
      var in = new DatagramPacket(new byte[100], 100);
      channel.socket().receive(in);
      String[] told =
          new String(in.getData(), 0, in.getLength(), StandardCharsets.US_ASCII).strip().split(" ");
      return Optional.of(SocketAddresses.of(IpAddress.parse(told[0]), Integer.parseInt(told[1])));
    } catch (SocketTimeoutException | java.net.PortUnreachableException e) {
      return Optional.empty();
    }
  }

  /** A process that is just being started may hold the last socket of this port for a moment. */
  private static void bind(DatagramChannel channel, InetSocketAddress address) throws IOException {
    long until = System.nanoTime() + 2_000_000_000L;
    while (true) {
      try {
        channel.bind(address);
        return;
      } catch (java.net.BindException e) {
        if (System.nanoTime() - until > 0) {
          throw e;
        }
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void a_nat_that_keeps_ports_shows_the_same_port_to_every_destination() throws IOException {
    var one = seen(spot("keeps/keeps-pc"), 40001, "203.0.113.1", 7000).orElseThrow();
    var two = seen(spot("keeps/keeps-pc"), 40001, "198.51.100.2", 7000).orElseThrow();
    assertThat(one.getPort()).isEqualTo(40001);
    assertThat(two).isEqualTo(one);
    assertThat(SocketAddresses.of(one.getAddress())).isNotEqualTo(IpAddress.parse("10.1.0.9"));
  }

  @Test
  void of_two_hosts_with_the_same_port_behind_one_nat_the_second_gets_another() throws IOException {
    var first = seen(spot("keeps/keeps-pc"), 40002, "203.0.113.1", 7000).orElseThrow();
    var second = seen(spot("keeps/keeps-pc2"), 40002, "203.0.113.1", 7000).orElseThrow();
    assertThat(first.getAddress()).isEqualTo(second.getAddress());
    assertThat(first.getPort()).isEqualTo(40002).isNotEqualTo(second.getPort());
  }

  @Test
  void a_nat_that_randomises_ports_shows_another_one_to_every_destination() throws IOException {
    var one = seen(spot("random/random-pc"), 40003, "203.0.113.1", 7000).orElseThrow();
    var two = seen(spot("random/random-pc"), 40003, "198.51.100.2", 7000).orElseThrow();
    assertThat(one.getAddress()).isEqualTo(two.getAddress());
    assertThat(one.getPort()).isNotEqualTo(two.getPort()).isNotEqualTo(40003);
  }

  @Test
  void behind_a_carrier_a_host_is_seen_with_the_carriers_address_and_can_not_be_reached()
      throws IOException {
    var seen = seen(spot("carrier/carrier-pc"), 40004, "203.0.113.1", 7000).orElseThrow();
    assertThat(seen.getAddress().getHostAddress()).startsWith("198.19.");
    listen(spot("carrier/carrier-pc"), "10.3.0.9", 40004);
    assertThat(seen(spot("two"), 40004, seen.getAddress().getHostAddress(), seen.getPort()))
        .isEmpty();
  }

  @Test
  void without_nat_hosts_have_public_addresses_that_can_be_reached() throws IOException {
    listen(spot("open/open-pc"), "192.0.2.18", 7001);
    assertThat(seen(spot("one"), 40005, "192.0.2.18", 7001))
        .contains(SocketAddresses.of(IpAddress.parse("203.0.113.1"), 40005));
  }

  @Test
  void a_forwarded_port_of_the_public_address_leads_inside_and_no_other_does() throws IOException {
    listen(spot("dual/dual-pc"), "10.5.0.9", 5500);
    assertThat(seen(spot("one"), 40006, "192.0.2.77", 4500)).isPresent();
    assertThat(seen(spot("one"), 40006, "192.0.2.77", 5500)).isEmpty();
  }

  @Test
  void over_ipv6_a_site_sends_with_its_own_addresses_and_lets_only_replies_in() throws IOException {
    listen(spot("one"), "2001:db8:1::1", 7002);
    listen(spot("dual/dual-pc"), "2001:db8:5:1::9", 7002);
    assertThat(seen(spot("dual/dual-pc"), 40007, "2001:db8:1::1", 7002))
        .contains(SocketAddresses.of(IpAddress.parse("2001:db8:5:1::9"), 40007));
    assertThat(seen(spot("one"), 40008, "2001:db8:5:1::9", 7002)).isEmpty();
  }

  @Test
  void mappings_live_as_long_as_declared_and_lines_have_their_mtu() {
    LabMachine router = lab.machine("dual.router");
    assertThat(
            router
                .namespace()
                .call(() ->
                    guywire.linux.Sysctl.read("net/netfilter/nf_conntrack_udp_timeout_stream")))
        .contains("7");
    assertThat(router.netlink().link("wan").orElseThrow().mtu()).isEqualTo(1492);
  }

  @Test
  void a_roaming_node_moves_to_another_network_and_is_seen_from_there() throws IOException {
    listen(spot("one"), "203.0.113.1", 7003);
    var before = seen(spot("phone"), 40009, "203.0.113.1", 7003).orElseThrow();
    assertThat(lab.networksAhead(name("phone"))).isEqualTo(1);
    lab.roam(name("phone"));
    lab.settle(name("phone"));
    var after = seen(spot("phone"), 40009, "203.0.113.1", 7003).orElseThrow();
    assertThat(after.getAddress()).isNotEqualTo(before.getAddress());
    assertThat(lab.networksAhead(name("phone"))).isZero();
  }

  @Test
  void a_cut_cable_carries_nothing_until_it_is_mended() throws IOException {
    lab.outages().cut(spot("two"));
    assertThat(seen(spot("keeps/keeps-pc2"), 40010, "198.51.100.2", 7000)).isEmpty();
    lab.outages().mend(spot("two"));
    assertThat(seen(spot("keeps/keeps-pc2"), 40011, "198.51.100.2", 7000)).isPresent();
  }

  @Test
  void udp_between_two_nodes_can_be_dropped_while_the_rest_goes_on() throws IOException {
    lab.outages().dropUdp(name("one"), name("two"));
    assertThat(seen(spot("one"), 40012, "198.51.100.2", 7000)).isEmpty();
    assertThat(seen(spot("keeps/keeps-pc"), 40012, "198.51.100.2", 7000)).isPresent();
    lab.outages().letUdpPass();
    assertThat(seen(spot("one"), 40013, "198.51.100.2", 7000)).isPresent();
  }

  @Test
  void nothing_of_it_is_visible_outside() throws IOException {
    assertThat(
            java.net.NetworkInterface.networkInterfaces().map(java.net.NetworkInterface::getName))
        .noneMatch(n -> n.startsWith("line") || n.startsWith("br-lan"));
  }

  @Test
  void a_node_that_is_nowhere_is_refused() {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() ->
            LabPlan.of(
                new Network(
                    name("lost"),
                    new Underlay(List.of(), List.of()),
                    List.of(node("one", "10.9.0.1/24", 0, false, DnsClient.NONE)),
                    List.of())))
        .withMessageContaining("one");
  }
}
