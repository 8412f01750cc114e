package guywire.lab;

import java.util.Locale;

/** What is expected of a pair of machines. */
public enum ExpectedReach {
  /** Request and reply get through. */
  REACHED,
  /** One of the two does not. */
  BLOCKED,
  /** The sender itself has no way there: nothing leaves it. */
  UNSENT,
  /** It depends on what no configuration says, or on who spoke last: either is right. */
  DEPENDS;

  /** What a prediction of yes or no expects. */
  static ExpectedReach of(boolean reaches) {
    return reaches ? REACHED : BLOCKED;
  }

  /** Whether this came of it. */
  boolean fits(ProbeOutcome outcome) {
    return switch (outcome) {
      case NOT_MEASURED -> false;
      case NOT_SENT -> this == UNSENT;
      case REACHED -> this == REACHED || this == DEPENDS;
      case ONE_WAY, ASTRAY -> this == BLOCKED || this == DEPENDS;
      case BLOCKED -> this != REACHED;
    };
  }

  /** One word, such as depends. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
