package guywire.agent;

/**
 * Where it is said that another way is in use, or that something is passed on or is no more, for
 * who tells that to others. Safe for use from any thread.
 */
final class TrafficNews {

  private volatile Runnable heard = () -> {};

  /** Has somebody hear it from now on, who waits for nothing. */
  void heardBy(Runnable who) {
    heard = who;
  }

  /** Something is so. */
  void say() {
    heard.run();
  }
}
