package guywire.tunnel;

import guywire.linux.Namespace;
import guywire.linux.UnixListener;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessHandle.Info;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * Two hosts in network namespaces of their own, joined by a cable, each with a WireGuard interface
 * that some program serves. Everything is gone when it is closed.
 */
final class Pair implements AutoCloseable {

  private static final AtomicInteger COUNT = new AtomicInteger();

  /** A program that serves an interface, and its environment. */
  record Program(List<String> command, Map<String, String> environment) {

    static Program guywire(Map<String, String> environment) {
      return guywire(Main.class, environment);
    }

    static Program guywire(Class<?> main, Map<String, String> environment) {
      var command = new ArrayList<String>();
      Info self = ProcessHandle.current().info();
      command.add(self.command().orElseThrow());
      command.addAll(List.of("-XX:+UseSerialGC", "-Xmx256m", "-XX:TieredStopAtLevel=1"));
      command.add("--enable-native-access=ALL-UNNAMED");
      for (String opened :
          List.of(
              "com.sun.crypto.provider",
              "sun.security.util.math",
              "sun.security.util.math.intpoly")) {
        command.add("--add-opens=java.base/" + opened + "=ALL-UNNAMED");
      }
      command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
      return new Program(command, environment);
    }

    static Program guywire() {
      return guywire(Map.of());
    }

    /** With the JVM's options that the launcher uses. */
    static Program guywireAsLaunched() {
      Path home = Path.of("..").toAbsolutePath().normalize();
      String print =
          "GUYWIRE_HOME='"
              + home
              + "'; . \"$GUYWIRE_HOME/launch.sh\" && printf '%s\\n' \"${TUNNEL_JVM[@]}\"";
      var command = new ArrayList<String>();
      command.add(ProcessHandle.current().info().command().orElseThrow());
      command.addAll(Shell.run("bash", "-c", print).lines().toList());
      command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
      return new Program(command, Map.of("MALLOC_ARENA_MAX", "1"));
    }

    /** The same, many times as slow: nothing of it is compiled. */
    Program interpreted() {
      var slow = new ArrayList<>(command);
      slow.add(1, "-Xint");
      return new Program(slow, environment);
    }

    static Program wireguardGo() {
      return new Program(List.of("wireguard-go"), Map.of());
    }
  }

  /** One of the two. */
  static final class Host implements AutoCloseable {
    final String namespaceName;
    final String interfaceName;
    final PrivateKey key = PrivateKey.generate(new SecureRandom());
    final int number;
    Process process;
    Namespace namespace;

    private Host(String prefix, int number) {
      this.number = number;
      namespaceName = prefix + number;
      interfaceName = prefix + number;
      process = launch(List.of("sleep", "infinity"), Map.of());
    }

