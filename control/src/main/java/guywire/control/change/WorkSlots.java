package guywire.control.change;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Lets little of what takes a processor and memory be done at once. Safe for several threads. */
final class WorkSlots {

  private final long patienceSeconds;
  private final Semaphore places;

  /**
   * So many at once.
   *
   * @param atOnce at least 1
   * @param patienceSeconds how long the others wait for their turn
   */
  WorkSlots(int atOnce, long patienceSeconds) {
    this.places = new Semaphore(atOnce, true);
    this.patienceSeconds = patienceSeconds;
  }

  /**
   * Does it as soon as there is a place.
   *
   * @throws Busy if there is none for too long
   */
  <T> T when(Supplier<T> work) {
    try {
      if (!places.tryAcquire(patienceSeconds, TimeUnit.SECONDS)) {
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
