package guywire.format;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program of this machine, run to its end. */
public record Program(int status, String output) {

  /** Runs it with nothing on its input. */
  public static Program run(String... command) throws IOException, InterruptedException {
    return run(Path.of("."), command);
  }

  /** Runs it in a directory. */
  public static Program run(Path directory, String... command)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile("program", ".out");
    try {
      var process =
          new ProcessBuilder(List.of(command))
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectOutput(output.toFile())
              .start();
      if (!process.waitFor(120, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException(command[0] + " does not end");
      }
      return new Program(
          process.exitValue(), Files.readString(output, StandardCharsets.UTF_8).strip());
    } finally {
      Files.deleteIfExists(output);
    }
  }
}
