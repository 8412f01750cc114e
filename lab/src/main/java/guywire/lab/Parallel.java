package guywire.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Does something to many things at once. */
final class Parallel {

  private Parallel() {}

  /** Hears that one more is done; never from two threads at once. */
  @FunctionalInterface
  interface Step {
    void done(int done, int all);
  }

  /**
   * Does it to each and waits for all.
   *
   * @throws RuntimeException the first that one of them threw, when all have ended
   */
  static <T> void each(List<T> things, Consumer<T> action, Step step) {
    var done = new AtomicInteger();
    step.done(0, things.size());
    var futures = new ArrayList<Future<?>>();
    // Threads of the platform: native calls would hold the few carriers of virtual ones.
    try (var executor =
        Executors.newThreadPerTaskExecutor(Thread.ofPlatform().daemon().factory())) {
      for (T thing : things) {
        futures.add(
            executor.submit(() -> {
              action.accept(thing);
              synchronized (step) {
                step.done(done.incrementAndGet(), things.size());
              }
            }));
      }
    }
    for (Future<?> future : futures) {
      try {
        future.get();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RuntimeException failure) {
          throw failure;
        }
        if (e.getCause() instanceof Error error) {
          throw error;
        }
        throw new LabException("a step of the lab failed", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new LabException("interrupted", e);
      }
    }
  }
}
