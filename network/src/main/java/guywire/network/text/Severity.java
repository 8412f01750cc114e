package guywire.network.text;

import java.util.Locale;

/** How bad a finding is, worst first. */
public enum Severity {
  /** The network can't do what was asked. */
  ERROR,
  /** It works, but not always, or not as it looks. */
  WARNING,
  /** Worth knowing. */
  INFO;

  /** The word users see: error, warning, info. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
