package guywire.network;

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

  /**
   * Checks the comment.
   *
   * @throws IllegalArgumentException if it holds a quote, a backslash or a control character
   */
  public FilterRule {
    if (!comment.matches("[^\"\\\\\\p{Cntrl}]{0,120}")) {
      throw new IllegalArgumentException("a comment has no quotes or control characters");
    }
  }
}
