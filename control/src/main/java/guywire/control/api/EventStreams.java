package guywire.control.api;

import guywire.control.store.StoredNetwork;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Server-sent events: to each who listens what a network is now, and again whenever it changes. Who
 * comes back with the last number he saw hears only of what is newer. Safe for use by several
 * threads.
 */
/*
 * An event says what is, not what happened: whoever missed some has lost nothing. So each listener has
 * room for a few, and one who does not keep up is sent away, to come back and hear how things stand.
 */
final class EventStreams {

  /** As many listen at once. */
  private static final int MOST = 2000;

  /** What nodes tell is passed on no oftener than this. */
  private static final long LIVE_MILLIS = 1000;

  /** So many events wait for one listener. */
  private static final int WAITING = 64;

  private final Duration pause;
  private final Semaphore places = new Semaphore(MOST);

  /**
   * Streams that say something at least this often, so that both ends know the other is there; as
   * often it is looked whether the token is still worth anything.
   */
  EventStreams(Duration pause) {
    this.pause = pause;
  }

  void send(ServerResponse response, Reply.Events events, Gate gate) {
    if (!places.tryAcquire()) {
      throw Problem.of(503, "busy");
    }
    BlockingQueue<StoredNetwork> queue = new LinkedBlockingQueue<>(WAITING);
    var kept = new boolean[] {true};
    var news = new AtomicBoolean(true);
    try (var _ =
            events
                .feed()
                .subscribe(network -> {
                  if (network.id().equals(events.network().id()) && !queue.offer(network)) {
                    kept[0] = false;
                  }
                });
        var _ =
            events
                .live()
                .nodes()
                .subscribe(network -> {
                  if (network.equals(events.network().id())) {
                    news.set(true);
                  }
                })) {
      response.header("Content-Type", "text/event-stream");
      try (var out = response.outputStream()) {
        write(out, ": here\n\n");
        long last = events.after();
        if (events.network().revision() > last) {
          last = tell(out, events.network());
        }
        long said = System.nanoTime();
        while (kept[0]) {
          var next = queue.poll(Math.min(pause.toMillis(), LIVE_MILLIS), TimeUnit.MILLISECONDS);
          boolean isLive = next == null && news.getAndSet(false);
          boolean isSilent = System.nanoTime() - said >= pause.toNanos();
          if (next == null && !isLive && !isSilent) {
            continue;
          }
          if (!gate.isStillValid(events.by())) {
            break;
          }
          if (next != null && next.revision() > last) {
            last = tell(out, next);
          } else if (isLive) {
            var all = events.live().all(events.network().id(), events.only());
            write(out, "event: live\ndata: " + ApiJson.text(all) + "\n\n");
          } else {
            write(out, ": still here\n\n");
          }
          said = System.nanoTime();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      places.release();
    }
  }

  private static long tell(OutputStream out, StoredNetwork network) throws IOException {
    write(
        out,
        "id: "
            + network.revision()
            + "\nevent: network\ndata: "
            + ApiJson.text(ApiJson.network(network))
            + "\n\n");
    return network.revision();
  }

  /** Sends a text at once. */
  static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }
}
