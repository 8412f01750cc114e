package guywire.tunnel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the commands of a test. */
final class Shell {

  /** What a command did: its exit code and all it printed. */
  record Result(int code, String output) {}

  private Shell() {}

  /** Runs a command, whatever it answers. */
  static Result attempt(List<String> command, String input) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try (var stdin = process.getOutputStream()) {
        stdin.write(input.getBytes(StandardCharsets.UTF_8));
      }
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("still running: " + command);
      }
      return new Result(process.exitValue(), output);
    } catch (IOException e) {
      throw new AssertionError("can't run " + command, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Runs a command that must succeed; answers what it printed. */
  static String run(String... command) {
    Result result = attempt(List.of(command), "");
    if (result.code() != 0) {
      throw new AssertionError(String.join(" ", command) + ": " + result.output());
    }
    return result.output();
  }
}
