package guywire.lab;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.agent.AgentStatus;
import guywire.network.Attachment;
import guywire.network.EndpointAddress;
import guywire.network.Failure;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.Spot;
import guywire.node.WireGuardDevice;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A laptop that comes home from elsewhere meets the NAS in its LAN, whose router does not lead back
 * what goes to its own address, and goes again; and in a café with the same prefix it does not take
 * a stranger for the NAS. Needs root.
 */
@Execution(ExecutionMode.CONCURRENT)
class HomecomingTest {

  private static final Network NETWORK =
      planned(
          """
          network: homecoming
          overlay: 10.31.0.0/24
          sites:
            home: {lan: 192.168.31.0/24, internet: nat}
            cafe: {lan: 192.168.32.0/24, internet: nat}
          nodes:
            hub: {hub: true, public: 203.0.113.1}
            nas: {site: home}
            laptop: {roaming: wifi}
            till: {site: cafe}
          links:
            laptop - nas: direct or via hub
          """);

  private static final InterfaceName DIRECT =
      NETWORK.node(new Name("laptop")).orElseThrow().introductions().getFirst().tunnel();
  private static final Duration PATIENCE = Duration.ofSeconds(150);

  private static Network planned(String text) {
    var definition = Definition.parse("homecoming", text).definition().orElseThrow();
    return Planner.plan(definition, KeyStore.ofSeed(11)).network().orElseThrow();
  }

  private static EndpointAddress called(Lab lab, String from, String to) {
    var introduction = NETWORK.node(new Name("laptop")).orElseThrow().introductions().getFirst();
    var party = introduction.met(new Name(from)).orElseThrow();
    assertThat(party.node().text()).isEqualTo(to);
    return WireGuardDevice.read(lab.controlOf(new Name(from)), DIRECT)
        .peer(party.key())
        .flatMap(peer -> peer.endpoint())
        .map(endpoint -> EndpointAddress.of(endpoint.address(), endpoint.port()))
        .orElse(new EndpointAddress("nowhere", 1));
  }

  /** Datagrams from the laptop to the NAS, ten a second. */
  private static final class Talk implements AutoCloseable {
    private final AtomicBoolean open = new AtomicBoolean(true);
    private final AtomicLong heardAt = new AtomicLong(System.nanoTime());
    private final DatagramChannel ear;
    private final DatagramChannel mouth;

    Talk(Lab lab, Network network) throws Exception {
      var to = new InetSocketAddress(SocketAddresses.of(tunnelAddress(network, "nas")), 4000);
      ear = lab.machine("nas").namespace().call(() -> DatagramChannel.open());
      ear.bind(to);
      mouth = lab.machine("laptop").namespace().call(() -> DatagramChannel.open());
      Thread.ofVirtual()
          .start(() -> {
            while (open.get()) {
              try {
                mouth.send(ByteBuffer.allocate(200), to);
              } catch (IOException e) {
                // There is no way just now.
              }
              LockSupport.parkNanos(100_000_000L);
            }
          });
      Thread.ofVirtual()
          .start(() -> {
            try {
              while (ear.receive(ByteBuffer.allocate(300)) != null) {
                heardAt.set(System.nanoTime());
              }
            } catch (IOException e) {
              // The test is over.
            }
          });
    }

    boolean hearsNow() {
      return System.nanoTime() - heardAt.get() < 1_000_000_000L;
    }

    @Override
    public void close() throws Exception {
      open.set(false);
      mouth.close();
      ear.close();
    }
  }

  private static IpAddress tunnelAddress(Network network, String node) {
    return network
        .node(new Name(node))
        .orElseThrow()
        .interfaces()
        .getFirst()
        .addresses()
        .getFirst()
        .address();
  }

  private static IpAddress lanAddress(String node) {
    return NETWORK
        .underlay()
        .attachment(new Name(node))
        .map(at -> ((Attachment.InSite) at).addresses().getFirst())
        .orElseThrow();
  }

