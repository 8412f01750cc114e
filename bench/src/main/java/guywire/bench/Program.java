package guywire.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A Java program of this benchmark that runs in a host: it says that it is ready, works until its
 * input ends, and then says what came of it.
 */
final class Program implements AutoCloseable {

  /** What such a program prints when it begins. */
  static final String READY = "ready";

  private static final int PATIENCE_SECONDS = 10;

  private final Process process;

  private Program(Process process) {
    this.process = process;
  }

  /** The command that runs a class of this benchmark. */
  static String[] command(Class<?> main, List<String> arguments) {
    String java = ProcessHandle.current().info().command().orElse("java");
    var command = new ArrayList<>(List.of(java, "-XX:+UseSerialGC"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(arguments);
    return command.toArray(String[]::new);
  }

  /** Starts one in a namespace, and waits until it is ready. */
  static Program begin(String namespace, Class<?> main, List<String> arguments) {
    var all = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
    all.addAll(List.of(command(main, arguments)));
    try {
      Process process =
          new ProcessBuilder(all).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      var text = new StringBuilder();
      for (int at = process.getInputStream().read();
          at >= 0 && at != '\n';
          at = process.getInputStream().read()) {
        text.append((char) at);
      }
      if (!text.toString().equals(READY)) {
        process.destroyForcibly();
        throw new IllegalStateException(main.getSimpleName() + " is not ready: " + text);
      }
      return new Program(process);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends it; what it said then. */
  String end() {
    try {
      process.getOutputStream().close();
      byte[] said = process.getInputStream().readAllBytes();
      return new String(said, StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      close();
    }
  }

  /** In a program: says that it is ready, and answers what to look at for the end. */
  static Ending ready() {
    System.out.println(READY);
    System.out.flush();
    return new Ending();
  }

  /** Whether a program's input has ended. */
  static final class Ending {

    private volatile boolean here;

    private Ending() {
      Thread.ofPlatform()
          .daemon()
          .start(() -> {
            try {
              while (System.in.read() >= 0) {
                // Nothing is asked of it but to go on.
              }
            } catch (IOException e) {
              // As good as an end.
            }
            here = true;
          });
    }

    boolean isHere() {
      return here;
    }
  }

  @Override
  public void close() {
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
