package guywire.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Runs the commands of a benchmark, none for ever. */
final class Shell {

  /** No command takes longer than this, or than this and what it was asked to take. */
  private static final int LIMIT_SECONDS = 60;

  /** What {@code timeout} answers for a command that it has ended. */
  private static final int TIMED_OUT = 124;

  private Shell() {}

  /** A command that ends, at the latest a while after so many seconds. */
  static List<String> limited(int seconds, List<String> command) {
    var all = new ArrayList<>(List.of("timeout", "-k", "5", "" + (LIMIT_SECONDS + seconds)));
    all.addAll(command);
    return all;
  }

  /** Runs a command that must succeed; answers what it printed. */
  static String run(List<String> command) {
    return run(0, command);
  }

  /** Runs a command that must succeed and takes so many seconds; answers what it printed. */
  static String run(int seconds, List<String> command) {
    return run("", limited(seconds, command));
  }

  /** Runs a command that must succeed with this as its input; answers what it printed. */
  static String runWith(String input, List<String> command) {
    return run(input, limited(0, command));
  }

  private static String run(String input, List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try (var stdin = process.getOutputStream()) {
        stdin.write(input.getBytes(StandardCharsets.UTF_8));
      }
      String output = output(process);
      if (process.exitValue() == TIMED_OUT) {
        throw new IllegalStateException(String.join(" ", command) + ": has not ended in time");
      }
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
