package guywire.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** One host of a benchmark: a network namespace, a tunnel program in it, and what that costs. */
final class BenchHost implements AutoCloseable {

  private static final Path SOCKETS = Path.of("/var/run/wireguard");

  /** How much of its log is shown of a program that has ended by itself. */
  private static final int LAST_LINES = 20;

  /** Whether one has. */
  private static final AtomicBoolean DEAD = new AtomicBoolean();

  private final String name;
  private final Process program;
  private final Path log;
  private final String privateKey;
  private final String publicKey;
  private final double startSeconds;
  private volatile boolean closed;

  /** Makes the namespace and starts the program on an interface of the same name. */
  BenchHost(String name, List<String> command) {
    this.name = name;
    Shell.attempt("ip", "netns", "del", name);
    Shell.run("ip", "netns", "add", name);
    ip("link", "set", "lo", "up");
    // A socket made where bbr is the default keeps bbr's pacing, a timer for every 64 KiB, even if
    // told to use cubic; and no other than reno may be the default of any namespace.
    inside("sysctl", "-qw", "net.ipv4.tcp_congestion_control=reno");
    // A namespace begins with the machine's own setting, and who forwards gets shorter
    // super-packets.
    inside("sysctl", "-qw", "net.ipv4.ip_forward=0");
    privateKey = Shell.run("wg", "genkey").strip();
    publicKey = Shell.runWith(privateKey, List.of("wg", "pubkey")).strip();
    List<String> all = insideOf(command);
    all.addAll(List.of("-f", name));
    var builder = new ProcessBuilder(all);
    builder.environment().put("LOG_LEVEL", "error");
    Path socket = SOCKETS.resolve(name + ".sock");
    try {
      // One that another benchmark left behind would count as ready.
      Files.deleteIfExists(socket);
      log = Files.createTempFile("bench-" + name, ".log");
      builder.redirectErrorStream(true).redirectOutput(log.toFile());
      long begun = System.nanoTime();
      program = builder.start();
      while (!Files.exists(socket)) {
        if (!program.isAlive()) {
          throw new IllegalStateException(
              String.join(" ", command) + " ended at once: " + lastWords());
        }
        TimeUnit.MILLISECONDS.sleep(2);
      }
      startSeconds = (System.nanoTime() - begun) / 1e9;
      program.onExit().thenAccept(this::ended);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  String name() {
    return name;
  }

  String publicKey() {
    return publicKey;
  }

  /** From the program's start to its control socket. */
  double startSeconds() {
    return startSeconds;
  }

  String ip(String... arguments) {
    var command = new ArrayList<>(List.of("ip", "-n", name));
    command.addAll(List.of(arguments));
    return Shell.run(command);
  }

  /** Runs a command inside. */
  String inside(String... command) {
    return inside(0, command);
  }

  /** Runs a command inside that takes so many seconds. */
  String inside(int seconds, String... command) {
    if (DEAD.get()) {
      throw new IllegalStateException("a program under test has ended by itself");
    }
    return Shell.run(seconds, insideOf(List.of(command)));
  }

  /** Starts a server inside; nobody reads what it prints. */
  Process serve(String... command) {
    return begin(ProcessBuilder.Redirect.DISCARD, insideOf(List.of(command)));
  }

  /** Starts a command inside that takes so many seconds; nobody reads what it prints. */
  Process begin(int seconds, String... command) {
    return begin(
        ProcessBuilder.Redirect.DISCARD, Shell.limited(seconds, insideOf(List.of(command))));
  }

  /** Starts a command inside that takes so many seconds; what it prints can be read. */
  Process beginTelling(int seconds, String... command) {
    return begin(ProcessBuilder.Redirect.PIPE, Shell.limited(seconds, insideOf(List.of(command))));
  }

  private List<String> insideOf(List<String> command) {
    var all = new ArrayList<>(List.of("ip", "netns", "exec", name));
    all.addAll(command);
    return all;
  }

  private static Process begin(ProcessBuilder.Redirect output, List<String> command) {
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Joins two hosts by a cable of a /24. */
  static void cable(BenchHost a, BenchHost b, String subnet) {
    cable(a.name, b.name, subnet);
  }

  /** Joins two namespaces by a cable of a /24. */
  static void cable(String a, String b, String subnet) {
    String end = "c" + subnet.replace('.', '_');
    Shell.run("ip", "-n", a, "link", "add", end, "type", "veth", "peer", "name", end, "netns", b);
    Shell.run("ip", "-n", a, "addr", "add", subnet + ".1/24", "dev", end);
    Shell.run("ip", "-n", b, "addr", "add", subnet + ".2/24", "dev", end);
    Shell.run("ip", "-n", a, "link", "set", end, "up");
    Shell.run("ip", "-n", b, "link", "set", end, "up");
  }

  /** The inner addresses of the host with this number. */
  static String inner(int number) {
    return "10.10.0." + number + "/32,fd10::" + number + "/128";
  }

  /** Gives the interface key, port and the inner addresses of this number, and sets it up. */
  void configure(int port, int number) {
    withFile(
        privateKey,
        file -> Shell.run("wg", "set", name, "listen-port", port + "", "private-key", file));
    ip("addr", "add", "10.10.0." + number + "/24", "dev", name);
    ip("addr", "add", "fd10::" + number + "/64", "dev", name, "nodad");
    ip("link", "set", name, "mtu", "1420", "up");
  }

  /** Adds a peer. */
  void peer(BenchHost other, String endpoint, String allowedIps) {
    Shell.run(
        "wg",
        "set",
        name,
        "peer",
        other.publicKey,
        "endpoint",
        endpoint,
        "allowed-ips",
        allowedIps);
  }

  /** Adds a peer that will come by itself, without addresses. */
  void addPeer(String publicKey) {
    Shell.run("wg", "set", name, "peer", publicKey);
  }

  /** Gives the host these peers and no others by one {@code wg setconf}. */
  void setPeers(List<String> publicKeys) {
    var text =
        new StringBuilder("[Interface]\nListenPort = 1001\nPrivateKey = " + privateKey + "\n");
    for (int i = 0; i < publicKeys.size(); i++) {
      text.append("[Peer]\nPublicKey = ")
          .append(publicKeys.get(i))
          .append("\nAllowedIPs = 10.")
          .append(128 + (i >> 16))
          .append('.')
          .append(i >> 8 & 255)
          .append('.')
          .append(i & 255)
          .append("/32\n");
    }
    withFile(text.toString(), file -> Shell.run("wg", "setconf", name, file));
  }

  private static void withFile(String text, Consumer<String> use) {
    try {
      Path file = Files.createTempFile("bench", "");
      Files.writeString(file, text + "\n");
      use.accept(file.toString());
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Processor time the program has used so far. */
  double cpuSeconds() {
    return usage().cpuSeconds();
  }

  /** Processor time that the programs of some hosts have used so far. */
  static double cpuSeconds(List<BenchHost> hosts) {
    return hosts.stream().mapToDouble(BenchHost::cpuSeconds).sum();
  }

  /** Records Gb/s, and Gb/s for each core that the hosts' programs used meanwhile. */
  static void perCore(
      Results results,
      String program,
      String measure,
      List<BenchHost> hosts,
      int seconds,
      Supplier<Double> work) {
    double before = cpuSeconds(hosts);
    double gigabits = work.get();
    double cores = (cpuSeconds(hosts) - before) / seconds;
    results.record(program, measure + ", Gb/s", gigabits);
    results.record(program, measure + ", Gb/s per tunnel core", gigabits / cores);
  }

  /** Memory the program holds now. */
  double residentMegabytes() {
    return usage().residentMegabytes();
  }

  /** How often its threads have gone to sleep so far, which is how often they were woken. */
  long wakeups() {
    try (Stream<Path> threads = Files.list(proc("task"))) {
      return threads
          .flatMap(thread -> read(thread.resolve("status")).lines())
          .filter(line -> line.startsWith("voluntary_ctxt_switches:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Usage usage() {
    return new Usage(program.pid());
  }

  private Path proc(String file) {
    return Path.of("/proc", String.valueOf(program.pid()), file);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }

  /**
   * The program has ended though it was to run on: who waits for what it carries would wait for
   * ever, so that all that this benchmark has begun ends with it.
   */
  private void ended(Process process) {
    if (closed || !DEAD.compareAndSet(false, true)) {
      return;
    }
    System.err.println(
        "the program of " + name + " has ended by itself, with " + process.exitValue() + ":");
    System.err.println(lastWords().indent(2));
    ProcessHandle.current().descendants().forEach(ProcessHandle::destroy);
  }

  private String lastWords() {
    List<String> lines = read(log).lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
  }

  @Override
  public void close() {
    closed = true;
    program.destroy();
    try {
      if (!program.waitFor(5, TimeUnit.SECONDS)) {
        program.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Shell.attempt("ip", "netns", "del", name);
    try {
      Files.deleteIfExists(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
