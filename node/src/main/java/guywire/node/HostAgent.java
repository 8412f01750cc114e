package guywire.node;

import guywire.guard.PlainText;
import guywire.network.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * The one process of Guywire that lives beside the nodes of a host: it answers names, follows
 * endpoints given by name, and has ways chosen, for each node that it has orders for, and keeps all
 * nodes as they were set up. All that it does for packets stands in the kernel, so it can be ended
 * and started again without one being lost.
 *
 * <p>Whatever goes wrong in any thread ends the process, and with it the lock that says it is
 * there.
 */
public final class HostAgent implements AutoCloseable {

  /** What is let go when memory is at its end, so that there is some to end with. */
  private static final int BALLAST_BYTES = 1 << 20;

  private static final long STATUS_SECONDS = 5;

  private static final long LOOKS_NANOS = 2_000_000_000L;

  /** Stands in /run where this very machine was asked to be what its server says. */
  private static final String JOINED = "joined";

  @SuppressWarnings("unused") // being there is all it does
  private static volatile byte[] ballast = new byte[BALLAST_BYTES];

  private final Ways ways;
  private final Forwards forwards;
  private final ServerConnector server;
  private Optional<ServerSession> link = Optional.empty();
  private final boolean stays;
  private final FileChannel lock;
  private final AgentSocket socket;
  private final DriftWatch drift = DriftWatch.begin(HostAgent::complain);
  private final Map<String, Served> served = new HashMap<>();
  private final Map<String, RunningForwards> forwarding = new HashMap<>();
  private final Map<String, String> problems = new HashMap<>();

  /** What chooses among a node's ways. */
  public interface Ways {
    /** Begins with it; returns when that is done, and goes on in a thread of its own. */
    RunningChoice begin(AgentOrders orders);
  }

  /** What passes connections on when it is asked. */
  public interface Forwards {
    /** Begins with it, in threads of its own. */
    RunningForwards begin(AgentOrders orders);
  }

  /** What a node passes on, until it is closed. */
  public interface RunningForwards extends AutoCloseable {
    /** Ends what is not permitted any more; what is goes on. */
    void follow(AgentOrders orders);

    /** What is passed on now, a line for each. */
    List<String> status();

    @Override
    void close();
  }

  /** What keeps this host as a server says, where it joined one. */
  public interface ServerConnector {
    /** Whether it joined one. */
    boolean isJoined();

    /** Begins with it, in threads of its own. */
    ServerSession begin();
  }

  /** A host's connection to its server, which stands until it is closed. */
  public interface ServerSession extends AutoCloseable {
    @Override
    void close();
  }

  /** The choice of a node's ways, which goes on until it is closed. */
  public interface RunningChoice extends AutoCloseable {
    /** How things stand, in one line. */
    String status();

    @Override
    void close();
  }

  /** What is done for a node. */
  private record Served(
      String told,
      AgentOrders orders,
      Optional<NameService> names,
      Optional<EndpointWatch> watch,
      Optional<RunningChoice> choosing) {

    void close() {
      choosing.ifPresent(RunningChoice::close);
      watch.ifPresent(EndpointWatch::close);
      names.ifPresent(NameService::close);
    }
  }

  private HostAgent(
      Ways ways,
      Forwards forwards,
      ServerConnector server,
      boolean stays,
      FileChannel lock,
      AgentSocket socket) {
    this.ways = ways;
    this.forwards = forwards;
    this.server = server;
    this.stays = stays;
    this.lock = lock;
    this.socket = socket;
  }

  /**
   * Is the host's agent until no node needs it any more and no server is joined, and then ends the
   * process.
   *
   * @param ways what chooses among the ways of nodes
   * @param forwards what passes on for them when it is asked
   * @param server what keeps the host as its server says
   */
  public static void run(Ways ways, Forwards forwards, ServerConnector server) {
    run(ways, forwards, server, false, () -> {});
  }

