package guywire.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Guywire as a process of its own, as users start it. */
final class GuywireProcess {

  private GuywireProcess() {}

  /** The command line for these words. */
  static List<String> command(String... words) {
    var all = new ArrayList<String>();
    all.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    all.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName()));
    all.addAll(List.of(words));
    return all;
  }

  /** What starts a command with both streams together and nothing of this user's settings. */
  static ProcessBuilder builder(List<String> command, Path settings) {
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(key -> key.startsWith("GUYWIRE"));
    builder.environment().put("XDG_CONFIG_HOME", settings.toString());
    builder.environment().put("LC_ALL", "C.UTF-8");
    return builder;
  }

  /** Runs it to its end. */
  static Said run(ProcessBuilder builder, String input) throws IOException, InterruptedException {
    var process = builder.start();
    try (var in = process.getOutputStream()) {
      in.write(input.getBytes(StandardCharsets.UTF_8));
    }
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Said(process.waitFor(), text);
  }
}
