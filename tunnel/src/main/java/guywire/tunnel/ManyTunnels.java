package guywire.tunnel;

import guywire.linux.LinuxException;
import guywire.linux.Namespace;
import guywire.tunnel.cipher.Engines;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Serves tunnels for many machines that live in namespaces of this one, all from one process: a lab
 * has one for each of its nodes, and a JVM for each would take more than the machine has.
 *
 * <p>Reads lines {@code PID INTERFACE} and answers each with {@code ready PID INTERFACE} or {@code
 * failed PID INTERFACE WHY}. A tunnel is in the network namespace of that process, and its control
 * socket in {@code /run/wireguard} of its root. It ends with its interface, its control socket or
 * that process; all end with the input.
 */
final class ManyTunnels {

  /** How the program is told to be this. */
  static final String OPTION = "--many";

  private final Map<String, String> environment;
  private final Engines engines;
  private final PrintStream answers;
  private final List<Thread> threads = new ArrayList<>();
  private final List<ServedTunnel> running = new ArrayList<>();
  private boolean ending;

  private ManyTunnels(Map<String, String> environment, PrintStream answers) {
    this.environment = environment;
    this.answers = answers;
    var log = log("tunnels");
    // One for all: whatever one of them finds out of this machine's processor holds for the others.
    engines =
        new Engines(
            environment.getOrDefault("GUYWIRE_ENGINE", Engines.AUTO), log::error, log::verbose);
  }

  /** Serves until there is no more input; 0, the exit code. */
  static int serve(Map<String, String> environment, InputStream wishes, PrintStream answers) {
    var all = new ManyTunnels(environment, answers);
    try (var lines = new BufferedReader(new InputStreamReader(wishes, StandardCharsets.UTF_8))) {
      String line = lines.readLine();
      while (line != null) {
        all.wish(line);
        line = lines.readLine();
      }
    } catch (IOException e) {
      all.log("tunnels").error("no more is heard: " + e.getMessage());
    }
    all.end();
    return 0;
  }

  private void wish(String line) {
    String[] words = line.strip().split(" ", -1);
    if (words.length != 2 || !words[0].matches("[0-9]{1,9}") || !Main.isInterfaceName(words[1])) {
      answer("failed " + line.strip() + " a line is: PID INTERFACE");
      return;
    }
    long pid = Long.parseLong(words[0]);
    threads.add(Thread.ofPlatform().name(line).start(() -> run(pid, words[1])));
  }

  private void run(long pid, String name) {
    String who = pid + " " + name;
    try (var namespace = Namespace.of(pid);
        var tunnel = start(pid, name, namespace)) {
      if (!enter(tunnel)) {
        return;
      }
      ProcessHandle.of(pid)
          .ifPresentOrElse(process -> process.onExit().thenRun(tunnel::end), tunnel::end);
      answer("ready " + who);
      tunnel.awaitEnd();
      leave(tunnel);
    } catch (LinuxException e) {
      answer("failed " + who + " " + Main.explain(name, e));
    } catch (IOException | RuntimeException e) {
      answer("failed " + who + " " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private ServedTunnel start(long pid, String name, Namespace namespace) throws IOException {
    var log = log(name + " of " + pid);
    var offloads = new Offloads(environment.getOrDefault("GUYWIRE_OFF", ""), log);
    return ServedTunnel.start(
        name,
        new ServedTunnel.Wanted(
            TunnelNamespace.of(namespace),
            Path.of("/proc", String.valueOf(pid), "root/run/wireguard"),
            engines,
            offloads,
            Sharing.parse(environment.getOrDefault("GUYWIRE_THREADS", "")),
            OptionalInt.empty(),
            OptionalInt.empty(),
            log));
  }

  private Log log(String name) {
    return new Log(Log.Level.parse(environment.getOrDefault("LOG_LEVEL", "")), name, System.err);
  }

  private synchronized void answer(String line) {
    answers.println(line);
    answers.flush();
  }

  private synchronized boolean enter(ServedTunnel tunnel) {
    return !ending && running.add(tunnel);
  }

  private synchronized void leave(ServedTunnel tunnel) {
    running.remove(tunnel);
  }

  private void end() {
    synchronized (this) {
      ending = true;
      running.forEach(ServedTunnel::end);
    }
    for (var thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
