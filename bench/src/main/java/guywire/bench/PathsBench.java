package guywire.bench;

import guywire.address.IpAddress;
import guywire.agent.AgentStatus;
import guywire.agent.AgentStatus.DestinationStatus;
import guywire.agent.AgentStatus.WayStatus;
import guywire.agent.choice.Standing.Life;
import guywire.lab.Lab;
import guywire.lab.LabListener;
import guywire.lab.LabOptions;
import guywire.network.Failure;
import guywire.network.Name;
import guywire.network.Network;
import guywire.node.Machine;
import guywire.node.NodeSetup;
import guywire.node.Progress;
import guywire.node.TunnelProgram;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Measures what failures and changes cost a network with agents in a lab, while packets are under
 * way: two that NATs hide and that start, a cut line and its mending, a node that changes networks,
 * a hub of two whose processes are killed, and one that is cut off.
 */
final class PathsBench {

  private static final Name HUB = new Name("hub-1");
  private static final Name OTHER_HUB = new Name("hub-2");
  private static final Name B = new Name("b");
  private static final Name C = new Name("c");
  private static final Name D = new Name("d");
  private static final Name M = new Name("m");
  private static final Name N = new Name("n");
  private static final Name LAPTOP = new Name("laptop");
  private static final List<Name> ENDS = List.of(B, C, D, M, N, LAPTOP);

  /** In this order, as each leaves the network as the next one needs it. */
  private static final List<String> ROWS = List.of("start", "cut", "move", "kill", "host");

  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1000 * MILLI;

  /** A hundred packets a second. */
  private static final long PACE = 10 * MILLI;

  /** Where there are as many flows as pairs. */
  private static final long PACE_OF_MANY = 50 * MILLI;

  /** An agent sees traffic after this time at the latest. */
  private static final long NOTICED = 2 * SECOND;

  private static final long GOES_ON = 400 * MILLI;
  private static final int FIRST_PORT = 6100;

  private final Network network;
  private final Lab lab;
  private int port = FIRST_PORT;

  /** Whether the first hub has processes of its own, as on a host that is alone. */
  private boolean ownProcesses;

  private PathsBench(Network network, Lab lab) {
    this.network = network;
    this.lab = lab;
  }

  /**
   * Prints the table.
   *
   * @param words the definition; and the rows that are wanted, if not all of them
   */
  public static void main(String[] words) throws IOException, InterruptedException {
    var definition = Definition.parse(words[0], Files.readString(Path.of(words[0])));
    var network =
        Planner.plan(definition.definition().orElseThrow(), KeyStore.ofSeed(1))
            .network()
            .orElseThrow();
    System.out.println("| what happens | s | goal, s | |\n|---|---|---|---|");
    try (var lab = Lab.start(network, LabOptions.USUAL, LabListener.SILENT)) {
      var bench = new PathsBench(network, lab);
      var wanted = List.of(words).subList(1, words.length);
      for (var row : wanted.isEmpty() ? ROWS : wanted) {
        bench.measure(row);
      }
    }
    System.exit(0);
  }

  private void measure(String row) throws IOException, InterruptedException {
    switch (row) {
      case "start" -> start();
      case "cut" -> cutAndMend();
      case "move" -> move();
      case "kill" -> killHub();
      case "host" -> cutHub();
      default -> throw new IllegalArgumentException(row);
    }
  }

  private static void row(String what, long nanos, int goalSeconds, String more) {
    System.out.printf(
        Locale.ROOT, "| %s | %.2f | %d | %s |%n", what, nanos / 1e9, goalSeconds, more);
  }

  /** Two behind NATs, which know nothing yet, nor does the hub know of them. */
  private void start() throws IOException, InterruptedException {
    for (var name : List.of(M, N, HUB)) {
      takeBack(name);
    }
    upOnItsOwn();
    try (var there = flow(M, N, PACE);
        var back = flow(N, M, PACE)) {
      long begun = System.nanoTime();
      var starts =
          Stream.of(M, N)
              .map(name -> Thread.ofPlatform().start(() -> up(name, lab.controlOf(name))))
              .toList();
      for (var each : starts) {
        each.join();
      }
      long ready = System.nanoTime();
      await("m and n are direct", 60, () -> isDirect(M, N) && isDirect(N, M));
      long direct = System.nanoTime();
      await("packets pass", 10, () -> goesOn(there) && goesOn(back));
      row(
          "two behind NATs that keep ports start: from when both agents are ready until both send directly",
          direct - ready,
          5,
          "%.2f s from when both are begun to be set up"
              .formatted((direct - begun) / (double) SECOND));
    }
  }

