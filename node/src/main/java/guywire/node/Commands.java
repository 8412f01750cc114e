package guywire.node;

import guywire.network.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Programs run on a machine: in its namespaces, with arguments that never pass a shell. */
record Commands(Machine machine) {

  /** No program that is run here takes longer on a healthy machine. */
  private static final long PATIENCE_SECONDS = 60;

  /** Where programs are looked for, beside PATH: root's directories are often missing there. */
  private static final List<String> DIRECTORIES =
      List.of("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin");

  /**
   * How a program ended.
   *
   * @param status its exit status
   * @param output what it printed, both streams
   */
  record Ended(int status, String output) {
    boolean succeeded() {
      return status == 0;
    }
  }

  /** Runs a program to its end, with this standard input. */
  Ended run(String input, String... command) {
    return run(input, List.of(command));
  }

  /** Runs a program to its end, with this standard input. */
  Ended run(String input, List<String> command) {
    try {
      Process process = new ProcessBuilder(entering(command)).redirectErrorStream(true).start();
      var writer = Thread.ofVirtual().start(() -> feed(process, input));
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      writer.join();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new SetupFailure(Text.of(Commands.class, "command.slow", command.getFirst()));
      }
      return new Ended(process.exitValue(), output.strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SetupFailure(Text.of(Commands.class, "command.interrupted"), e);
    }
  }

  /** The command as it is started from here. */
  List<String> entering(List<String> command) {
    var whole = new ArrayList<>(machine.enter());
    whole.addAll(command);
    return whole;
  }

  /** The path of a program on the machine, if it is installed. */
  Optional<String> find(String program) {
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
    return java.nio.file.Files.isSymbolicLink(file) || java.nio.file.Files.isExecutable(file);
  }

  private static void feed(Process process, String input) {
    try (var out = process.getOutputStream()) {
      out.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // The program ended without reading all of it; its exit status tells.
    }
  }
}
