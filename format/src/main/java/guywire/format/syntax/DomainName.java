package guywire.format.syntax;

import java.util.regex.Pattern;

/** Whether a text is a domain name that every target can take (letters, digits, hyphens, dots). */
public final class DomainName {

  private static final Pattern FORM =
      Pattern.compile(
          "(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?"
              + "(\\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?)*");

  private DomainName() {}

  /** Whether a text is a domain name. */
  public static boolean is(String text) {
    return FORM.matcher(text).matches();
  }
}
