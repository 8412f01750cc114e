package guywire.node;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.linux.Clock;
import guywire.linux.LinuxException;
import guywire.network.EndpointAddress;
import guywire.network.InterfaceAddress;
import guywire.network.LanEndpoint;
import guywire.protocol.Endpoint;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Endpoints given by name, whose addresses change while the node is up. */
class EndpointWatchTest {

  private static final SecureRandom RANDOM = new SecureRandom();

  private static void hosts(TestMachine machine, String address) {
    machine.run("sh", "-c", "echo '" + address + " far.example' > /etc/hosts");
  }

  @Test
  void a_name_that_nobody_knows_keeps_no_node_from_being_up() throws Exception {
    var keyA = PrivateKey.generate(RANDOM);
    var keyB = PrivateKey.generate(RANDOM);
    try (var b = new TestMachine()) {
      var nodeB =
          Nodes.node(keyB, "10.9.0.2/24")
              .peer(keyA, Optional.empty(), "far.example:51820", "10.9.0.0/24");
      String before = b.settings();
      var applied =
          NodeSetup.apply(nodeB.config(), b.machine(), TunnelProgram.WIREGUARD_GO, Progress.SILENT);
      assertThat(b.run("wg", "show", "wg0", "endpoints")).contains("(none)");
      assertThat(b.run("sh", "-c", "cat /proc/[0-9]*/cmdline 2>/dev/null; true"))
          .contains("AgentProgram");

      // Where the watch has moved the peer to is nothing that applying it again would change.
      b.run("wg", "set", "wg0", "peer", keyA.publicKey().toString(), "endpoint", "192.0.2.9:51820");
      assertThat(
              NodeSetup.apply(
                      nodeB.config(), b.machine(), TunnelProgram.WIREGUARD_GO, Progress.SILENT)
                  .changes())
          .isEmpty();
      assertThat(b.run("wg", "show", "wg0", "endpoints")).contains("192.0.2.9:51820");
      applied.takeBack();
      assertThat(b.settings()).isEqualTo(before);
    }
  }

  /**
   * Two machines with a node each. Neither names an endpoint, so that no agent watches over the
   * peer besides.
   */
  private static final class Two implements AutoCloseable {
    private final PrivateKey keyA = PrivateKey.generate(RANDOM);
    private final PrivateKey keyB = PrivateKey.generate(RANDOM);
    private final TestMachine a = new TestMachine();
    private final TestMachine b = new TestMachine();

    Two(String endpointOfB) throws Exception {
      a.connect(b, "192.0.2.1", "192.0.2.2");
      up(
          a,
          Nodes.node(keyA, "10.9.0.1/24").peer(keyB, Optional.empty(), endpointOfB, "10.9.0.2/32"));
      up(b, Nodes.node(keyB, "10.9.0.2/24").peer(keyA, Optional.empty(), "", "10.9.0.0/24"));
    }

    private static void up(TestMachine machine, Nodes node) {
      NodeSetup.apply(
          node.listening(51820).config(),
          machine.machine(),
          TunnelProgram.WIREGUARD_GO,
          Progress.SILENT);
    }

    /** What b's watch over a has to find the addresses of. */
    List<PeerEndpoint> watched() {
      return List.of(
          new PeerEndpoint(
              Nodes.WG0,
              keyA.publicKey(),
              new EndpointAddress("far.example", 51820),
              Optional.empty()));
    }

    String endpoints() {
      return b.run("wg", "show", "wg0", "endpoints");
    }

    @Override
    public void close() throws Exception {
      try (a;
          b) {
        // Both are ended, whatever becomes of the first.
      }
    }
  }

  @Test
  void a_silent_peer_is_tried_where_its_name_now_points() throws Exception {
    try (var two = new Two("")) {
      var watch = new EndpointWatch(two.b.machine(), two.watched());
      long start = Clock.bootNanos();
      hosts(two.b, "192.0.2.1");
      assertThat(watch.look(start)).hasSize(1);
      assertThat(two.b.succeeds("ping", "-c", "1", "-W", "5", "10.9.0.1")).isTrue();

      // The far end moves to another address; as long as the handshake is fresh nothing is done.
      two.a.run("ip", "address", "add", "192.0.2.9/24", "dev", "eth0");
      hosts(two.b, "192.0.2.9");
      assertThat(watch.look(start)).isEmpty();
      assertThat(watch.look(start + EndpointWatch.SILENT.toNanos() - 1)).isEmpty();
      // How old a handshake is says the clock that never jumps, not the one that it is written in.
      long later = start + EndpointWatch.SILENT.toNanos();
      assertThat(watch.look(later)).hasSize(1);
      assertThat(two.endpoints()).contains("192.0.2.9:51820");
      assertThat(watch.look(later)).isEmpty();
    }
  }

