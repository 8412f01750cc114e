package guywire.network;

import java.util.Optional;

/**
 * The name of a network interface as wg-quick allows it: 1 to 15 of letters, digits and {@code
 * _=+.-}, not {@code .} or {@code ..}. It can't hold a space, a slash or a newline.
 *
 * @param text the name
 */
public record InterfaceName(String text) implements Comparable<InterfaceName> {

  /** One less than IFNAMSIZ of linux/if.h. */
  private static final int LONGEST = 15;

  private static final String SIGNS = "_=+.-";

  /**
   * Checks the form.
   *
   * @throws IllegalArgumentException if the text can't name an interface
   */
  public InterfaceName {
    if (!isName(text)) {
      throw new IllegalArgumentException("not an interface name: " + text);
    }
  }

  /** The name with this text, or empty if it is not one. */
  public static Optional<InterfaceName> tryParse(String text) {
    return isName(text) ? Optional.of(new InterfaceName(text)) : Optional.empty();
  }

  /**
   * Looked at by hand: a host has hundreds of them, and a regular expression is slow where a
   * command has just begun.
   */
  private static boolean isName(String text) {
    if (text.isEmpty()
        || text.length() > LONGEST
        || text.charAt(0) == '-'
        || text.equals(".")
        || text.equals("..")) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean isAllowed =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || SIGNS.indexOf(c) >= 0;
      if (!isAllowed) {
        return false;
      }
    }
    return true;
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
