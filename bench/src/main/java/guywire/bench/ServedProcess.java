package guywire.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server, as a process of its own, in a directory of its own. */
final class ServedProcess implements AutoCloseable {

  private static final long PATIENCE_SECONDS = 120;
  private static final double TICKS_PER_SECOND = 100;
  private static final int USER_TICKS = 13;

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

  /** What it holds of the machine's memory. */
  double residentMegabytes() {
    return read("status")
        .lines()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
        .sum();
  }

  /** The processor time that it has used. */
  double cpuSeconds() {
    String[] words = read("stat").replaceFirst(".*\\) ", "0 0 ").split(" ");
    return (Double.parseDouble(words[USER_TICKS]) + Double.parseDouble(words[USER_TICKS + 1]))
        / TICKS_PER_SECOND;
  }

  private String read(String file) {
    try {
      return Files.readString(Path.of("/proc", String.valueOf(process.pid()), file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