  @Test
  void a_peer_that_comes_back_while_its_name_is_looked_up_is_left_alone() throws Exception {
    try (var two = new Two("192.0.2.2:51820")) {
      var watch =
          new EndpointWatch(
              two.b.machine(),
              two.watched(),
              new Names(() -> {
                assertThat(two.a.succeeds("ping", "-c", "1", "-W", "5", "10.9.0.2")).isTrue();
                return List.of(new Endpoint(IpAddress.parse("192.0.2.9"), 51820));
              }));
      assertThat(watch.look(Clock.bootNanos())).isEmpty();
      assertThat(two.endpoints()).contains("192.0.2.1:");
    }
  }

  /** A host with these addresses, for which every name stands for these endpoints. */
  private record Names(Supplier<List<Endpoint>> endpoints, Supplier<List<InterfaceAddress>> own)
      implements EndpointWatch.Surroundings {

    Names(Supplier<List<Endpoint>> endpoints) {
      this(endpoints, List::of);
    }

    @Override
    public List<Endpoint> lookup(EndpointAddress endpoint) {
      return endpoints.get();
    }

    @Override
    public List<InterfaceAddress> addresses() {
      return own.get();
    }

    @Override
    public void knock(IpAddress tunnelAddress) {
      throw new AssertionError("nobody is called in a LAN");
    }
  }

  /** A device with one peer, whose handshake is written in the time of a clock that may jump. */
  private static final class Device implements DeviceControl {
    private static final PublicKey PEER = PrivateKey.generate(RANDOM).publicKey();
    private Instant handshake;
    private Optional<Endpoint> endpoint = Optional.of(endpoint("192.0.2.1"));

    Device(Instant handshake) {
      this.handshake = handshake;
    }

    @Override
    public WireGuardDevice read() {
      return new WireGuardDevice(
          Optional.empty(),
          51820,
          0,
          List.of(
              new WireGuardPeer(
                  PEER, Optional.empty(), endpoint, List.of(), 0, Optional.of(handshake), 0, 0)));
    }

    @Override
    public void change(DeviceChange change) {
      endpoint = change.peers().getFirst().endpoint();
    }
  }

  private static List<PeerEndpoint> watched(Optional<LanEndpoint> lan) {
    return List.of(
        new PeerEndpoint(Nodes.WG0, Device.PEER, new EndpointAddress("far.example", 51820), lan));
  }

  private static Endpoint endpoint(String address) {
    return new Endpoint(IpAddress.parse(address), 51820);
  }

  /** A peer renews its handshake every two minutes, however the wall clock jumps meanwhile. */
  @ParameterizedTest(name = "a clock that jumps by {0} h")
  @ValueSource(ints = {-8760, -1, 0, 1, 8760})
  void a_wall_clock_that_jumps_moves_no_peer_that_is_heard_and_keeps_none_that_is_silent(
      int hours) {
    var wall = Instant.parse("2030-01-01T00:00:00Z");
    var device = new Device(wall);
    var watch =
        new EndpointWatch(
            _ -> device,
            watched(Optional.empty()),
            new Names(() -> List.of(endpoint("192.0.2.1"), endpoint("192.0.2.2"))));
    long boot = 0;
    for (int minute = 0; minute < 20; minute++) {
      if (minute == 9) {
        wall = wall.plus(Duration.ofHours(hours));
      }
      if (minute % 2 == 0) {
        device.handshake = wall;
      }
      assertThat(watch.look(boot)).as("minute %d: it is heard", minute).isEmpty();
      boot += Duration.ofMinutes(1).toNanos();
      wall = wall.plusSeconds(60);
    }
    // From here on it is silent, and the clock jumps back and forth.
    device.handshake = wall.minus(Duration.ofHours(hours));
    assertThat(watch.look(boot)).isEmpty();
    assertThat(watch.look(boot + EndpointWatch.SILENT.toNanos() - 1)).isEmpty();
    assertThat(watch.look(boot + EndpointWatch.SILENT.toNanos())).containsExactly(Device.PEER);
    assertThat(device.endpoint).contains(endpoint("192.0.2.2"));
  }

  @Test
  void changes_without_end_keep_nobody_from_looking() {
    var clock = new AtomicLong();
    EndpointWatch.awaitCalm(
        time -> {
          clock.addAndGet(time.toNanos() / 2);
          return true;
        },
        clock::get);
    assertThat(Duration.ofNanos(clock.get()))
        .isBetween(EndpointWatch.LONGEST_WAIT, EndpointWatch.LONGEST_WAIT.plusMillis(100));
  }

  @Test
  void what_changes_is_waited_for_until_it_is_calm() {
    var left = new AtomicInteger(3);
    EndpointWatch.awaitCalm(_ -> left.decrementAndGet() > 0, () -> 0);
    assertThat(left).hasValue(0);
  }

  @Test
  void an_interface_that_goes_while_its_addresses_are_read_ends_nothing() {
    var device = new Device(Instant.EPOCH);
    var lan = new LanEndpoint(Prefix.parse("192.168.1.0/24"), IpAddress.parse("192.168.1.2"), 1);
    var watch =
        new EndpointWatch(
            _ -> device,
            watched(Optional.of(lan)),
            new Names(
                List::of,
                () -> {
                  throw new LinuxException("reading addresses", 19);
                }));
    watch.lookInLans(0);
    assertThat(device.endpoint).contains(endpoint("192.0.2.1"));
  }
}
