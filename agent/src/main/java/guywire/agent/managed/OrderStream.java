package guywire.agent.managed;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What a server says to a host, one order after the other: bounded lines, and ended when the server
 * is silent for too long.
 *
 * <p>For one thread.
 */
final class OrderStream implements AutoCloseable {

  private static final int LONGEST_LINE = 4 << 20;

  /** The server says something three times as often. */
  private static final long SILENCE_SECONDS = 45;

  private static final long LOOK_SECONDS = 5;

  /**
   * An order.
   *
   * @param name what it is
   * @param revision the revision that it is of
   * @param data what it says
   */
  record Order(String name, long revision, String data) {}

  private final InputStream in;
  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name("silence").factory());
  private volatile long heard = System.nanoTime();

  OrderStream(InputStream in) {
    this.in = in;
    watch.scheduleWithFixedDelay(this::look, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
  }

  private void look() {
    if (System.nanoTime() - heard > TimeUnit.SECONDS.toNanos(SILENCE_SECONDS)) {
      closeQuietly();
    }
  }

  /** Waits for the next order. */
  Order next() throws ServerAway {
    String name = "";
    String data = "";
    long revision = 0;
    while (true) {
      String line = line();
      if (line.startsWith("event: ")) {
        name = line.substring(7);
      } else if (line.startsWith("id: ") && line.substring(4).matches("[0-9]{1,15}")) {
        revision = Long.parseLong(line.substring(4));
      } else if (line.startsWith("data: ")) {
        data = line.substring(6);
      } else if (line.isEmpty() && !name.isEmpty()) {
        return new Order(name, revision, data);
      }
    }
  }

  private String line() throws ServerAway {
    var bytes = new ByteArrayOutputStream();
    try {
      while (bytes.size() < LONGEST_LINE) {
        int next = in.read();
        heard = System.nanoTime();
        if (next < 0) {
          break;
        }
        if (next == '\n') {
          return bytes.toString(StandardCharsets.UTF_8);
        }
        bytes.write(next);
      }
    } catch (IOException e) {
      throw ServerAway.of("away.ended");
    }
    throw ServerAway.of("away.ended");
  }

  private void closeQuietly() {
    try {
      in.close();
    } catch (IOException e) {
      // It is of no use any more.
    }
  }

  @Override
  public void close() {
    watch.shutdownNow();
    closeQuietly();
  }
}
