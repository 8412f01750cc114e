package guywire.agent;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.agent.choice.Standing.Life;
import guywire.agent.choice.Timing;
import guywire.network.Agents;
import guywire.network.Destination;
import guywire.network.DnsClient;
import guywire.network.EndpointAddress;
import guywire.network.Firewall;
import guywire.network.Forwarding;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.network.PeerConfig;
import guywire.network.Platform;
import guywire.network.RouteTable;
import guywire.network.TunnelInterface;
import guywire.network.Way;
import guywire.node.AgentOrders;
import guywire.node.NodeSetup;
import guywire.node.Progress;
import guywire.node.SharedTunnels;
import guywire.node.TunnelProgram;
import guywire.protocol.PrivateKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Three nodes with cables between any two: b and c reach each other directly, or through a. Needs
 * root.
 */
class ThreeNodesTest {

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final InterfaceName BASE = new InterfaceName("wg0");
  private static final InterfaceName PLANE = new InterfaceName("wg0-a");
  private static final String CUT =
      """
      table inet cut {
        chain input {
          type filter hook input priority 0;
          iifname bc meta l4proto udp drop
        }
      }
      """;
  private static final int BASE_PORT = 51820;
  private static final int PLANE_PORT = 51821;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static SharedTunnels tunnels;

  private final PrivateKey[] baseKeys = new PrivateKey[3];
  private final PrivateKey[] planeKeys = new PrivateKey[3];
  private final List<AutoCloseable> open = new ArrayList<>();
  private final List<Box> boxes = new ArrayList<>();

  /** Whether the nodes know where the usual tunnels of the others are. */
  private boolean baseCalls = true;

  @BeforeAll
  static void start() {
    tunnels = SharedTunnels.start();
  }

  @AfterAll
  static void endTunnels() {
    tunnels.close();
  }

  @BeforeEach
  void cables() throws Exception {
    for (int i = 0; i < 3; i++) {
      baseKeys[i] = PrivateKey.generate(RANDOM);
      planeKeys[i] = PrivateKey.generate(RANDOM);
      var box = new Box(tunnels);
      boxes.add(box);
      open.add(box);
    }
    boxes.get(0).connect(boxes.get(1), "ab", "192.0.2.1", "192.0.2.2");
    boxes.get(0).connect(boxes.get(2), "ac", "198.51.100.1", "198.51.100.3");
    boxes.get(1).connect(boxes.get(2), "bc", "203.0.113.2", "203.0.113.3");
    for (int i = 0; i < 3; i++) {
      up(i);
    }
  }

  @AfterEach
  void end() throws Exception {
    for (var each : open.reversed()) {
      each.close();
    }
  }

  private static String underlay(int at, int other) {
    return switch (at * 3 + other) {
      case 1, 5 -> at == 0 ? "192.0.2.2" : "203.0.113.3";
      case 2 -> "198.51.100.3";
      case 3 -> "192.0.2.1";
      case 6 -> "198.51.100.1";
      default -> "203.0.113.2";
    };
  }

  private static String overlay(int at) {
    return "10.9.0." + (at + 1);
  }

  private PeerConfig peer(PrivateKey key, int from, int to, int port, String allowed) {
    boolean callable = port == PLANE_PORT || baseCalls;
    return new PeerConfig(
        Optional.empty(),
        key.publicKey(),
        Optional.empty(),
        Optional.of(new EndpointAddress(underlay(from, to), port)).filter(_ -> callable),
        List.of(Prefix.parse(allowed)),
        0);
  }

  private static TunnelInterface tunnel(
      InterfaceName name,
      PrivateKey key,
      List<InterfaceAddress> addresses,
      int port,
      RouteTable table,
      List<PeerConfig> peers) {
    return new TunnelInterface(
        name,
        Optional.of(key),
        Optional.empty(),
        addresses,
        OptionalInt.of(port),
        0,
        OptionalInt.of(1400),
        table,
        DnsClient.NONE,
        peers);
  }