  private void cutAndMend() throws IOException {
    try (var there = flow(B, C, PACE);
        var back = flow(C, B, PACE)) {
      var flows = List.of(there, back);
      await("b and c talk directly", 60, () -> allGoOn(flows) && isDirect(B, C) && isDirect(C, B));
      LockSupport.parkNanos(NOTICED);
      var cutAt = flows.stream().map(NumberedFlow::sent).toList();
      flows.forEach(NumberedFlow::begin);
      lab.outages().fail(new Failure.OfLink(B, C));
      await("they go on", 30, () -> !isDirect(B, C) && !isDirect(C, B) && allGoOn(flows));
      LockSupport.parkNanos(SECOND);
      for (int i = 0; i < flows.size(); i++) {
        var flow = flows.get(i);
        row(
            "the line between b and c is cut, 100 packets a second each way: none arrive from "
                + flow.name(),
            flow.longestNanos(),
            3,
            "%d lost, then %s".formatted(flow.lost(cutAt.get(i), flow.sent() - 20), way(B, C)));
      }
      var mendedAt = flows.stream().map(NumberedFlow::sent).toList();
      long mended = System.nanoTime();
      lab.outages().restore();
      await("they are back", 180, () -> isDirect(B, C) && isDirect(C, B));
      long backAgain = System.nanoTime();
      LockSupport.parkNanos(SECOND);
      var end = flows.stream().map(NumberedFlow::sent).toList();
      LockSupport.parkNanos(SECOND);
      int lost = 0;
      for (int i = 0; i < flows.size(); i++) {
        lost += flows.get(i).lost(mendedAt.get(i), end.get(i));
      }
      System.out.printf(
          Locale.ROOT,
          "| the line is mended: packets lost until both are back, after %.0f s | %d lost | 0 lost | |%n",
          (backAgain - mended) / 1e9,
          lost);
    }
  }

  private void move() throws IOException {
    var streams = new ArrayList<EchoedStream>();
    try {
      for (var to : List.of(D, M)) {
        streams.add(
            EchoedStream.begin(
                LAPTOP + " to " + to,
                lab.controlOf(LAPTOP),
                lab.controlOf(to),
                address(to),
                ++port));
      }
      LockSupport.parkNanos(NOTICED);
      streams.forEach(EchoedStream::begin);
      lab.roam(LAPTOP);
      long plugged = System.nanoTime();
      streams.forEach(EchoedStream::awaitNext);
      await("they go on", 60, () -> streams.stream().allMatch(each -> each.goneOnAt() != 0));
      for (var stream : streams) {
        row(
            "a laptop changes networks: its TCP connection goes on, after the new address, "
                + stream.name(),
            stream.goneOnAt() - plugged,
            2,
            "still for %.2f s in all".formatted(stream.longestNanos() / (double) SECOND));
      }
    } finally {
      streams.forEach(EchoedStream::close);
    }
  }

  private void upOnItsOwn() {
    up(HUB, Machine.of(lab.controlOf(HUB).pid().orElseThrow()));
    ownProcesses = true;
  }

  private void killHub() throws IOException {
    if (!ownProcesses) {
      takeBack(HUB);
      upOnItsOwn();
    }
    try (var flows = everyPair()) {
      // Sessions with a hub that was just started are new, and who left it comes back.
      await("all use " + HUB, 300, () -> using(OTHER_HUB) == 0 && areCalm());
      hubDies(
          "all processes of " + HUB + " are killed", flows, () -> killAllOf(lab.controlOf(HUB)));
    }
    upOnItsOwn();
  }

  /** Whether no way was changed in the last minute: more changes than two need more evidence. */
  private boolean areCalm() {
    return ENDS.stream().flatMap(this::destinations).allMatch(each -> each.sinceSeconds() > 60);
  }

  /** The one that carries most now is cut off, once the other is alive again. */
  private void cutHub() throws IOException {
    try (var flows = everyPair()) {
      LockSupport.parkNanos(NOTICED);
      await(
          "all can use " + HUB + " again",
          120,
          () -> ENDS.stream().flatMap(this::destinations).allMatch(each -> canUse(each, HUB)));
      var dying = using(HUB) > using(OTHER_HUB) ? HUB : OTHER_HUB;
      hubDies(
          "the host of " + dying + " is cut off",
          flows,
          () -> lab.outages().fail(new Failure.OfNode(dying)));
      lab.outages().restore();
    }
  }

  private long using(Name hub) {
    return ENDS.stream()
        .flatMap(this::destinations)
        .filter(each -> each.used().filter(way -> way.via().contains(hub)).isPresent())
        .count();
  }