    private Process launch(List<String> command, Map<String, String> environment) {
      Shell.attempt(List.of("ip", "netns", "add", namespaceName), "");
      var all = new ArrayList<>(List.of("ip", "netns", "exec", namespaceName));
      all.addAll(command);
      var builder = new ProcessBuilder(all);
      builder.environment().putAll(environment);
      builder.environment().put("WG_PROCESS_FOREGROUND", "1");
      builder.environment().put("LOG_LEVEL", "verbose");
      builder.redirectErrorStream(true);
      builder.redirectOutput(log());
      try {
        return builder.start();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    private File log() {
      return new File(System.getProperty("java.io.tmpdir"), namespaceName + ".log");
    }

    void start(Program program) {
      process.destroyForcibly();
      var command = new ArrayList<>(program.command());
      command.add("-f");
      command.add(interfaceName);
      process = launch(command, program.environment());
      await("the socket of " + interfaceName, () -> UnixListener.isLive(socket()));
      namespace = Namespace.of(process.pid());
    }

    Path socket() {
      return UapiServer.DIRECTORY.resolve(interfaceName + ".sock");
    }

    /** Memory of the program that is not swapped out (RSS). */
    long residentBytes() throws IOException {
      return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst()
          .orElseThrow();
    }

    String logText() {
      try {
        return Files.readString(log().toPath());
      } catch (IOException e) {
        return "";
      }
    }

    String ip(String... arguments) {
      var command = new ArrayList<>(List.of("ip", "-n", namespaceName));
      command.addAll(List.of(arguments));
      return Shell.run(command.toArray(String[]::new));
    }

    /** Runs a command in the namespace, whatever it answers. */
    Shell.Result attempt(String... arguments) {
      var command = new ArrayList<>(List.of("ip", "netns", "exec", namespaceName));
      command.addAll(List.of(arguments));
      return Shell.attempt(command, "");
    }

    /** Runs {@code wg}; the word IF stands for the interface. */
    String wg(String... arguments) {
      var command = new ArrayList<String>();
      command.add("wg");
      for (String argument : arguments) {
        command.add(argument.equals("IF") ? interfaceName : argument);
      }
      return Shell.run(command.toArray(String[]::new));
    }

    /** A number from {@code wg show IF transfer}: received first, then sent. */
    List<Long> transfer() {
      String[] words = wg("show", "IF", "transfer").trim().split("\\s+");
      return List.of(Long.valueOf(words[1]), Long.valueOf(words[2]));
    }

    @Override
    public void close() {
      if (namespace != null) {
        namespace.close();
      }
      process.destroy();
      try {
        if (!process.waitFor(5, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      Shell.attempt(List.of("ip", "netns", "del", namespaceName), "");
      log().delete();
    }
  }

  final Host a;
  final Host b;
  final PresharedKey preshared = PresharedKey.generate(new SecureRandom());

  /** Two hosts whose programs run; nothing is configured. */
  Pair(Program first, Program second) {
    String prefix =
        "gt" + Long.toString(ProcessHandle.current().pid(), 36) + COUNT.incrementAndGet();
    a = new Host(prefix + "x", 1);
    b = new Host(prefix + "x", 2);
    try {
      a.ip(
          "link",
          "add",
          "cable",
          "type",
          "veth",
          "peer",
          "name",
          "cable",
          "netns",
          b.namespaceName);
      for (Host host : List.of(a, b)) {
        host.ip("link", "set", "lo", "up");
        host.ip("addr", "add", "10.9.0." + host.number + "/24", "dev", "cable");
        host.ip("addr", "add", "fd09::" + host.number + "/64", "dev", "cable", "nodad");
        host.ip("link", "set", "cable", "up");
      }
      a.start(first);
      b.start(second);
    } catch (Throwable e) {
      close();
      throw e;
    }
  }

  /** Configures both: b knows no endpoint and waits for a. */
  Pair configured(boolean outerIpv6, int mtu) {
    try {
      Path preshare = secret("psk", preshared.base64());
      for (Host host : List.of(a, b)) {
        Host peer = host == a ? b : a;
        Path key = secret("key", host.key.base64());
        host.wg(
            "set",
            "IF",
            "listen-port",
            "100" + host.number,
            "private-key",
            key.toString(),
            "peer",
            peer.key.publicKey().toString(),
            "preshared-key",
            preshare.toString(),
            "allowed-ips",
            "10.10.0." + peer.number + "/32,fd10::" + peer.number + "/128");
        Files.delete(key);
        host.ip("addr", "add", "10.10.0." + host.number + "/24", "dev", host.interfaceName);
        host.ip("addr", "add", "fd10::" + host.number + "/64", "dev", host.interfaceName, "nodad");
        host.ip("link", "set", host.interfaceName, "mtu", String.valueOf(mtu), "up");
      }
      Files.delete(preshare);
      a.wg(
          "set",
          "IF",
          "peer",
          b.key.publicKey().toString(),
          "endpoint",
          outerIpv6 ? "[fd09::2]:1002" : "10.9.0.2:1002");
      return this;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static Path secret(String name, String text) throws IOException {
    Path file = Files.createTempFile(name, "");
    Files.writeString(file, text + "\n");
    return file;
  }

  /** Whether a gets an answer to one echo request to an address of b. */
  boolean pings(String address) {
    return pings(a, address);
  }

  /** Whether an echo request is answered: on a busy machine a handshake's first try may be lost. */
  boolean reaches(String address) {
    return a.attempt("ping", "-c", "1", "-W", "12", address).code() == 0;
  }

  /** Whether a host gets an answer to one echo request. */
  static boolean pings(Host host, String address) {
    return host.attempt("ping", "-c", "1", "-W", "2", address).code() == 0;
  }

  /** Has each host drop so many of a hundred datagrams that come for its tunnel, by chance. */
  void loseDatagrams(int percent) {
    for (Host host : List.of(a, b)) {
      String rules =
          """
          table inet loss {
            chain in {
              type filter hook input priority 0;
              udp dport 1000-1099 numgen random mod 100 < %d drop
            }
          }
          """
              .formatted(percent);
      var command = List.of("ip", "netns", "exec", host.namespaceName, "nft", "-f", "-");
      var result = Shell.attempt(command, rules);
      if (result.code() != 0) {
        throw new AssertionError(result.output());
      }
    }
  }

  /** Waits until something is so, for at most ten seconds. */
  static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + 30_000_000_000L;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("waited in vain for " + what);
      }
      java.util.concurrent.locks.LockSupport.parkNanos(10_000_000L);
    }
  }

  @Override
  public void close() {
    // A test that takes too long is interrupted; what it made goes all the same.
    boolean interrupted = Thread.interrupted();
    try {
      a.close();
    } finally {
      b.close();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
