package guywire.network;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of a network interface as wg-quick allows it: 1 to 15 of letters, digits and {@code
 * _=+.-}, not {@code .} or {@code ..}. It can't hold a space, a slash or a newline.
 *
 * @param text the name
 */
public record InterfaceName(String text) implements Comparable<InterfaceName> {

  private static final Pattern FORM = Pattern.compile("(?!-|\\.{1,2}$)[a-zA-Z0-9_=+.-]{1,15}");

  /**
   * Checks the form.
   *
   * @throws IllegalArgumentException if the text can't name an interface
   */
  public InterfaceName {
    if (!FORM.matcher(text).matches()) {
      throw new IllegalArgumentException("not an interface name: " + text);
    }
  }

  /** The name with this text, or empty if it is not one. */
  public static Optional<InterfaceName> tryParse(String text) {
    return FORM.matcher(text).matches() ? Optional.of(new InterfaceName(text)) : Optional.empty();
  }

  /** Written out, as a record's own goes through method handles, and names are keys everywhere. */
  @Override
  public boolean equals(Object other) {
    return this == other || other instanceof InterfaceName name && text.equals(name.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public int compareTo(InterfaceName other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
