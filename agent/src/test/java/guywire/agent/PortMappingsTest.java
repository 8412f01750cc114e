package guywire.agent;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.agent.choice.Timing;
import guywire.agent.mapping.MappingProtocol;
import guywire.agent.mapping.PortMapping;
import guywire.agent.mapping.PortMapping.State;
import guywire.agent.mapping.PortMappings;
import guywire.network.EndpointAddress;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.node.AgentOrders;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A port is mapped by the real miniupnpd. Needs root. */
class PortMappingsTest {

  private static final int PORT = 51820;
  private static final String ALLOW = "allow 1024-65535 192.168.7.0/24 1024-65535";
  private static final long PATIENCE_SECONDS = 60;

  /** A router's time that went back by so much is a new one (RFC 6887 section 8.5). */
  private static final long MORE_THAN_CLOCKS_DIFFER = 4;

  @SuppressWarnings("NullAway.Init") // set before each test
  private UpnpRouter router;

  private final BlockingQueue<List<PortMapping>> told = new LinkedBlockingQueue<>();
  private Optional<PortMappings> mappings = Optional.empty();

  @BeforeEach
  void router() throws Exception {
    router = new UpnpRouter();
  }

  @AfterEach
  void end() {
    mappings.ifPresent(PortMappings::close);
    router.close();
  }

  private void begin() throws Exception {
    mappings = Optional.of(router.node().call(() -> PortMappings.begin(List.of(PORT), told::add)));
  }

