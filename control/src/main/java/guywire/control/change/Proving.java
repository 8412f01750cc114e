package guywire.control.change;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Lets few networks be planned and proven at once. Safe for use by several threads. */
final class Proving {

  /** As many at once: each needs a processor of its own, and memory. */
  private static final int AT_ONCE = 2;

  private static final long PATIENCE_SECONDS = 30;

  private final Semaphore places = new Semaphore(AT_ONCE, true);

  /**
   * Does it as soon as there is a place.
   *
   * @throws Busy if there is none for too long
   */
  <T> T when(Supplier<T> work) {
    try {
      if (!places.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new Busy();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Busy();
    }
    try {
      return work.get();
    } finally {
      places.release();
    }
  }
}
