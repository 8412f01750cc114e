package guywire.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server, as a process of its own, in a directory of its own. */
final class ServedProcess implements AutoCloseable {

  private static final long PATIENCE_SECONDS = 120;

  private final Process process;
  private final double readySeconds;

  /**
   * Starts one and waits until it serves.
   *
   * @param command Guywire's launcher
   * @param directory where its data is, and the link of its first administrator
   * @param port where it listens, on all of the loopback interface
   * @param more options of the command
   */
  ServedProcess(String command, Path directory, int port, String... more)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    Path log = directory.resolve("log");
    Files.deleteIfExists(log);
    var words =
        new ArrayList<>(
            List.of(
                command,
                "serve",
                "--data",
                directory.resolve("data").toString(),
                "--listen",
                "0.0.0.0:" + port,
                "--link",
                directory.resolve("link").toString()));
    words.addAll(List.of(more));
    process =
        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    while (!Files.exists(log) || !Files.readString(log).contains("serving at")) {
      if (!process.isAlive()
          || System.nanoTime() - start > TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)) {
        throw new IllegalStateException("the server did not start: " + Files.readString(log));
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
    readySeconds = (System.nanoTime() - start) / 1e9;
  }

  /** How long it took until it served. */
  double readySeconds() {
    return readySeconds;
  }

  /** What it takes of the machine. */
  Usage usage() {
    return new Usage(process.pid());
  }

  /** Ends it at once, as the loss of its machine would. */
  void kill() throws InterruptedException {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