  private NodeConfig config(int at) {
    var base = new ArrayList<PeerConfig>();
    var plane = new ArrayList<PeerConfig>();
    for (int other = 0; other < 3; other++) {
      if (other != at) {
        base.add(peer(baseKeys[other], at, other, BASE_PORT, overlay(other) + "/32"));
        if (at == 0 || other == 0) {
          String allowed = at == 0 ? overlay(other) + "/32" : "10.9.0.0/24";
          plane.add(peer(planeKeys[other], at, other, PLANE_PORT, allowed));
        }
      }
    }
    var own = List.of(InterfaceAddress.tryParse(overlay(at) + "/32").orElseThrow());
    var node =
        new NodeConfig(
            new Name(String.valueOf((char) ('a' + at))),
            Platform.LINUX,
            List.of(
                tunnel(BASE, baseKeys[at], own, BASE_PORT, new RouteTable.Auto(), base),
                tunnel(
                    PLANE, planeKeys[at], List.of(), PLANE_PORT, new RouteTable.Chosen(), plane)),
            List.of(),
            at == 0 ? Forwarding.ON : Forwarding.UNSTATED,
            Forwarding.UNSTATED,
            Firewall.OPEN,
            List.of(),
            Optional.empty(),
            List.of());
    int far = 3 - at;
    return at == 0
        ? node
        : node.withDestinations(
            List.of(
                new Destination(
                    new Name(String.valueOf((char) ('a' + far))),
                    IpAddress.tryParse(overlay(far)).orElseThrow(),
                    List.of(Prefix.parse(overlay(far) + "/32")),
                    List.of(
                        new Way(BASE, List.of(), true),
                        new Way(PLANE, List.of(new Name("a")), false)))));
  }

  private void up(int at) {
    NodeSetup.apply(config(at), boxes.get(at).machine(), TunnelProgram.GUYWIRE, Progress.SILENT);
  }

  private static void await(String what, long seconds, BooleanSupplier so) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (!so.getAsBoolean()) {
      assertThat(System.nanoTime() - end).as(what).isNegative();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  /** What b and c send by the cable between them is lost. */
  private void cut() throws Exception {
    for (int at : List.of(1, 2)) {
      boxes.get(at).run("nft", CUT);
    }
  }

  private void heal() throws Exception {
    for (int at : List.of(1, 2)) {
      boxes.get(at).run("nft", "delete table inet cut");
    }
  }

  private String chosen(int at) {
    try {
      return boxes.get(at).run("ip", "route", "show", "table", String.valueOf(Agents.table(BASE)));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    } catch (AssertionError e) {
      // There is no such table before it has a route.
      return "";
    }
  }

  private long agent(int at) throws Exception {
    Path lock = boxes.get(at).machine().root().resolve("run/guywire/agent.lock");
    return Long.parseLong(Files.readAllLines(lock).getFirst());
  }

  private Stream100 stream(int from, int to) throws Exception {
    var stream = new Stream100(boxes.get(from), boxes.get(to), overlay(to));
    open.add(stream);
    await("packets arrive", 20, () -> stream.arrivesAfter(0));
    int begun = stream.now();
    await("the traffic is noticed", 20, () -> stream.now() > begun + 200);
    return stream;
  }

  private void passesFor(int packets, Stream100... streams) {
    for (var stream : streams) {
      int begun = stream.now();
      await("packets pass", 60, () -> stream.arrivesAfter(begun + packets));
    }
  }

  private void agentKilled(int at) throws Exception {
    boxes.get(at).run("kill", "-KILL", String.valueOf(agent(at)));
  }

  /** Replaces the agents of b and c by such as have a minute of four seconds. */
  private void hurry() throws Exception {
    for (int at : List.of(1, 2)) {
      agentKilled(at);
      var orders = AgentOrders.of(config(at)).orElseThrow();
      var machine = boxes.get(at).machine();
      var timing = Timing.USUAL.withMinute(TimeUnit.SECONDS.toNanos(4));
      open.add(boxes.get(at).call(() -> Agent.begin(orders, machine, timing, new TrafficNews())));
    }
  }

  @Test
  void a_cut_line_is_left_in_three_seconds_and_nothing_else_costs_a_packet() throws Exception {
    var there = stream(1, 2);
    var back = stream(2, 1);
    assertThat(chosen(1)).isEmpty();
    int cutThere = there.now();
    int cutBack = back.now();
    cut();
    await("b goes through a", 10, () -> chosen(1).contains("10.9.0.3 dev wg0-a"));
    await("c goes through a", 10, () -> chosen(2).contains("10.9.0.2 dev wg0-a"));
    assertThat(chosen(1)).as("b still speaks as itself").contains("src 10.9.0.2");
    passesFor(50, there, back);
    System.out.println(
        "ThreeNodesTest lost in a row: "
            + there.longestGap(cutThere)
            + " and "
            + back.longestGap(cutBack)
            + " of 100 a second");
    assertThat(there.longestGap(cutThere)).isLessThanOrEqualTo(300);
    assertThat(back.longestGap(cutBack)).isLessThanOrEqualTo(300);

    var status = AgentStatus.all(boxes.get(1).machine()).getFirst();
    assertThat(status.node()).isEqualTo(new Name("b"));
    var way = status.destinations().getFirst().used().orElseThrow();
    assertThat(way.via()).containsExactly(new Name("a"));
    assertThat(way.life()).isEqualTo(Life.ALIVE);
    assertThat(status.destinations().getFirst().ways().getFirst().life()).isEqualTo(Life.SILENT);
    assertThat(AgentStatus.json(List.of(status), Locale.ENGLISH)).contains("\"life\":\"silent\"");

    // An agent is killed, and started again by a second up: what it chose stands.
    int killedThere = there.now();
    int killedBack = back.now();
    agentKilled(1);
    passesFor(50, there, back);
    up(1);
    assertThat(chosen(1)).contains("10.9.0.3 dev wg0-a");
    hurry();
    passesFor(100, there, back);
    assertThat(chosen(2)).contains("10.9.0.2 dev wg0-a");

    // The line is whole again: both ends go back, each by itself.
    heal();
    await("b is back", 40, () -> chosen(1).isEmpty());
    await("c is back", 40, () -> chosen(2).isEmpty());
    passesFor(100, there, back);
    assertThat(there.longestGap(killedThere)).isZero();
    assertThat(back.longestGap(killedBack)).isZero();
  }

  @Test
  void a_way_on_which_nobody_may_call_is_left_once_somebody_has_something_to_send()
      throws Exception {
    baseCalls = false;
    for (int at : List.of(1, 2)) {
      NodeSetup.takeBack(boxes.get(at).machine(), BASE, Progress.SILENT);
      up(at);
    }
    assertThat(chosen(1)).isEmpty();
    open.add(new Stream100(boxes.get(1), boxes.get(2), overlay(2)));
    await("b goes through a", 30, () -> chosen(1).contains("10.9.0.3 dev wg0-a"));
    await("c goes through a", 30, () -> chosen(2).contains("10.9.0.2 dev wg0-a"));
  }

  @Test
  void the_end_that_only_hears_leaves_a_dead_way_too() throws Exception {
    cut();
    open.add(new Stream100(boxes.get(1), boxes.get(2), overlay(2)));
    await("b goes through a", 20, () -> chosen(1).contains("10.9.0.3 dev wg0-a"));
    long begun = System.nanoTime();
    await("c goes through a", 10, () -> chosen(2).contains("10.9.0.2 dev wg0-a"));
    System.out.println(
        "ThreeNodesTest the end that only hears: "
            + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun)
            + " ms later");
  }

