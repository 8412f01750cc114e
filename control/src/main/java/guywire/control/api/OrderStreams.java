package guywire.control.api;

import guywire.control.join.Follower;
import guywire.control.join.Orders.Order;
import guywire.network.json.NodeDocument;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;

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
    try (var follower = told.joining().orders().follow(told.host())) {
      response.header("Content-Type", "text/event-stream");
      told.joining().orders().connected(told.host(), true);
      try (var out = response.outputStream()) {
        follow(out, told, gate, follower);
      } finally {
        told.joining().orders().connected(told.host(), false);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void follow(OutputStream out, Reply.Told told, Gate gate, Follower follower)
      throws IOException, InterruptedException {
    EventStreams.write(out, ": here\n\n");
    String digest = told.digest();
    Optional<Order> said = Optional.empty();
    Optional<Boolean> saidOfKeys = Optional.empty();
    while (gate.isStillValid(told.by())) {
      var order = follower.next(pause);
      if (order.isEmpty()) {
        return;
      }
      if (order.equals(said)) {
        EventStreams.write(out, ": still here\n\n");
        continue;
      }
      said = order;
      long revision = order.get().revision();
      var document = order.get().document();
      String now = document.map(NodeDocument::digest).orElse("");
      boolean isRejected = order.get().rejected().equals(Optional.of(now));
      if (document.isPresent() && !isRejected && !now.equals(digest)) {
        digest = now;
        say(out, "document", revision, document.get().write());
      } else {
        say(out, "current", revision, document.isPresent() ? digest : "");
      }
      var keys = Optional.of(order.get().rotation().isPresent());
      if (!keys.equals(saidOfKeys)) {
        say(out, "key", revision, keys.get() ? "next" : "one");
        saidOfKeys = keys;
      }
    }
  }

  private static void say(OutputStream out, String event, long revision, String data)
      throws IOException {
    EventStreams.write(out, "id: " + revision + "\nevent: " + event + "\ndata: " + data + "\n\n");
  }
}
