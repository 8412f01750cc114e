package guywire.guard;

/**
 * Text from outside as it may be shown: what could move a cursor, turn a line round or not be seen
 * at all is written {@code \\uXXXX}, as in JSON, so that an escaped text in JSON means the same.
 *
 * <p>That is every control and format character (C0, DEL, C1, bidirectional overrides and isolates,
 * zero-width characters, tags), separators of lines, surrogates without a partner, letters for
 * private use and what Unicode has not given out, and the few others that show nothing.
 */
public final class PlainText {

  /**
   * Characters that Unicode does not call format characters, and that show nothing all the same.
   */
  private static final int GRAPHEME_JOINER = 0x34f;

  private static final int HANGUL_CHOSEONG_FILLER = 0x115f;
  private static final int HANGUL_JUNGSEONG_FILLER = 0x1160;
  private static final int KHMER_VOWEL_AQ = 0x17b4;
  private static final int KHMER_VOWEL_AA = 0x17b5;
  private static final int MONGOLIAN_FIRST_SELECTOR = 0x180b;
  private static final int MONGOLIAN_LAST_SELECTOR = 0x180f;
  private static final int BRAILLE_BLANK = 0x2800;
  private static final int HANGUL_FILLER = 0x3164;
  private static final int FIRST_SELECTOR = 0xfe00;
  private static final int LAST_SELECTOR = 0xfe0f;
  private static final int HALFWIDTH_HANGUL_FILLER = 0xffa0;
  private static final int FIRST_SELECTOR_MORE = 0xe0100;
  private static final int LAST_SELECTOR_MORE = 0xe01ef;

  private PlainText() {}

  /** A text in one line: breaks and tabs are escaped too. */
  public static String line(String text) {
    return escaped(text, "");
  }

  /** A text of several lines: line feeds and tabs stay. */
  public static String lines(String text) {
    return escaped(text, "\n\t");
  }

  /** Whether all of a text can be seen. */
  public static boolean isPlain(String text) {
    return text.codePoints().allMatch(PlainText::isSeen);
  }

  /** Whether a character is one that people see, or a space. */
  public static boolean isSeen(int character) {
    if (character >= ' ' && character < 0x7f) {
      return true;
    }
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED ->
          false;
      default -> !isBlank(character);
    };
  }

  private static boolean isBlank(int character) {
    return switch (character) {
      case GRAPHEME_JOINER,
          HANGUL_CHOSEONG_FILLER,
          HANGUL_JUNGSEONG_FILLER,
          KHMER_VOWEL_AQ,
          KHMER_VOWEL_AA,
          BRAILLE_BLANK,
          HANGUL_FILLER,
          HALFWIDTH_HANGUL_FILLER ->
          true;
      default ->
          (character >= MONGOLIAN_FIRST_SELECTOR && character <= MONGOLIAN_LAST_SELECTOR)
              || (character >= FIRST_SELECTOR && character <= LAST_SELECTOR)
              || (character >= FIRST_SELECTOR_MORE && character <= LAST_SELECTOR_MORE);
    };
  }

  private static String escaped(String text, String kept) {
    int at = 0;
    while (at < text.length() && isLeft(text.codePointAt(at), kept)) {
      at += Character.charCount(text.codePointAt(at));
    }
    if (at == text.length()) {
      return text;
    }
    var escaped = new StringBuilder(text.length() + 16).append(text, 0, at);
    while (at < text.length()) {
      int character = text.codePointAt(at);
      int end = at + Character.charCount(character);
      if (isLeft(character, kept)) {
        escaped.appendCodePoint(character);
      } else {
        for (int i = at; i < end; i++) {
          escaped.append(String.format("\\u%04x", (int) text.charAt(i)));
        }
      }
      at = end;
    }
    return escaped.toString();
  }

  private static boolean isLeft(int character, String kept) {
    return isSeen(character) || kept.indexOf(character) >= 0;
  }
}