  @Test
  void at_rest_an_agent_is_small_and_asleep_and_goes_with_its_node() throws Exception {
    long pid = agent(1);
    var task = boxes.get(1).machine().root().resolve("proc/" + pid);
    // What starting needed is done.
    await("it sleeps", 60, () -> switches(task, 3) < 6);
    // Now and then it looks whether all is as it was set up: not in two of these in a row.
    double wakeups = Math.min(switches(task, 10), switches(task, 10)) / 10.0;
    long kib = status(task.resolve("status"), "VmRSS");
    System.out.println(
        "ThreeNodesTest agent at rest: " + kib / 1024 + " MiB, " + wakeups + " wake-ups a second");
    assertThat(kib).isLessThanOrEqualTo(64 * 1024);
    assertThat(wakeups).isLessThan(1);
    // A thread that never waits does not wake up either.
    assertThat(Math.min(nanos(task, 3), nanos(task, 3))).isLessThan(3_000_000_000L / 20);

    NodeSetup.takeBack(boxes.get(1).machine(), BASE, Progress.SILENT);
    assertThat(chosen(1)).isEmpty();
    assertThat(boxes.get(1).run("ip", "rule"))
        .doesNotContain(String.valueOf(Agents.table(BASE)), "iif");
    assertThat(Files.exists(task)).isFalse();
  }

  /**
   * How often its threads went to sleep of themselves in so many seconds, but for the compiler's,
   * which has less and less to do in the first minutes.
   */
  private static long switches(Path process, int seconds) {
    long before = switches(process);
    LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(seconds));
    return switches(process) - before;
  }

  private static long switches(Path process) {
    return sum(process, thread -> status(thread.resolve("status"), "voluntary_ctxt_switches"));
  }

  /** The processor's time that the same threads took in so many seconds. */
  private static long nanos(Path process, int seconds) {
    long before = nanos(process);
    LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(seconds));
    return nanos(process) - before;
  }

  private static long nanos(Path process) {
    return sum(process, ThreeNodesTest::nanosOf);
  }

  private static long nanosOf(Path thread) {
    try {
      return Long.parseLong(Files.readString(thread.resolve("schedstat")).split(" ")[0]);
    } catch (IOException e) {
      // One that ended.
      return 0;
    }
  }

  private static long sum(Path process, ToLongFunction<Path> of) {
    try (var threads = Files.list(process.resolve("task"))) {
      return threads.filter(thread -> !name(thread).startsWith("C1")).mapToLong(of).sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String name(Path thread) {
    try {
      return Files.readString(thread.resolve("comm"));
    } catch (IOException e) {
      // One that ended.
      return "";
    }
  }

  private static long status(Path file, String key) {
    try (var lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith(key + ":"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      // A thread that ended.
      return 0;
    }
  }
}
