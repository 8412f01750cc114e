package guywire.network;

import guywire.guard.PlainText;
import java.net.IDN;
import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of a node, site, host, group or network: letters of any script, digits and hyphens, 1 to
 * 63 of them, neither first nor last a hyphen. Letters that have cases are small ones, and the text
 * is in the form NFKC, so that what looks the same is the same.
 *
 * <p>What a device's own words allow is narrower; {@link #label} is this name in ASCII.
 *
 * @param text the name
 */
public record Name(String text) implements Comparable<Name> {

  /** As long as a label of the DNS (RFC 1123 section 2.1). */
  private static final int LONGEST = 63;

  /** Made when a name is asked about that has other letters than those of ASCII. */
  private static final class Letters {
    static final Pattern FORM =
        Pattern.compile(
            "[\\p{Ll}\\p{Lo}\\p{Lm}\\p{Nd}]"
                + "([\\p{Ll}\\p{Lo}\\p{Lm}\\p{Nd}\\p{M}-]{0,61}[\\p{Ll}\\p{Lo}\\p{Lm}\\p{Nd}\\p{M}])?");

    static final Pattern OTHERS = Pattern.compile("[^\\p{Ll}\\p{Lo}\\p{Lm}\\p{Nd}\\p{M}]+");

    private Letters() {}
  }

  /**
   * Checks the form.
   *
   * @throws IllegalArgumentException if the text is not a name
   */
  public Name {
    if (!isName(text)) {
      throw new IllegalArgumentException("not a name: " + text);
    }
  }

  private static boolean isName(String text) {
    return isAsciiName(text) || isNameOfAnyScript(text);
  }

  /**
   * Most are. Then neither a regular expression is needed nor the tables of Unicode, and to begin
   * with those takes longer than many a command.
   */
  private static boolean isAsciiName(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '-' && (c < 'a' || c > 'z') && (c < '0' || c > '9')) {
        return false;
      }
    }
    return !text.isEmpty()
        && text.length() <= LONGEST
        && text.charAt(0) != '-'
        && text.charAt(text.length() - 1) != '-';
  }

  private static boolean isNameOfAnyScript(String text) {
    return text.length() <= LONGEST
        && Letters.FORM.matcher(text).matches()
        && Normalizer.isNormalized(text, Form.NFKC)
        // Some letters show nothing.
        && PlainText.isPlain(text);
  }

  /** The name with this text, or empty if it is not one. */
  public static Optional<Name> tryParse(String text) {
    return isName(text) ? Optional.of(new Name(text)) : Optional.empty();
  }

  /**
   * The name nearest to a text, such as a file's name: small letters, and a hyphen for everything
   * else; empty if no letter and no digit is in it.
   */
  public static Optional<Name> near(String text) {
    String plain = Normalizer.normalize(text, Form.NFKC).toLowerCase(Locale.ROOT);
    String name = trimmed(Letters.OTHERS.matcher(plain).replaceAll("-"));
    if (name.length() > LONGEST) {
      int end = Character.isHighSurrogate(name.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
      name = trimmed(name.substring(0, end));
    }
    return tryParse(Normalizer.normalize(name, Form.NFKC));
  }

  private static String trimmed(String text) {
    return text.replaceAll("^[\\p{M}-]+|-+$", "");
  }

  /**
   * This name in ASCII, as a label of the DNS and for devices that know no other letters (RFC
   * 3490); one that has no such form is told apart by a number.
   */
  public String label() {
    if (text.chars().allMatch(c -> c < 0x80)) {
      return text;
    }
    try {
      return IDN.toASCII(text, IDN.USE_STD3_ASCII_RULES).toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException e) {
      // Too long in ASCII, or a letter that IDNA does not know.
      return "host-" + Integer.toHexString(text.hashCode());
    }
  }

  /** Written out, as a record's own goes through method handles, and names are keys everywhere. */
  @Override
  public boolean equals(Object other) {
    return this == other || other instanceof Name name && text.equals(name.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
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
