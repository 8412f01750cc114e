package guywire.network;

import guywire.guard.PlainText;
import java.util.regex.Pattern;

/**
 * One rule of a filter; the first that matches decides.
 *
 * @param match which packets
 * @param verdict what happens to them
 * @param comment why the rule is there, in a few words without quotes or newlines
 */
public record FilterRule(PacketMatch match, Verdict verdict, String comment) {

  /** What happens to a packet. */
  public enum Verdict {
    ACCEPT,
    DROP,
    REJECT
  }

  private static final Pattern COMMENT = Pattern.compile("[^\"\\\\]{0,120}");

  /**
   * Checks the comment.
   *
   * @throws IllegalArgumentException if it is none: see {@link #isComment}
   */
  public FilterRule {
    if (!isComment(comment)) {
      throw new IllegalArgumentException(
          "a comment has no quotes, and no characters that can't be seen");
    }
  }

  /**
   * Whether a text can be a comment: one that every platform takes as it is, and that shows itself
   * on a terminal; up to 120 characters without quotes, backslashes, and what can't be seen.
   */
  public static boolean isComment(String text) {
    return COMMENT.matcher(text).matches() && PlainText.isPlain(text);
  }
}
