package guywire.bench;

import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.network.PeerConfig;
import guywire.node.Machine;
import guywire.node.NodeSetup;
import guywire.node.Progress;
import guywire.node.TunnelProgram;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import guywire.protocol.PrivateKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a node's agent costs, and what a change costs that is applied by a process that lives on.
 * Runs in a network of its own, which it leaves as it is when it ends.
 */
final class AgentBench {

  /** Until what the JVM compiles at the start is compiled. */
  private static final int SETTLE_SECONDS = 240;

  private static final int REST_SECONDS = 60;

  private AgentBench() {}

  /**
   * Prints one row of the table.
   *
   * @param arguments {@code rest} or {@code change}, how many peers, how many rounds; or {@code
   *     stand} and how many peers, to be the other hub until it is ended
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    int peers = Integer.parseInt(arguments[1]);
    switch (arguments[0]) {
      case "rest" -> rest(peers);
      case "change" -> change(peers, Integer.parseInt(arguments[2]));
      case "stand" -> {
        apply(hub("hub-2", peers));
        new CountDownLatch(1).await();
      }
      default -> throw new IllegalArgumentException(arguments[0]);
    }
    // The agent and the tunnel end with the namespaces.
    System.exit(0);
  }

  /** One of two hubs, and so with an agent that knows of two ways to every peer. */
  private static NodeConfig hub(String name, int peers) {
    String text =
        IntStream.range(0, peers)
            .mapToObj(peer -> "  n%d: {roaming: wifi}%n".formatted(peer))
            .collect(
                Collectors.joining(
                    "",
                    """
                    network: agents
                    overlay: 10.20.0.0/16
                    nodes:
                      hub-1: {hub: true, public: 203.0.113.1}
                      hub-2: {hub: true, public: 198.51.100.1}
                    """,
                    ""));
    var definition = Definition.parse("agents.yaml", text).definition().orElseThrow();
    return Planner.plan(definition, KeyStore.ofSeed(1))
        .network()
        .orElseThrow()
        .node(new Name(name))
        .orElseThrow();
  }

  private static void apply(NodeConfig config) {
    NodeSetup.apply(config, Machine.LOCAL, TunnelProgram.GUYWIRE, Progress.SILENT);
  }

  private static void rest(int peers) throws IOException, InterruptedException {
    apply(hub("hub-1", peers));
    var lines = Files.readAllLines(Path.of("/run/guywire/agent.lock"));
    var task = Path.of("/proc", lines.getFirst());
    TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
    long before = switches(task);
    TimeUnit.SECONDS.sleep(REST_SECONDS);
    System.out.printf(
        Locale.ROOT,
        "agent at rest, %d peers: %d MB, %.1f wake-ups a second%n",
        peers,
        number(task.resolve("status"), "VmRSS") / 1024,
        (switches(task) - before) / (double) REST_SECONDS);
  }

  private static void change(int peers, int rounds) {
    var one = hub("hub-1", peers);
    var other = withAnotherKey(one, peers / 2);
    apply(one);
    var changed = new ArrayList<Double>();
    var same = new ArrayList<Double>();
    for (int round = 0; round < rounds; round++) {
      var wanted = round % 2 == 0 ? other : one;
      changed.add(milliseconds(() -> apply(wanted)));
      same.add(milliseconds(() -> apply(wanted)));
    }
    print("one peer of %d changed".formatted(peers), changed);
    print("nothing of %d peers changed".formatted(peers), same);
  }

  private static void print(String what, List<Double> milliseconds) {
    var sorted = milliseconds.stream().sorted().toList();
    System.out.printf(
        Locale.ROOT,
        "%s: first %.0f ms, median of %d %.0f ms, longest %.0f ms%n",
        what,
        milliseconds.getFirst(),
        sorted.size(),
        sorted.get(sorted.size() / 2),
        sorted.getLast());
  }

  private static double milliseconds(Runnable task) {
    long begun = System.nanoTime();
    task.run();
    return (System.nanoTime() - begun) / 1e6;
  }

  private static NodeConfig withAnotherKey(NodeConfig config, int at) {
    var tunnel = config.interfaces().getFirst();
    var peers = new ArrayList<>(tunnel.peers());
    var peer = peers.get(at);
    peers.set(
        at,
        new PeerConfig(
            peer.name(),
            PrivateKey.generate(new SecureRandom()).publicKey(),
            peer.presharedKey(),
            peer.endpoint(),
            peer.allowedIps(),
            peer.keepaliveSeconds()));
    var tunnels = new ArrayList<>(config.interfaces());
    tunnels.set(0, tunnel.withPeers(peers));
    return config.withInterfaces(tunnels);
  }

  private static long switches(Path task) throws IOException {
    long sum = 0;
    try (var threads = Files.list(task.resolve("task"))) {
      for (var thread : threads.toList()) {
        sum += number(thread.resolve("status"), "voluntary_ctxt_switches");
      }
    }
    return sum;
  }

  private static long number(Path status, String key) throws IOException {
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith(key + ":"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
