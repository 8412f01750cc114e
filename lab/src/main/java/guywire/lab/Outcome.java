package guywire.lab;

import java.util.Locale;

/** What became of the packets of one new connection. */
public enum Outcome {
  /** They arrived, and the reply came back. */
  REACHED,
  /** They arrived, but no reply came back. */
  ONE_WAY,
  /** They arrived at another machine than the one meant. */
  ASTRAY,
  /** None arrived. */
  BLOCKED;

  /** The word in reports: reached, one-way, astray, blocked. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
