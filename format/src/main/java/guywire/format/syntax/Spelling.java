package guywire.format.syntax;

import guywire.network.text.Place;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The words that a program knows for its settings, to find which of them somebody meant who wrote
 * another: many programs pass over a word that they do not know, and the setting is not there.
 *
 * @param known the words that it knows
 * @param others words of other programs, or of older versions, each with the one that is meant
 */
public record Spelling(Set<String> known, Map<String, String> others) {

  /** Copies both. */
  public Spelling {
    known = Set.copyOf(known);
    others = Map.copyOf(others);
  }

  /** The known word that is meant by one that is not known; empty if none is like it. */
  Optional<String> meant(String written) {
    String bare = bare(written);
    for (var other : others.entrySet()) {
      if (bare(other.getKey()).equals(bare)) {
        return Optional.of(other.getValue());
      }
    }
    return known.stream().filter(word -> isLike(bare(word), bare)).sorted().findFirst();
  }

  private static String bare(String word) {
    return word.toLowerCase(Locale.ROOT).replaceAll("[-_]", "");
  }

  /** Whether two words are one but for a letter that is missing, too much, another or swapped. */
  private static boolean isLike(String one, String other) {
    if (one.length() > other.length()) {
      return isLike(other, one);
    }
    if (one.length() < 4 || other.length() - one.length() > 1) {
      return one.equals(other);
    }
    int same = 0;
    while (same < one.length() && one.charAt(same) == other.charAt(same)) {
      same++;
    }
    String rest = one.substring(same);
    String longer = other.substring(same);
    if (rest.length() < longer.length()) {
      return rest.equals(longer.substring(1));
    }
    boolean swapped =
        rest.length() > 1
            && rest.charAt(0) == longer.charAt(1)
            && rest.charAt(1) == longer.charAt(0)
            && rest.substring(2).equals(longer.substring(2));
    return rest.isEmpty() || swapped || rest.substring(1).equals(longer.substring(1));
  }

  /**
   * Says that a word is not known: an error where the setting that is meant is not there at all.
   *
   * @param given the words that stand beside it
   */
  public void tell(String written, Set<String> given, Place place, Notes notes) {
    var meant = meant(written);
    if (meant.isPresent() && !given.contains(meant.get())) {
      notes.error("F66", place, "import.misspelt", FileValues.shown(written), meant.get());
    } else {
      notes.info("F66", place, "import.unknown", FileValues.shown(written));
    }
  }
}
