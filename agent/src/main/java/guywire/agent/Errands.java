package guywire.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What others have a thread do, so that nobody else touches what is its own.
 *
 * <p>Any thread leaves errands, one does them.
 */
final class Errands {

  /** Something to do. */
  interface Errand {
    void run() throws IOException;
  }

  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
  private final Runnable wake;

  /**
   * None yet.
   *
   * @param wake what makes the thread look for some
   */
  Errands(Runnable wake) {
    this.wake = wake;
  }

  /**
   * Has it done, and waits until it is.
   *
   * @throws java.util.concurrent.CompletionException if it failed for what it read or wrote
   */
  void call(Errand errand) {
    var done = new CompletableFuture<Boolean>();
    leave(() -> {
      try {
        errand.run();
        done.complete(true);
      } catch (IOException e) {
        done.completeExceptionally(new UncheckedIOException(e));
      }
    });
    done.join();
  }

  /** Has it done, and goes on. */
  void leave(Runnable errand) {
    waiting.add(errand);
    wake.run();
  }

  /** Does what there is to do; for the thread alone. */
  void advance() {
    for (var each = waiting.poll(); each != null; each = waiting.poll()) {
      each.run();
    }
  }
}
