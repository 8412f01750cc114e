package guywire.tunnel;

import java.util.Locale;

/**
 * When two threads share the packets, and when one carries them all. Loads are processor time by
 * time that passed, of one thread: 0 to 1.
 *
 * @param windowNanos how long loads are measured before each decision, in nanoseconds
 * @param full from this load on a thread that carries everything gives the way out to another
 * @param enough one thread takes everything back when the loads of both together are below this
 */
record Sharing(long windowNanos, double full, double enough) {

  /**
   * By what there is to do. Two threads cost more than one: loads that add up to {@link #enough}
   * fit into one thread with room to spare, so that it does not go back and forth.
   */
  static final Sharing BY_LOAD = new Sharing(50_000_000, 0.95, 0.85);

  /** One thread, whatever there is to do. */
  static final Sharing ONE_THREAD = new Sharing(1_000_000_000, 2, 2);

  /** A thread for each way, from the first packets on. */
  static final Sharing TWO_THREADS = new Sharing(1_000_000, 0, 0);

  /**
   * What a user asks for.
   *
   * @param text {@code auto}, {@code 1} or {@code 2}; empty is {@code auto}
   * @throws IllegalArgumentException with a line for the user for anything else
   */
  static Sharing parse(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "", "auto" -> BY_LOAD;
      case "1" -> ONE_THREAD;
      case "2" -> TWO_THREADS;
      default -> throw new IllegalArgumentException("GUYWIRE_THREADS is auto, 1 or 2, not " + text);
    };
  }

  /** Whether a thread that carries everything should give something away. */
  boolean isTooMuch(double load) {
    return load >= full;
  }

  /** Whether one thread could carry what two do. */
  boolean isLittle(double oneLoad, double otherLoad) {
    return oneLoad + otherLoad < enough;
  }
}
