package guywire.agent;

/**
 * Where the choice of ways says that another one is in use, for who tells that to others. Safe for
 * use from any thread.
 */
final class WayNews {

  private volatile Runnable heard = () -> {};

  /** Has somebody hear it from now on, who waits for nothing. */
  void heardBy(Runnable who) {
    heard = who;
  }

  /** Another way is in use. */
  void say() {
    heard.run();
  }
}
