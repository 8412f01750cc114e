package guywire.control.api;

import guywire.network.json.NodeDocument;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * To each host that joined: what it shall be, now and as soon as that changes. It is all that is
 * ever said to a host; nothing in it can make one run something or tell of its files. Safe for use
 * by several threads.
 */
final class OrderStreams {

  private final Duration pause;

  /** Streams that say something at least this often. */
  OrderStreams(Duration pause) {
    this.pause = pause;
  }

  void send(ServerResponse response, Reply.Told told, Gate gate) {
    // One that waits says that something changed; how things stand is looked up then.
    var changed = new ArrayBlockingQueue<Boolean>(1);
    try (var _ =
        told.joining()
            .orders()
            .changes()
            .feed()
            .subscribe(network -> {
              if (network.id().equals(told.host().network())) {
                changed.offer(true);
              }
            })) {
      response.header("Content-Type", "text/event-stream");
      told.joining().orders().connected(told.host(), true);
      try (var out = response.outputStream()) {
        follow(out, told, gate, changed);
      } finally {
        told.joining().orders().connected(told.host(), false);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void follow(
      OutputStream out, Reply.Told told, Gate gate, ArrayBlockingQueue<Boolean> changed)
      throws IOException, InterruptedException {
    EventStreams.write(out, ": here\n\n");
    String digest = told.digest();
    String saidOfKeys = "";
    boolean looks = true;
    while (gate.isStillValid(told.by())) {
      if (looks) {
        var order = told.joining().orders().of(told.host().id());
        if (order.isEmpty()) {
          return;
        }
        long revision = order.get().revision();
        var document = order.get().document();
        String now = document.map(NodeDocument::digest).orElse("");
        if (document.isPresent() && !order.get().isRejected() && !now.equals(digest)) {
          digest = now;
          say(out, "document", revision, document.get().write());
        } else {
          say(out, "current", revision, document.isPresent() ? digest : "");
        }
        String keys = told.joining().rotations().needsTwoKeys(told.host().id()) ? "next" : "one";
        if (!keys.equals(saidOfKeys)) {
          say(out, "key", revision, keys);
          saidOfKeys = keys;
        }
      } else {
        EventStreams.write(out, ": still here\n\n");
      }
      looks = changed.poll(pause.toMillis(), TimeUnit.MILLISECONDS) != null;
    }
  }

  private static void say(OutputStream out, String event, long revision, String data)
      throws IOException {
    EventStreams.write(out, "id: " + revision + "\nevent: " + event + "\ndata: " + data + "\n\n");
  }
}