  /**
   * Is the host's agent until the process is ended from outside. One that is there already is ended
   * first.
   *
   * @param ways what chooses among the ways of nodes
   * @param forwards what passes on for them when it is asked
   * @param server what keeps the host as its server says
   * @param ready what to do when it does what it was told for all nodes
   * @throws MissingRequirement if this process is not root's
   */
  public static void stay(Ways ways, Forwards forwards, ServerConnector server, Runnable ready) {
    if (!Capabilities.mayAdministerNetworks()) {
      throw new MissingRequirement(Text.of(NodeSetup.class, "missing.root"));
    }
    var host = Machine.LOCAL.state().make();
    host.replace(JOINED, "");
    new AgentProcess(new Commands(Machine.LOCAL), host).stop();
    run(ways, forwards, server, true, ready);
  }

  private static void run(
      Ways ways, Forwards forwards, ServerConnector server, boolean stays, Runnable ready) {
    Thread.setDefaultUncaughtExceptionHandler((thread, problem) -> {
      ballast = new byte[0];
      complain(thread.getName() + ": " + problem);
      Runtime.getRuntime().halt(1);
    });
    int status = 1;
    try (var agent = open(ways, forwards, server, stays)) {
      agent.follow();
      ready.run();
      agent.serve();
      status = 0;
    } catch (Throwable e) {
      ballast = new byte[0];
      complain(e.toString());
    } finally {
      // Not by returning, as other threads wait in the kernel.
      Runtime.getRuntime().halt(status);
    }
  }

  private static void complain(String line) {
    System.err.println(PlainText.line(line));
  }

