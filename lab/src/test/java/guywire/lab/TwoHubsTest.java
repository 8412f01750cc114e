package guywire.lab;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.agent.AgentStatus;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.Network;
import guywire.node.NodeSetup;
import guywire.node.Progress;
import guywire.node.TunnelProgram;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/**
 * Two hubs and a laptop that is off: each hub looks for it by the other, which can't tell those
 * probes from what others have to say to it, and still both leave it alone in the end. Needs root.
 */
class TwoHubsTest {

  private static final Name LAPTOP = new Name("laptop");
  private static final Name ONE = new Name("hub-1");
  private static final Name OTHER = new Name("hub-2");
  private static final InterfaceName TUNNEL = new InterfaceName("wg0");

  private static final Network NETWORK =
      Planner.plan(
              Definition.parse(
                      "hubs",
                      """
                      network: hubs
                      overlay: 10.33.0.0/24
                      nodes:
                        hub-1: {hub: true, public: 203.0.113.1}
                        hub-2: {hub: true, public: 198.51.100.1}
                        laptop: {roaming: wifi}
                      """)
                  .definition()
                  .orElseThrow(),
              KeyStore.ofSeed(12))
          .network()
          .orElseThrow();

  /**
   * What hubs believe at first they do not for a minute, and it takes half of one until all is
   * quiet.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(180);

  /** Longer than from one look at the counters to the one after the next. */
  private static final Duration QUIET = Duration.ofSeconds(4);

  private static final Duration PACE = Duration.ofMillis(20);

  @Test
  void two_hubs_let_each_other_sleep_over_a_laptop_that_is_off() throws Exception {
    try (var lab = Lab.start(NETWORK, LabOptions.USUAL, LabListener.SILENT)) {
      // It was never on, as far as the hubs know.
      for (var name : new Name[] {LAPTOP, ONE, OTHER}) {
        NodeSetup.takeBack(lab.controlOf(name), TUNNEL, Progress.SILENT);
      }
      for (var name : new Name[] {OTHER, ONE}) {
        NodeSetup.apply(
            NETWORK.node(name).orElseThrow(),
            lab.controlOf(name),
            TunnelProgram.GUYWIRE,
            Progress.SILENT);
      }
      try (DatagramChannel mouth =
          lab.machine(ONE.text()).namespace().call(() -> DatagramChannel.open())) {
        await(
            "one hub has something for it, and both look for it",
            () -> {
              say(mouth, place());
              return isLookedFor(lab, ONE) && isLookedFor(lab, OTHER);
            });
      }
      long[] quietSince = {Long.MAX_VALUE};
      await(
          "both leave it alone",
          () -> {
            boolean quiet = !isLookedFor(lab, ONE) && !isLookedFor(lab, OTHER);
            quietSince[0] = quiet ? Math.min(quietSince[0], System.nanoTime()) : Long.MAX_VALUE;
            return quiet && System.nanoTime() - quietSince[0] > QUIET.toNanos();
          });
    }
  }

  private static SocketAddress place() {
    var laptop = NETWORK.node(LAPTOP).orElseThrow().interfaces().getFirst();
    return new InetSocketAddress(SocketAddresses.of(laptop.addresses().getFirst().address()), 4000);
  }

  private static void say(DatagramChannel mouth, SocketAddress to) {
    try {
      mouth.send(ByteBuffer.allocate(200), to);
      mouth.send(ByteBuffer.allocate(200), to);
    } catch (IOException e) {
      // Nobody is there.
    }
  }

  private static boolean isLookedFor(Lab lab, Name hub) {
    return AgentStatus.all(lab.controlOf(hub)).stream()
        .flatMap(status -> status.destinations().stream())
        .anyMatch(destination -> destination.node().equals(LAPTOP) && destination.traffic());
  }

  private static void await(String what, BooleanSupplier condition) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - until).as(what).isNegative();
      LockSupport.parkNanos(PACE.toNanos());
    }
  }
}
