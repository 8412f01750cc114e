package guywire.agent;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Says in the agent's log what is forwarded, and when that began and ended. */
final class ForwardLog {

  private ForwardLog() {}

  /** A line that shows itself on a terminal. */
  static void say(String line) {
    System.err.println(Instant.now().truncatedTo(ChronoUnit.SECONDS) + " " + line);
  }
}
