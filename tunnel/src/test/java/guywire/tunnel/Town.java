package guywire.tunnel;

import guywire.linux.UnixListener;
import guywire.protocol.PrivateKey;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Hosts in network namespaces of their own, joined by cables, with any number of WireGuard
 * interfaces, each served by a program of its own. Everything is gone when it is closed.
 */
final class Town implements AutoCloseable {

  private static final AtomicInteger COUNT = new AtomicInteger();

  private final String prefix =
      "gm" + Long.toString(ProcessHandle.current().pid(), 36) + COUNT.incrementAndGet();

  private final List<Process> processes = new ArrayList<>();
  private final List<String> namespaces = new ArrayList<>();
  private final List<Tunnel> tunnels = new ArrayList<>();

  /** A WireGuard interface on a host. */
  final class Tunnel {
    final String host;
    final String name = prefix + "t" + tunnels.size();
    private final PrivateKey key = PrivateKey.generate(new SecureRandom());

    private Tunnel(String host) {
      this.host = host;
    }

    File log() {
      return new File(System.getProperty("java.io.tmpdir"), name + ".log");
    }

    Path socket() {
      return UapiServer.DIRECTORY.resolve(name + ".sock");
    }

    /** Gives it a key and a port. */
    void listen(int port) {
      Path file;
      try {
        file = Pair.secret("key", key.base64());
        wg("listen-port", String.valueOf(port), "private-key", file.toString());
        Files.delete(file);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    /** Adds a peer; where it is reached may be empty. */
    void knows(Tunnel peer, String endpoint, String allowedIps) {
      var words = new ArrayList<>(List.of("peer", peer.key.publicKey().toString()));
      words.addAll(List.of("allowed-ips", allowedIps));
      if (!endpoint.isEmpty()) {
        words.addAll(List.of("endpoint", endpoint, "persistent-keepalive", "25"));
      }
      wg(words.toArray(String[]::new));
    }

    private void wg(String... words) {
      var command = new ArrayList<>(List.of("wg", "set", name));
      command.addAll(List.of(words));
      Shell.run(command.toArray(String[]::new));
    }

    /** Sets it up, with 10.{@code network}.0.{@code number} and fd{@code network}::. */
    void up(int network, int number, int mtu) {
      ip(host, "addr", "add", "10." + network + ".0." + number + "/24", "dev", name);
      ip(host, "addr", "add", "fd" + network + "::" + number + "/64", "dev", name, "nodad");
      // What a busy machine lets wait for a while is no loss.
      ip(host, "link", "set", name, "mtu", String.valueOf(mtu), "txqueuelen", "20000", "up");
    }
  }

  /** Adds a host. */
  String host(String letter) {
    String namespace = prefix + letter;
    Shell.run("ip", "netns", "add", namespace);
    namespaces.add(namespace);
    ip(namespace, "link", "set", "lo", "up");
    return namespace;
  }

  /** Joins two hosts by a cable: 10.9.{@code number}.1 and .2. */
  void cable(String left, String right, int number, int mtu) {
    String name = "cable" + number;
    String bytes = String.valueOf(mtu);
    ip(left, "link", "add", name, "mtu", bytes, "type", "veth", "peer", name, "netns", right);
    ip(right, "link", "set", name, "mtu", bytes);
    ip(left, "addr", "add", "10.9." + number + ".1/24", "dev", name);
    ip(right, "addr", "add", "10.9." + number + ".2/24", "dev", name);
    ip(left, "link", "set", name, "up");
    ip(right, "link", "set", name, "up");
  }

  /** Starts a program that serves a new interface on a host. */
  Tunnel serve(String host, Pair.Program program) {
    var tunnel = new Tunnel(host);
    tunnels.add(tunnel);
    var command = new ArrayList<>(program.command());
    command.addAll(List.of("-f", tunnel.name));
    start(host, command, program, tunnel.log());
    return tunnel;
  }

  /** Waits until all interfaces are served. */
  void awaitTunnels() {
    for (Tunnel tunnel : tunnels) {
      Pair.await("the socket of " + tunnel.name, () -> UnixListener.isLive(tunnel.socket()));
    }
  }

  List<Tunnel> tunnels() {
    return tunnels;
  }

  private void start(String host, List<String> command, Pair.Program program, File output) {
    var all = new ArrayList<>(List.of("ip", "netns", "exec", host));
    all.addAll(command);
    var builder = new ProcessBuilder(all);
    builder.environment().putAll(program.environment());
    builder.environment().put("WG_PROCESS_FOREGROUND", "1");
    builder.redirectErrorStream(true).redirectOutput(output);
    try {
      processes.add(builder.start());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Starts a command on a host whose output can be read and that ends with this town. */
  Process launch(String host, String... command) {
    var all = new ArrayList<>(List.of("ip", "netns", "exec", host));
    all.addAll(List.of(command));
    try {
      Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
      processes.add(process);
      return process;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Runs a command on a host, whatever it answers. */
  static Shell.Result attempt(String host, String... command) {
    var all = new ArrayList<>(List.of("ip", "netns", "exec", host));
    all.addAll(List.of(command));
    return Shell.attempt(all, "");
  }

  private static void ip(String namespace, String... arguments) {
    var command = new ArrayList<>(List.of("ip", "-n", namespace));
    command.addAll(List.of(arguments));
    Shell.run(command.toArray(String[]::new));
  }

  @Override
  public void close() {
    // A test that takes too long is interrupted; what it made goes all the same.
    boolean interrupted = Thread.interrupted();
    processes.forEach(Process::destroy);
    for (Process process : processes) {
      try {
        if (!process.waitFor(5, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    namespaces.forEach(name -> Shell.attempt(List.of("ip", "netns", "del", name), ""));
    tunnels.forEach(tunnel -> tunnel.log().delete());
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
