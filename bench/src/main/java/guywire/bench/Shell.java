package guywire.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs the commands of a benchmark. */
final class Shell {

  private Shell() {}

  /** Runs a command that must succeed; answers what it printed. */
  static String run(List<String> command) {
    return runWith("", command);
  }

  /** Runs a command that must succeed with this as its input; answers what it printed. */
  static String runWith(String input, List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try (var stdin = process.getOutputStream()) {
        stdin.write(input.getBytes(StandardCharsets.UTF_8));
      }
      String output = output(process);
      if (process.exitValue() != 0) {
        throw new IllegalStateException(String.join(" ", command) + ": " + output.strip());
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a process prints until it ends, well or not. */
  static String output(Process process) {
    try {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  static String run(String... command) {
    return run(List.of(command));
  }

  /** Runs a command whose failure does not matter. */
  static void attempt(String... command) {
    try {
      run(command);
    } catch (IllegalStateException ignored) {
      // What is not there need not be removed.
    }
  }
}
