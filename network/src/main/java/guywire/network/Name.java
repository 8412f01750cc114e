package guywire.network;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of a node, site, host, group or network: lower-case letters, digits and hyphens, 1 to 63
 * characters, neither first nor last a hyphen, so that it is a DNS label too (RFC 1123 section
 * 2.1).
 *
 * @param text the name
 */
public record Name(String text) implements Comparable<Name> {

  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  /**
   * Checks the form.
   *
   * @throws IllegalArgumentException if the text is not a name
   */
  public Name {
    if (!LABEL.matcher(text).matches()) {
      throw new IllegalArgumentException("not a name: " + text);
    }
  }

  /** The name with this text, or empty if it is not one. */
  public static Optional<Name> tryParse(String text) {
    return LABEL.matcher(text).matches() ? Optional.of(new Name(text)) : Optional.empty();
  }

  @Override
  public int compareTo(Name other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
