package guywire.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
   */
  ServedProcess(String command, Path directory, int port) throws IOException, InterruptedException {
    long start = System.nanoTime();
    Path log = directory.resolve("log");
    Files.deleteIfExists(log);
    process =
        new ProcessBuilder(
                List.of(
                    command,
                    "serve",
                    "--data",
                    directory.resolve("data").toString(),
                    "--listen",
                    "0.0.0.0:" + port,
                    "--link",
                    directory.resolve("link").toString()))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
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
