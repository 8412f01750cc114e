package guywire.format.syntax;

/** Shell patterns, in which a star stands for any characters and a question mark for one. */
public final class Globs {

  private Globs() {}

  /** Whether a pattern is for a text; a set in brackets counts as one character of it. */
  public static boolean matches(String pattern, String text) {
    int at = 0;
    int star = -1;
    int from = 0;
    int i = 0;
    while (i < text.length()) {
      int end = at < pattern.length() ? end(pattern, at) : at;
      if (at < pattern.length() && pattern.charAt(at) == '*') {
        star = at++;
        from = i;
      } else if (at < pattern.length() && isOne(pattern, at, end, text.charAt(i))) {
        at = end;
        i++;
      } else if (star >= 0) {
        at = star + 1;
        i = ++from;
      } else {
        return false;
      }
    }
    while (at < pattern.length() && pattern.charAt(at) == '*') {
      at++;
    }
    return at == pattern.length();
  }

  /** Where the character of a pattern ends that begins here. */
  private static int end(String pattern, int at) {
    int close = pattern.charAt(at) == '[' ? pattern.indexOf(']', at + 2) : -1;
    return close < 0 ? at + 1 : close + 1;
  }

  private static boolean isOne(String pattern, int at, int end, char c) {
    if (end == at + 1) {
      return pattern.charAt(at) == '?' || pattern.charAt(at) == c;
    }
    boolean negated = "!^".indexOf(pattern.charAt(at + 1)) >= 0;
    boolean among = false;
    for (int i = at + (negated ? 2 : 1); i < end - 1; i++) {
      boolean range = i + 2 < end - 1 && pattern.charAt(i + 1) == '-';
      among |=
          range ? pattern.charAt(i) <= c && c <= pattern.charAt(i + 2) : pattern.charAt(i) == c;
      i += range ? 2 : 0;
    }
    return among != negated;
  }
}