  private static HostAgent open(Ways ways, Forwards forwards, ServerConnector server, boolean stays)
      throws IOException {
    var host = Machine.LOCAL.state();
    var lock = host.open("agent.lock", StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    // Who only looks whether an agent is there holds it for a moment.
    long end = System.nanoTime() + LOOKS_NANOS;
    while (lock.tryLock() == null) {
      if (System.nanoTime() - end > 0) {
        lock.close();
        throw new IOException("another agent is there");
      }
      LockSupport.parkNanos(1_000_000);
    }
    lock.truncate(0);
    return new HostAgent(ways, forwards, server, stays, lock, new AgentSocket(host.path()));
  }

  /** Answers until there is nothing to do. */
  private void serve() {
    var ends = new boolean[1];
    while (!ends[0]) {
      socket.serve(question ->
          switch (question) {
            case AgentSocket.STATUS -> status();
            case AgentSocket.FORWARDS -> forwarded();
            case AgentSocket.ORDERS -> {
              follow();
              ends[0] = !stays && link.isEmpty() && served.isEmpty() && problems.isEmpty();
              yield ends[0] ? AgentProcess.ENDS : complaints();
            }
            case AgentSocket.LOOK -> {
              drift.call();
              yield "";
            }
            case AgentSocket.MENDS -> lines(drift.mends());
            default -> "";
          });
    }
  }

  private String status() {
    var lines = new StringBuilder();
    for (var each : served.values()) {
      each.choosing().ifPresent(choosing -> lines.append(choosing.status()).append('\n'));
    }
    return lines.toString();
  }

  private String forwarded() {
    var lines = new StringBuilder();
    forwarding
        .values()
        .forEach(each -> each.status().forEach(line -> lines.append(line).append('\n')));
    return lines.toString();
  }

  private static String lines(List<DriftReport> mends) {
    var lines = new StringBuilder();
    mends.forEach(mend -> lines.append(mend.line()).append('\n'));
    return lines.toString();
  }

  private String complaints() {
    var lines = new StringBuilder();
    problems.forEach((node, what) -> lines.append(node).append(' ').append(what).append('\n'));
    return lines.toString();
  }

  /** Does what the orders say now. */
  private void follow() {
    var orders = AgentProcess.orders(Machine.LOCAL.state());
    served
        .entrySet()
        .removeIf(entry -> {
          boolean stands = entry.getValue().told().equals(orders.get(entry.getKey()));
          if (!stands) {
            entry.getValue().close();
          }
          return !stands;
        });
    problems.clear();
    orders.forEach((node, told) -> {
      if (!served.containsKey(node)) {
        begin(node, told);
      }
    });
    followForwards();
    say();
    // A machine of a lab sees this host's files, and must not take itself for this host.
    boolean joined = Machine.LOCAL.state().read(JOINED).isPresent() && server.isJoined();
    if (link.isEmpty() && joined) {
      link = Optional.of(server.begin());
    } else if (link.isPresent() && !joined) {
      link.get().close();
      link = Optional.empty();
    }
  }

  private void begin(String node, String told) {
    var begun = new ArrayList<Runnable>();
    try {
      var orders = AgentOrders.CODEC.read(told);
      var names = orders.nameServer().map(NameService::begin);
      names.ifPresent(each -> begun.add(each::close));
      var choosing =
          orders.destinations().isEmpty()
                  && orders.introductions().isEmpty()
                  && orders.calledPorts().isEmpty()
              ? Optional.<RunningChoice>empty()
              : Optional.of(ways.begin(orders));
      choosing.ifPresent(each -> begun.add(each::close));
      var watch =
          orders.endpoints().isEmpty()
              ? Optional.<EndpointWatch>empty()
              : Optional.of(EndpointWatch.begin(orders.endpoints()));
      served.put(node, new Served(told, orders, names, watch, choosing));
    } catch (RuntimeException e) {
      begun.forEach(Runnable::run);
      fail(node, e);
    }
  }

  private void fail(String node, RuntimeException e) {
    problems.put(node, PlainText.line(Optional.ofNullable(e.getMessage()).orElse(e.toString())));
    complain(node + ": " + e);
  }

  /**
   * Forwards stand while a node's other orders change: those that are still permitted go on. A node
   * that can't begin with them is not served.
   */
  private void followForwards() {
    forwarding
        .entrySet()
        .removeIf(entry -> {
          var node = served.get(entry.getKey());
          boolean ends = node == null || node.orders().forwards().isEmpty();
          if (ends) {
            entry.getValue().close();
          }
          return ends;
        });
    for (var entry : List.copyOf(served.entrySet())) {
      var orders = entry.getValue().orders();
      var running = Optional.ofNullable(forwarding.get(entry.getKey()));
      running.ifPresent(each -> each.follow(orders));
      if (running.isEmpty() && !orders.forwards().isEmpty()) {
        try {
          forwarding.put(entry.getKey(), forwards.begin(orders));
        } catch (RuntimeException e) {
          served.remove(entry.getKey());
          entry.getValue().close();
          fail(entry.getKey(), e);
        }
      }
    }
  }

  /** Says what it does, in its lock file. */
  private void say() {
    var text = new StringBuilder().append(ProcessHandle.current().pid()).append('\n');
    served.forEach((node, each) ->
        text.append(node).append(' ').append(AgentProcess.mark(each.told())).append('\n'));
    AgentProcess.isThisProcess(text.toString());
    byte[] bytes = text.toString().getBytes(StandardCharsets.US_ASCII);
    try {
      lock.write(ByteBuffer.wrap(bytes), 0);
      lock.truncate(bytes.length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sees to it that the host has an agent, which looks whether the host joined a server. */
  public static void wake(Machine machine) {
    var host = machine.state().make();
    host.replace(JOINED, "");
    new AgentProcess(new Commands(machine), host).wake();
  }

  /** What a host's agent mended, a line for each; empty if no agent answers. */
  static List<String> mends(Machine machine) {
    return asked(machine, AgentSocket.MENDS);
  }

  /** How the ways of a host's nodes stand, a line for each; empty if no agent answers. */
  public static List<String> statuses(Machine machine) {
    return asked(machine, AgentSocket.STATUS);
  }

  /** What a host's nodes pass on, a line for each; empty if no agent answers. */
  public static List<String> forwards(Machine machine) {
    return asked(machine, AgentSocket.FORWARDS);
  }

  private static List<String> asked(Machine machine, String question) {
    Path socket = AgentSocket.in(machine.state().path());
    return AgentSocket.ask(socket, question, STATUS_SECONDS).stream()
        .flatMap(String::lines)
        .toList();
  }

  @Override
  public void close() throws IOException {
    link.ifPresent(ServerSession::close);
    drift.close();
    forwarding.values().forEach(RunningForwards::close);
    served.values().forEach(Served::close);
    socket.close();
    lock.close();
  }
}
