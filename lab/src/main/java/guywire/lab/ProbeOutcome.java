package guywire.lab;

import java.util.Locale;

/** What became of the packets of one new connection. */
public enum ProbeOutcome {
  /** They arrived, and the reply came back. */
  REACHED,
  /** They arrived, but no reply came back. */
  ONE_WAY,
  /** They arrived at another machine than the one meant. */
  ASTRAY,
  /** None arrived. */
  BLOCKED,
  /** The sender could not send any: it has no way there, or the kernel refused it. */
  NOT_SENT,
  /** None arrived, but this machine was too slow to tell. */
  NOT_MEASURED;

  /** Whether it says anything about the network. */
  public boolean isMeasured() {
    return this != NOT_SENT && this != NOT_MEASURED;
  }

  /** The word in reports: reached, one-way, astray, blocked, not-sent, not-measured. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