  private PortMapping await(Predicate<PortMapping> wanted) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    Optional<PortMapping> last = Optional.empty();
    while (System.nanoTime() < end) {
      var now = Optional.ofNullable(told.poll(1, TimeUnit.SECONDS));
      last = now.flatMap(each -> each.stream().findFirst()).or(() -> Optional.empty());
      if (last.filter(wanted).isPresent()) {
        return last.get();
      }
    }
    throw new AssertionError("the last was " + last);
  }

  private void isMappedBy(MappingProtocol protocol) throws Exception {
    var mapping = await(each -> each.state() == State.MAPPED);
    assertThat(mapping.protocol()).contains(protocol);
    assertThat(mapping.external().map(EndpointAddress::host)).contains(UpnpRouter.OUTSIDE);
    reaches(mapping.external().orElseThrow().port());
  }

  /** A datagram from the internet comes to the node's port, and its answer back from the same. */
  private void reaches(int external) throws Exception {
    try (var inside = router.node().call(() -> new DatagramSocket(PORT));
        var outside = router.internet().call(() -> new DatagramSocket())) {
      inside.setSoTimeout(20_000);
      outside.setSoTimeout(20_000);
      var to = new InetSocketAddress(InetAddress.getByName(UpnpRouter.OUTSIDE), external);
      outside.send(new DatagramPacket(new byte[] {7}, 1, to));
      var got = new DatagramPacket(new byte[10], 10);
      inside.receive(got);
      inside.send(new DatagramPacket(new byte[] {8}, 1, got.getSocketAddress()));
      var back = new DatagramPacket(new byte[10], 10);
      outside.receive(back);
      assertThat(back.getSocketAddress()).isEqualTo(to);
    }
  }

  @Test
  void by_pcp_and_it_is_given_back_at_the_end() throws Exception {
    router.start(true, true, ALLOW);
    begin();
    isMappedBy(MappingProtocol.PCP);
    assertThat(router.passesOn()).contains("dnat");
    mappings.ifPresent(PortMappings::close);
    mappings = Optional.empty();
    assertThat(router.passesOn()).doesNotContain("dnat");
  }

  @Test
  void by_nat_pmp_where_pcp_is_not_answered() throws Exception {
    router.start(true, true, ALLOW);
    router.nft(
        """
        table inet old {
          chain input {
            type filter hook input priority 0;
            udp dport 5351 @th,64,8 2 drop
          }
        }
        """);
    begin();
    isMappedBy(MappingProtocol.NAT_PMP);
  }

  @Test
  void by_upnp_where_there_is_nothing_else_and_it_is_given_back() throws Exception {
    router.start(false, true, ALLOW);
    begin();
    isMappedBy(MappingProtocol.UPNP);
    mappings.ifPresent(PortMappings::close);
    mappings = Optional.empty();
    assertThat(router.passesOn()).doesNotContain("dnat");
  }

  @Test
  void by_the_first_version_of_upnp() throws Exception {
    router.start(false, true, ALLOW, "-1");
    begin();
    isMappedBy(MappingProtocol.UPNP);
  }

  @Test
  void a_router_that_started_anew_is_asked_again_when_it_says_so() throws Exception {
    router.start(true, false, ALLOW);
    long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (router.epochSeconds() < MORE_THAN_CLOCKS_DIFFER) {
      assertThat(System.nanoTime()).isLessThan(patience);
      TimeUnit.MILLISECONDS.sleep(100);
    }
    begin();
    isMappedBy(MappingProtocol.PCP);
    router.forget();
    assertThat(router.passesOn()).doesNotContain("dnat");
    router.start(true, false, ALLOW);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!router.passesOn().contains("dnat")) {
      assertThat(System.nanoTime()).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  /** As where its definition says {@code endpoint: home.example.org}, and nobody is introduced. */
  @Test
  void a_node_that_others_call_has_the_router_asked_for_its_port() throws Exception {
    router.start(true, false, ALLOW);
    var orders =
        new AgentOrders(
            new Name("home"),
            new InterfaceName("wg0"),
            List.of(IpAddress.parse("10.9.0.1")),
            List.of(),
            List.of(),
            Optional.empty(),
            List.of(),
            List.of(),
            List.of(),
            List.of(PORT));
    var machine = router.node().machine();
    try (var agent =
        router.node().call(() -> Agent.begin(orders, machine, Timing.USUAL, new TrafficNews()))) {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      while (open(agent).isEmpty()) {
        assertThat(System.nanoTime()).isLessThan(end);
        TimeUnit.MILLISECONDS.sleep(100);
      }
      reaches(open(agent).getFirst().port());
    }
    assertThat(router.passesOn()).as("it is given back").doesNotContain("dnat");
  }

  /** Where the agent says that its node can be called. */
  private static List<EndpointAddress> open(Agent agent) {
    return AgentStatus.CODEC.read(agent.status()).mappings().stream()
        .filter(mapping -> mapping.port() == PORT)
        .flatMap(mapping -> mapping.open().stream())
        .toList();
  }

  @Test
  void what_the_router_refuses_is_said() throws Exception {
    router.start(true, true, "deny 0-65535 192.168.7.0/24 0-65535");
    begin();
    assertThat(await(each -> each.state() == State.REFUSED).reason()).isPresent();
    assertThat(router.passesOn()).doesNotContain("dnat");
  }

  @Test
  void a_router_that_offers_nothing_is_said_to() throws Exception {
    begin();
    await(each -> each.state() == State.UNANSWERED);
  }

  @Test
  void the_thread_that_reads_what_the_lan_sends_has_no_powers() throws Exception {
    router.start(true, false, ALLOW);
    begin();
    isMappedBy(MappingProtocol.PCP);
    try (var tasks = Files.list(Path.of("/proc/self/task"))) {
      var statuses = tasks.map(PortMappingsTest::status).toList();
      assertThat(statuses)
          .filteredOn(status -> status.contains("Name:\tport mappings"))
          .hasSize(1)
          .allSatisfy(status ->
              assertThat(status)
                  .contains("CapEff:\t0000000000000000", "CapPrm:\t0000000000000000"));
    }
  }

  private static String status(Path task) {
    try {
      return Files.readString(task.resolve("status"));
    } catch (java.io.IOException e) {
      // A thread that ended meanwhile.
      return "";
    }
  }
}