  private static void await(String what, BooleanSupplier condition) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(until);
      LockSupport.parkNanos(200_000_000L);
    }
  }

  private static void plug(Lab lab, String router, String port, String address) {
    var gateway = IpAddress.parse("192.168.31.1");
    LabMachine.plug(
        lab.machine(router),
        Port.bare("visit-" + port).in("br-lan"),
        lab.machine("laptop"),
        Port.bare(port).with(IpAddress.parse(address), 24).to(Prefix.ALL_IPV4, gateway));
  }

  @Test
  void a_laptop_meets_the_nas_in_its_lan_whenever_it_is_at_home() throws Exception {
    try (var lab = Lab.start(NETWORK, new LabOptions(TunnelPrograms.GUYWIRE), LabListener.SILENT);
        var talk = new Talk(lab, NETWORK)) {
      var laptop = lab.machine("laptop");
      var nas = lanAddress("nas").toString();
      await("they meet through the NATs", () -> !called(lab, "laptop", "nas").host().equals(nas));
      laptop.unplug(lab.uplink(new Spot.Node(new Name("laptop"))).otherPort().name());

      plug(lab, "home.router", "home0", "192.168.31.77");
      await(
          "both are called in the LAN",
          () ->
              called(lab, "laptop", "nas").host().equals(nas)
                  && called(lab, "nas", "laptop").host().equals("192.168.31.77"));
      await("by the direct way", () -> usesDirect(lab, "laptop") && usesDirect(lab, "nas"));
      lab.outages().fail(new Failure.OfSite(new Name("home")));
      LockSupport.parkNanos(2_000_000_000L);
      await("it goes on without the internet", talk::hearsNow);
      assertThat(called(lab, "laptop", "nas").host()).isEqualTo(nas);
      lab.outages().restore();

      laptop.unplug("home0");
      for (var taken : List.of("192.168.31.1", nas)) {
        lab.machine("cafe.router").run("", "ip", "address", "add", taken + "/24", "dev", "br-lan");
      }
      plug(lab, "cafe.router", "cafe0", "192.168.31.78");
      await(
          "they meet through the NATs, and not the café's machines",
          () ->
              !called(lab, "laptop", "nas").host().equals(nas)
                  && usesDirect(lab, "laptop")
                  && talk.hearsNow());
    }
  }

  /** The laptop dials the NAS at the router's public address, which leads nowhere from inside. */
  @Test
  void a_laptop_that_dials_the_nas_from_elsewhere_calls_it_in_its_lan_at_home() throws Exception {
    var network =
        planned(
            """
            network: dialled
            overlay: 10.31.0.0/24
            sites:
              home:
                lan: 192.168.31.0/24
                internet: nat
                public: 203.0.113.7
                forward: {51820: nas}
              cafe: {lan: 192.168.32.0/24, internet: nat}
            nodes:
              nas: {hub: true, site: home, lan-address: 192.168.31.10}
              laptop: {roaming: wifi}
              till: {site: cafe}
            """);
    try (var lab = Lab.start(network, new LabOptions(TunnelPrograms.GUYWIRE), LabListener.SILENT);
        var talk = new Talk(lab, network)) {
      var laptop = lab.machine("laptop");
      await("it is dialled", () -> talk.hearsNow() && dialled(lab).equals("203.0.113.7"));
      laptop.unplug(lab.uplink(new Spot.Node(new Name("laptop"))).otherPort().name());

      plug(lab, "home.router", "home0", "192.168.31.77");
      await("it is called in the LAN", () -> dialled(lab).equals("192.168.31.10"));
      await("and answers there", talk::hearsNow);
      laptop.unplug("home0");
      await("it is called outside again", () -> dialled(lab).equals("203.0.113.7"));

      for (var taken : List.of("192.168.31.1", "192.168.31.10")) {
        lab.machine("cafe.router").run("", "ip", "address", "add", taken + "/24", "dev", "br-lan");
      }
      plug(lab, "cafe.router", "cafe0", "192.168.31.78");
      await("a stranger has its address", () -> dialled(lab).equals("192.168.31.10"));
      await("it is dialled again", () -> talk.hearsNow() && dialled(lab).equals("203.0.113.7"));
    }
  }

  /** Where the laptop calls its only peer. */
  private static String dialled(Lab lab) {
    return WireGuardDevice.read(lab.controlOf(new Name("laptop")), new InterfaceName("wg0"))
        .peers()
        .getFirst()
        .endpoint()
        .map(endpoint -> endpoint.address().toString())
        .orElse("nowhere");
  }

  private static boolean usesDirect(Lab lab, String node) {
    var other = node.equals("nas") ? "laptop" : "nas";
    return AgentStatus.all(lab.controlOf(new Name(node))).stream()
        .flatMap(status -> status.destinations().stream())
        .filter(reached -> reached.node().equals(new Name(other)))
        .flatMap(reached -> reached.used().stream())
        .anyMatch(way -> way.tunnel().equals(DIRECT));
  }
}
