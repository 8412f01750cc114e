package guywire.control.change;

import guywire.network.Spot;
import guywire.prove.NetworkDiff.Shift;
import java.util.List;
import java.util.Optional;

/**
 * Whom a change may cut off, said by whoever wants it: a machine, for all that it can reach and be
 * reached by, or one direction between two.
 *
 * @param from the machine, or where the connections begin
 * @param to whom they are made to; empty for all of the first one's
 */
public record Cut(String from, Optional<String> to) {

  private static final String ARROW = "->";

  /** Reads {@code NAME} or {@code NAME -> NAME}; empty if it is neither. */
  public static Optional<Cut> tryParse(String text) {
    int at = text.indexOf(ARROW);
    String from = (at < 0 ? text : text.substring(0, at)).strip();
    String to = at < 0 ? "" : text.substring(at + ARROW.length()).strip();
    if (from.isEmpty() || (at >= 0 && to.isEmpty()) || to.contains(ARROW)) {
      return Optional.empty();
    }
    return Optional.of(new Cut(from, Optional.of(to).filter(name -> !name.isEmpty())));
  }

  /** Whether all who lose reach by a shift are among those that may be cut off. */
  static boolean allow(List<Cut> cuts, Shift lost) {
    var from = lost.from().spots().stream().filter(spot -> !named(cuts, spot)).toList();
    var to = lost.to().spots().stream().filter(spot -> !named(cuts, spot)).toList();
    for (var one : from) {
      for (var other : to) {
        if (!one.equals(other) && !cuts.contains(new Cut(name(one), Optional.of(name(other))))) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean named(List<Cut> cuts, Spot spot) {
    return cuts.contains(new Cut(name(spot), Optional.empty()));
  }

  private static String name(Spot spot) {
    return spot.toString();
  }

  @Override
  public String toString() {
    return from + to.map(name -> " " + ARROW + " " + name).orElse("");
  }
}
