package guywire.plan.definition;

import java.util.Collection;
import java.util.Optional;

/** Finds what someone probably meant by a misspelt word. */
final class Closest {

  /** Longer words are not compared: nobody misspells so much. */
  private static final int MAX_LENGTH = 80;

  private Closest() {}

  /** The candidate with the fewest typing errors, if they are few for its length. */
  static Optional<String> to(String word, Collection<String> candidates) {
    String best = "";
    int fewest = Integer.MAX_VALUE;
    for (var candidate : candidates) {
      if (Math.abs(candidate.length() - word.length()) > 3 || word.length() > MAX_LENGTH) {
        continue;
      }
      int errors = distance(word, candidate);
      if (errors < fewest) {
        fewest = errors;
        best = candidate;
      }
    }
    return fewest <= Math.max(1, Math.min(3, best.length() / 3))
        ? Optional.of(best)
        : Optional.empty();
  }

  /**
   * Insertions, deletions, replacements and swaps of neighbours that lead from one to the other.
   */
  private static int distance(String a, String b) {
    var rows = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          rows[i][j] = i + j;
          continue;
        }
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int least = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1);
        least = Math.min(least, rows[i - 1][j - 1] + change);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          least = Math.min(least, rows[i - 2][j - 2] + 1);
        }
        rows[i][j] = least;
      }
    }
    return rows[a.length()][b.length()];
  }
}
