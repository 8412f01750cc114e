package guywire.node;

import guywire.network.InterfaceName;
import guywire.network.text.Text;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * One process of Guywire's own data plane that carries the tunnels of many machines, all of which
 * live in namespaces of this host: a lab has dozens, and a process for each would take more than
 * the host has. It ends with this process, however that ends, and each tunnel with its interface.
 *
 * <p>Safe for use by several threads.
 */
public final class SharedTunnels implements AutoCloseable {

  private static final String PROGRAM = "guywire-tunnel";
  private static final long START_SECONDS = 30;
  private static final long END_SECONDS = 10;
  private static final int LINES_KEPT = 3;

  private final Process process;
  private final Map<String, CompletableFuture<String>> awaited = new ConcurrentHashMap<>();
  private final Deque<String> complaints = new ArrayDeque<>();

  private SharedTunnels(Process process) {
    this.process = process;
    listen("tunnels", process.inputReader(StandardCharsets.UTF_8), this::heed);
    listen("complaints", process.errorReader(StandardCharsets.UTF_8), this::keep);
    process.onExit().thenRun(() -> awaited.values().forEach(answer -> answer.complete(said())));
  }

  /** Starts the process; it takes tunnels at once, and serves them when it is ready. */
  public static SharedTunnels start() {
    var command = new ArrayList<String>();
    // A session of its own: a Ctrl-C at our terminal is not meant for it.
    new Commands(Machine.LOCAL).find("setsid").ifPresent(command::add);
    command.addAll(LongProcess.tunnel("--many"));
    try {
      return new SharedTunnels(new ProcessBuilder(command).start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void listen(String name, BufferedReader lines, Consumer<String> listener) {
    // Not virtual: who waits for a pipe holds a carrier, and a small machine has two.
    Thread.ofPlatform()
        .daemon()
        .name(name)
        .start(() -> {
          try (lines) {
            lines.lines().forEach(listener);
          } catch (IOException | UncheckedIOException e) {
            // It ended.
          }
        });
  }

  /** {@code ready PID INTERFACE} or {@code failed PID INTERFACE WHY}. */
  private void heed(String line) {
    String[] words = line.split(" ", 4);
    if (words.length >= 3) {
      var answer = awaited.get(words[1] + " " + words[2]);
      if (answer != null) {
        answer.complete(words[0].equals("ready") ? "" : words.length > 3 ? words[3] : line);
      }
    }
  }

  private void keep(String line) {
    synchronized (complaints) {
      complaints.add(line);
      if (complaints.size() > LINES_KEPT) {
        complaints.remove();
      }
    }
  }

  private String said() {
    synchronized (complaints) {
      return complaints.isEmpty() ? "-" : String.join(" | ", complaints);
    }
  }

  /**
   * Makes an interface in the network namespace of a process and carries its packets; its control
   * socket is in {@code /run/wireguard} of that process's root.
   *
   * @throws SetupFailure if it can't be made
   */
  void serve(long pid, InterfaceName name) {
    String who = pid + " " + name;
    var answer = new CompletableFuture<String>();
    awaited.put(who, answer);
    try {
      if (!process.isAlive()) {
        throw ended(said());
      }
      synchronized (process) {
        var wishes = process.getOutputStream();
        wishes.write((who + "\n").getBytes(StandardCharsets.UTF_8));
        wishes.flush();
      }
      String why = answer.get(START_SECONDS, TimeUnit.SECONDS);
      if (!why.isEmpty()) {
        throw ended(why);
      }
    } catch (IOException | ExecutionException e) {
      throw ended(said());
    } catch (TimeoutException e) {
      throw new SetupFailure(Text.of(LongProcess.class, "program.slow", PROGRAM, said()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SetupFailure(Text.of(Commands.class, "command.interrupted"), e);
    } finally {
      awaited.remove(who, answer);
    }
  }

  private static SetupFailure ended(String why) {
    return new SetupFailure(Text.of(LongProcess.class, "program.ended", PROGRAM, why));
  }

  /** The process, as this one sees it. */
  public ProcessHandle process() {
    return process.toHandle();
  }

  /** Ends all its tunnels, and waits until they are gone. */
  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
