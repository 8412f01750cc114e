package guywire.node;

import guywire.network.text.Text;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Programs run on a machine: in its namespaces, with arguments that never pass a shell. */
public record Commands(Machine machine) {

  /** No program that is run here takes longer on a healthy machine. */
  static final long PATIENCE_SECONDS = 20;

  /**
   * What a program wrote is in the pipe when it ends: only the reader may have to be waited for.
   */
  private static final long READER_MILLIS = 500;

  private static final long ENDING_SECONDS = 2;

  /** Where programs are looked for, beside PATH: root's directories are often missing there. */
  private static final List<String> DIRECTORIES =
      List.of("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin");

  /**
   * How a program ended.
   *
   * @param status its exit status
   * @param output what it printed, both streams
   */
  public record Ended(int status, String output) {
    /** Whether its exit status is 0. */
    public boolean succeeded() {
      return status == 0;
    }
  }

  /**
   * Runs a program to its end, with this standard input.
   *
   * @throws SetupFailure if it does not end in time
   */
  public Ended run(String input, String... command) {
    return run(input, List.of(command));
  }

  /** Runs a program to its end, with this standard input. */
  Ended run(String input, List<String> command) {
    return run(input, command, PATIENCE_SECONDS);
  }

  /**
   * Runs a program to its end, with this standard input. What it leaves in the background is not
   * waited for.
   *
   * @throws SetupFailure if it does not end in time, or this thread is interrupted; it is ended
   *     then
   */
  public Ended run(String input, List<String> command, long patienceSeconds) {
    Process process;
    try {
      process = new ProcessBuilder(entering(command)).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var output = new ByteArrayOutputStream();
    var reader = Thread.ofPlatform().daemon().start(() -> drain(process.getInputStream(), output));
    Thread.ofPlatform().daemon().start(() -> feed(process, input));
    try {
      if (!process.waitFor(patienceSeconds, TimeUnit.SECONDS)) {
        end(process);
        throw new SetupFailure(
            Text.of(
                Commands.class,
                "command.slow",
                command.getFirst(),
                String.valueOf(patienceSeconds)));
      }
      reader.join(READER_MILLIS);
      return new Ended(process.exitValue(), output.toString(StandardCharsets.UTF_8).strip());
    } catch (InterruptedException e) {
      end(process);
      Thread.currentThread().interrupt();
      throw new SetupFailure(Text.of(Commands.class, "command.interrupted"), e);
    }
  }

  /**
   * Ends a program with all that it started, and sees it gone, so that it does nothing any more.
   */
  private static void end(Process process) {
    var all = new ArrayList<>(process.descendants().toList());
    all.add(process.toHandle());
    all.forEach(ProcessHandle::destroyForcibly);
    boolean interrupted = Thread.interrupted();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(ENDING_SECONDS);
    while (all.stream().anyMatch(ProcessHandle::isAlive) && System.nanoTime() < deadline) {
      LongProcess.pause();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * The command that runs another program of ours: in a JVM like this one, but small.
   *
   * @param heap the largest heap, as the JVM reads it
   */
  public static List<String> own(String heap, String mainClass, String... arguments) {
    return LongProcess.java(heap, mainClass, arguments);
  }

  /** The command as it is started from here. */
  List<String> entering(List<String> command) {
    var whole = new ArrayList<>(machine.enter());
    whole.addAll(command);
    return whole;
  }

  /** The path of a program on the machine, if it is installed. */
  public Optional<String> find(String program) {
    if (program.startsWith("/")) {
      return Optional.of(program).filter(this::isExecutable);
    }
    var directories = new ArrayList<String>();
    Optional.ofNullable(System.getenv("PATH"))
        .ifPresent(path -> directories.addAll(List.of(path.split(":"))));
    directories.addAll(DIRECTORIES);
    return directories.stream()
        .filter(directory -> directory.startsWith("/"))
        .map(directory -> directory + "/" + program)
        .filter(this::isExecutable)
        .findFirst();
  }

  private boolean isExecutable(String path) {
    // A link inside another root may be absolute: that it is there must do.
    var file = machine.root().resolve(path.substring(1));
    return Files.isSymbolicLink(file) || Files.isExecutable(file);
  }

  private static void drain(InputStream in, ByteArrayOutputStream out) {
    byte[] some = new byte[8192];
    try {
      for (int count = in.read(some); count >= 0; count = in.read(some)) {
        out.write(some, 0, count);
      }
    } catch (IOException e) {
      // The program was ended; what it wrote before is there.
    }
  }

  private static void feed(Process process, String input) {
    try (var out = process.getOutputStream()) {
      out.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // The program ended without reading all of it; its exit status tells.
    }
  }
}