  /** A flow for each pair of ends, each way. */
  private Flows everyPair() throws IOException {
    var flows = new Flows(new ArrayList<>());
    for (var from : ENDS) {
      for (var to : ENDS) {
        if (from != to) {
          flows.all().add(flow(from, to, PACE_OF_MANY));
        }
      }
    }
    await("all talk", 60, () -> allGoOn(flows.all()));
    return flows;
  }

  private record Flows(List<NumberedFlow> all) implements AutoCloseable {
    @Override
    public void close() {
      all.forEach(NumberedFlow::close);
    }
  }

  /** What comes of every pair of the others, each way. */
  private static void hubDies(String what, Flows flows, Runnable death) {
    LockSupport.parkNanos(NOTICED);
    var before = flows.all().stream().map(NumberedFlow::sent).toList();
    flows.all().forEach(NumberedFlow::begin);
    death.run();
    LockSupport.parkNanos(NOTICED);
    await("all go on", 60, () -> allGoOn(flows.all()));
    int untouched = 0;
    int lost = 0;
    for (int i = 0; i < flows.all().size(); i++) {
      var flow = flows.all().get(i);
      // What was sent just now may still be under way.
      int missing = flow.lost(before.get(i), flow.sent() - 10);
      untouched += missing == 0 ? 1 : 0;
      lost += missing;
    }
    int touched = flows.all().size() - untouched;
    var longest =
        flows.all().stream()
            .max(Comparator.comparingLong(NumberedFlow::longestNanos))
            .orElseThrow();
    row(
        "one hub of two dies (%s): the longest of %d flows".formatted(what, flows.all().size()),
        longest.longestNanos(),
        3,
        "%s; %d lost nothing, the others %d of 20 packets a second on average"
            .formatted(longest.name(), untouched, lost / Math.max(1, touched)));
  }

  /** Everything that runs on a machine, but for its first process, which is the machine itself. */
  private static void killAllOf(Machine machine) {
    long first = machine.pid().orElseThrow();
    var namespace = namespace(first);
    ProcessHandle.allProcesses()
        .filter(process -> process.pid() != first)
        .filter(process -> namespace.isPresent() && namespace.equals(namespace(process.pid())))
        .forEach(ProcessHandle::destroyForcibly);
  }

  private static Optional<Path> namespace(long pid) {
    try {
      return Optional.of(Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/pid")));
    } catch (IOException e) {
      // It has ended.
      return Optional.empty();
    }
  }

  private void takeBack(Name node) {
    var usual = network.node(node).orElseThrow().interfaces().getFirst().name();
    NodeSetup.takeBack(lab.controlOf(node), usual, Progress.SILENT);
  }

  private void up(Name node, Machine machine) {
    NodeSetup.apply(
        network.node(node).orElseThrow(), machine, TunnelProgram.GUYWIRE, Progress.SILENT);
  }

  private IpAddress address(Name node) {
    var usual = network.node(node).orElseThrow().interfaces().getFirst();
    return usual.addresses().getFirst().address();
  }

  private NumberedFlow flow(Name from, Name to, long paceNanos) throws IOException {
    return NumberedFlow.begin(
        from + " to " + to, lab.controlOf(from), lab.controlOf(to), address(to), ++port, paceNanos);
  }

  private static boolean goesOn(NumberedFlow flow) {
    return flow.sent() > 0 && flow.silentNanos() < GOES_ON;
  }

  private static boolean allGoOn(List<NumberedFlow> flows) {
    return flows.stream().allMatch(PathsBench::goesOn);
  }

  /** How a node's agent reaches the other ends. */
  private Stream<DestinationStatus> destinations(Name node) {
    return AgentStatus.all(lab.controlOf(node)).stream()
        .flatMap(status -> status.destinations().stream())
        .filter(each -> ENDS.contains(each.node()));
  }

  private Optional<WayStatus> used(Name from, Name to) {
    return destinations(from)
        .filter(each -> each.node().equals(to))
        .flatMap(each -> each.used().stream())
        .findFirst();
  }

  private boolean isDirect(Name from, Name to) {
    return used(from, to).filter(way -> way.via().isEmpty()).isPresent();
  }

  private String way(Name from, Name to) {
    return used(from, to).map(way -> "via " + way.via()).orElse("by no way");
  }

  /** Whether a hub that is a better way to somewhere than the one in use answers. */
  private static boolean canUse(DestinationStatus destination, Name hub) {
    return destination.ways().stream()
        .takeWhile(way -> !way.used())
        .filter(way -> way.via().contains(hub))
        .allMatch(way -> way.life() == Life.ALIVE || way.life() == Life.RETURNING);
  }

  private static void await(String what, long seconds, BooleanSupplier condition) {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - until > 0) {
        throw new IllegalStateException("not after " + seconds + " s: " + what);
      }
      LockSupport.parkNanos(20 * MILLI);
    }
  }
}
