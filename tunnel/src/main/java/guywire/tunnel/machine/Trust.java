package guywire.tunnel.machine;

/**
 * Whether this process may use machine code of its own: not before a set of instructions was
 * proven, and not after any routine was found to be wrong. Safe from any thread.
 */
public final class Trust {

  private enum State {
    NONE,
    GIVEN,
    LOST
  }

  private static volatile State state = State.NONE;

  private Trust() {}

  /** Whether machine code may be used. */
  public static boolean isGiven() {
    return state == State.GIVEN;
  }

  /** Whether a routine was wrong. */
  public static boolean isLost() {
    return state == State.LOST;
  }

  /** Hears that all routines of a set were right; changes nothing if one of another was not. */
  public static synchronized void give() {
    if (state == State.NONE) {
      state = State.GIVEN;
    }
  }

  /** Hears that a routine was wrong: from now on none is used. */
  public static synchronized void lose() {
    state = State.LOST;
  }

  /** Forgets everything, for tests that spoil code. */
  static synchronized void forget() {
    state = State.NONE;
  }
}
