package guywire.node;

import guywire.network.InterfaceName;
import guywire.network.text.Text;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Starts and awaits the programs that live as long as a node is set up: the userspace WireGuard and
 * the name server. They belong to no terminal and outlive this process.
 */
record LongProcess(Commands commands) {

  private static final long START_SECONDS = 30;
  private static final long ENDED_SECONDS = 2;
  private static final int LOOK_EVERY_MILLIS = 10;

  /** The command of a userspace program, which makes the interface and stays. */
  List<String> command(TunnelProgram.Command program, InterfaceName name) {
    String path =
        commands
            .find(program.program())
            .orElseThrow(() ->
                new MissingRequirement(
                    Text.of(LongProcess.class, "missing.program", program.program())));
    return List.of(path, "-f", name.text());
  }

  /**
   * The command of our own data plane: its launcher, which starts it fast, where this process was
   * started by one (and so knows where they are), otherwise a JVM like this one.
   */
  static List<String> tunnel(String... arguments) {
    String home = System.getProperty("guywire.home", "");
    Path launcher = Path.of(home, "guywire-tunnel");
    if (home.isEmpty() || !Files.isExecutable(launcher)) {
      return java("1g", "guywire.tunnel.Main", arguments);
    }
    var command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(arguments));
    return command;
  }

  /**
   * What makes a JVM small that has little to do: the fast compiler alone, and nothing that wakes
   * up to see whether there is something to do.
   */
  private static final List<String> QUIET =
      List.of(
          "-XX:TieredStopAtLevel=1",
          "-XX:CompileThresholdScaling=10",
          "-XX:ReservedCodeCacheSize=16m",
          "-XX:+UnlockDiagnosticVMOptions",
          "-XX:AsyncDeflationInterval=0",
          "-XX:GuaranteedAsyncDeflationInterval=0",
          "-XX:GuaranteedSafepointInterval=0",
          "-XX:ServiceThreadCleanupInterval=0",
          "-XX:-UseDynamicNumberOfCompilerThreads",
          "-XX:-PrintWarnings");

  /** The command that runs a class of ours in a JVM that is small and quiet. */
  static List<String> quiet(String heap, String mainClass, String... arguments) {
    var command = java(heap, mainClass, arguments);
    command.addAll(1, QUIET);
    return command;
  }

  /** The command that runs a class of ours in a JVM like this one, but small. */
  static List<String> java(String heap, String mainClass, String... arguments) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            // Otherwise a directory for its figures stays in /tmp.
            "-XX:-UsePerfData",
            "-Xss512k",
            "-Xms8m",
            "-Xmx" + heap,
            "--enable-native-access=ALL-UNNAMED",
            "--add-opens=java.base/com.sun.crypto.provider=ALL-UNNAMED",
            "--add-opens=java.base/sun.security.util.math=ALL-UNNAMED",
            "--add-opens=java.base/sun.security.util.math.intpoly=ALL-UNNAMED",
            "-Xlog:disable",
            "-Xlog:all=error:stderr"));
    command.add("-cp");
    command.add(classPath());
    command.add(mainClass);
    command.addAll(List.of(arguments));
    return command;
  }

  /**
   * Starts a program on the machine and waits until it is ready.
   *
   * @param ready whether it is
   * @param directory the directory that its output goes to
   * @param logName the name of that file there
   * @throws SetupFailure if it ends before it is ready, or takes too long; then it is stopped
   */
  void start(
      List<String> command, BooleanSupplier ready, StateDirectory directory, String logName) {
    var whole = new ArrayList<String>();
    // A session of its own: a Ctrl-C at our terminal is not meant for it.
    commands.find("setsid").ifPresent(whole::add);
    whole.addAll(command);
    Process process;
    Path log = directory.file(logName);
    try {
      directory
          .open(
              logName,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING)
          .close();
      var builder =
          new ProcessBuilder(commands.entering(whole))
              .redirectInput(Redirect.from(new File("/dev/null")))
              .redirectErrorStream(true)
              .redirectOutput(Redirect.to(log.toFile()));
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String name = Path.of(command.getFirst()).getFileName().toString();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    try {
      while (!ready.getAsBoolean()) {
        if (process.waitFor(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
          // One that a killed command started may be here already: then ours had to give way.
          if (await(ready, ENDED_SECONDS)) {
            return;
          }
          throw new SetupFailure(Text.of(LongProcess.class, "program.ended", name, tail(log)));
        }
        if (System.nanoTime() > deadline) {
          throw new SetupFailure(Text.of(LongProcess.class, "program.slow", name, tail(log)));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SetupFailure(Text.of(Commands.class, "command.interrupted"), e);
    } finally {
      if (!ready.getAsBoolean()) {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
      }
    }
  }

  /** Waits until something is so, as long as a program may take to start. */
  static boolean await(BooleanSupplier so) {
    return await(so, START_SECONDS);
  }

  /** Waits until something is so, for some seconds at most. */
  static boolean await(BooleanSupplier so, long seconds) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (!so.getAsBoolean()) {
      if (System.nanoTime() > deadline || Thread.currentThread().isInterrupted()) {
        return false;
      }
      pause();
    }
    return true;
  }

  /** The time between two looks. */
  static void pause() {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_EVERY_MILLIS));
  }

  private static String tail(Path log) {
    try {
      List<String> lines = Files.readAllLines(log);
      return String.join(" | ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
    } catch (IOException e) {
      return "";
    }
  }

  private static String classPath() {
    var entries = new ArrayList<String>();
    for (var entry : System.getProperty("java.class.path").split(":")) {
      entries.add(Path.of(entry).toAbsolutePath().toString());
    }
    return String.join(":", entries);
  }
}
