package guywire.guard;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Another user of this machine, who does one thing again and again until he is closed. Needs root.
 */
final class Stranger implements AutoCloseable {

  static final String UID = "65534";

  private final Process process;

  private Stranger(Process process) {
    this.process = process;
  }

  /**
   * Runs a shell's text as nobody, over and over, in a directory; it is at work when this returns.
   */
  static Stranger repeating(Path directory, String text) throws IOException {
    String loop = "echo ready; while :; do\n" + text + "\ndone 2>/dev/null";
    Process process = start(directory, "sh", "-c", loop);
    if (!"ready".equals(process.inputReader().readLine())) {
      throw new IOException("no second user: this test needs root and setpriv");
    }
    return new Stranger(process);
  }

  /** Runs a shell's text once as nobody. */
  static void once(Path directory, String text) throws IOException, InterruptedException {
    Process process = start(directory, "sh", "-ec", text);
    process.getInputStream().readAllBytes();
    if (process.waitFor() != 0) {
      throw new IOException("the second user could not: " + text);
    }
  }

  private static Process start(Path directory, String... command) throws IOException {
    var all =
        new ArrayList<>(List.of("setpriv", "--reuid", UID, "--regid", UID, "--clear-groups", "--"));
    all.addAll(List.of(command));
    var builder = new ProcessBuilder(all).directory(directory.toFile());
    builder.environment().put("HOME", "/");
    return builder.redirectErrorStream(true).start();
  }

  /** Whether he can read any file below a directory that holds a text. */
  static boolean reads(Path directory, String secret) throws IOException, InterruptedException {
    Process process = start(directory, "grep", "-rqsF", "-e", secret, ".");
    process.getInputStream().readAllBytes();
    return process.waitFor() == 0;
  }

  /** A directory that everybody may enter, for both to meet in. */
  static Path meeting(Path temporary) throws IOException {
    for (Path up = temporary; up != null && Files.isWritable(up); up = up.getParent()) {
      if (up.getNameCount() > 1) {
        Files.setPosixFilePermissions(
            up, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
      }
    }
    return Files.createDirectory(temporary.resolve("meeting"));
  }

  /** Returns when he does nothing any more: what the shell began last has its output, too. */
  @Override
  public void close() throws IOException {
    process.toHandle().destroyForcibly();
    process.getInputStream().readAllBytes();
  }
}
