package guywire.control.store;

import java.util.Locale;
import java.util.Optional;

/** What the holder of a token may do; each but the first includes those before it. */
public enum Scope {
  /** Nothing but to make the first administrator's token, on a new server. */
  SETUP,
  /** See networks, definitions and nodes. */
  READ,
  /** Also change them. */
  OPERATE,
  /** Also make networks and tokens, and read the audit. */
  ADMINISTER;

  /** Whether this is enough where another is asked for. */
  public boolean includes(Scope other) {
    return this == SETUP || other == SETUP ? this == other : compareTo(other) >= 0;
  }

  /** The word in the API. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The scope with this word, of those that a token can be asked for with. */
  public static Optional<Scope> ofWord(String word) {
    for (var scope : values()) {
      if (scope != SETUP && scope.word().equals(word)) {
        return Optional.of(scope);
      }
    }
    return Optional.empty();
  }
}
