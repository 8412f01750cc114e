package guywire.control.store;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What the holder of a token, or a user, may do. The first ones are errands: good for one thing
 * alone. The others are roles; of them {@link #OPERATE} includes {@link #OWN} and {@link #READ},
 * neither of which includes the other, and {@link #ADMINISTER} includes all.
 */
public enum Scope {
  /** Nothing but to make the first administrator's token, on a new server. */
  SETUP,
  /** Nothing but to give one device its public key and take what it shall be, once. */
  DEVICE,
  /** Nothing but to join with a host, which uses it up. */
  JOIN,
  /** Nothing but what a host that joined is told, and tells of itself; it is proven, not given. */
  NODE,
  /** Add devices to a network, and see, change and remove those that are one's own. */
  OWN,
  /** See networks, definitions and nodes. */
  READ,
  /** Also change them, and everybody's devices. */
  OPERATE,
  /** Also make networks and tokens, and read the audit. */
  ADMINISTER;

  /** Whether this is enough where another is asked for. */
  public boolean includes(Scope other) {
    if (isErrand() || other.isErrand() || this == OWN) {
      return this == other;
    }
    return other == OWN ? this != READ : compareTo(other) >= 0;
  }

  /** Whether it is good for one thing only; where that is once, it itself uses the token up. */
  public boolean isErrand() {
    return compareTo(OWN) < 0;
  }

  /** The word in the API. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The scope with this word, of those that a token can be asked for with. */
  public static Optional<Scope> ofWord(String word) {
    return ofAnyWord(word).filter(scope -> !scope.isErrand());
  }

  static Optional<Scope> ofAnyWord(String word) {
    return Arrays.stream(values()).filter(scope -> scope.word().equals(word)).findFirst();
  }
}
