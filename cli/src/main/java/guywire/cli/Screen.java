package guywire.cli;

import guywire.guard.PlainText;
import guywire.network.text.Text;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What the user sees: standard output for results, standard error for progress and complaints, both
 * UTF-8, in the user's language, with colour only on a terminal.
 *
 * <p>All of it may have come from outside, so no control character is printed but those that this
 * class makes itself; others are shown escaped ({@link PlainText}).
 */
/*
 * A style stands in a text as a mark: a number that is new for each process, so that nothing from outside
 * can hold it. Only when a line is printed, the marks become what a terminal understands, and what lies
 * between them is made plain.
 */
final class Screen {

  /** The few meanings that have a colour (ANSI SGR codes). */
  enum Style {
    GOOD("32"),
    BAD("31"),
    WARN("33"),
    DIM("2"),
    STRONG("1");

    private final String code;

    Style(String code) {
      this.code = code;
    }

    /** What stands for it behind a mark: a letter. */
    private char letter() {
      return (char) ('a' + ordinal());
    }
  }

  /** What a style stands behind; made where there is colour, because randomness takes its time. */
  private static final class Mark {
    static final String TEXT = HexFormat.of().toHexDigits(new SecureRandom().nextLong());
    static final Pattern FOLLOWED = Pattern.compile(TEXT + "([a-z])");

    private Mark() {}
  }

  /** The letter that ends a style. */
  private static final char END = 'z';

  /** Lines are no longer than this on wider terminals and off a terminal. */
  private static final int USUAL_WIDTH = 100;

  private static final int NARROWEST = 40;

  /** The process's standard output itself: System.out keeps to itself what went wrong. */
  private static final Output STANDARD =
      new Output(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)));

  private final PrintStream out;
  private final PrintStream err;
  private final boolean colour;
  private final boolean liveProgress;
  private final int width;
  private Locale locale;
  private boolean progressShown;
  private String progressStep = "";

  private Screen(
      PrintStream out,
      PrintStream err,
      boolean colour,
      boolean liveProgress,
      int width,
      Locale locale) {
    this.out = out;
    this.err = err;
    this.colour = colour;
    this.liveProgress = liveProgress;
    this.width = width;
    this.locale = locale;
  }

  /**
   * The process's own screen.
   *
   * @param environment LC_ALL, LC_MESSAGES, LANG and NO_COLOR as usual; GUYWIRE_LOCALE, set by the
   *     launcher, is the locale that it had to replace; GUYWIRE_TTY, set by the launcher, names the
   *     standard streams that are terminals ("12" for both), TERM=dumb says that they take no
   *     control characters, and COLUMNS how wide they are
   */
  static Screen ofProcess(Map<String, String> environment) {
    String terminals = environment.getOrDefault("GUYWIRE_TTY", "");
    boolean dumb = environment.getOrDefault("TERM", "").equals("dumb");
    boolean plain = dumb || !environment.getOrDefault("NO_COLOR", "").isEmpty();
    return new Screen(
        new PrintStream(STANDARD, true, StandardCharsets.UTF_8),
        new PrintStream(System.err, true, StandardCharsets.UTF_8),
        terminals.contains("1") && !plain,
        terminals.contains("2") && !dumb,
        width(environment.getOrDefault("COLUMNS", "")),
        localeOf(environment));
  }

  /** A screen of these streams, without colour, for tests. */
  static Screen plain(PrintStream out, PrintStream err, Locale locale) {
    return plain(out, err, USUAL_WIDTH, locale);
  }

  /** A screen of these streams and this many columns, without colour, for tests. */
  static Screen plain(PrintStream out, PrintStream err, int width, Locale locale) {
    return new Screen(out, err, false, false, width, locale);
  }

  /** A terminal that these streams lead to, for tests. */
  static Screen terminal(PrintStream out, PrintStream err, Locale locale) {
    return new Screen(out, err, true, true, USUAL_WIDTH, locale);
  }

  /** The same screen with its results on standard error, for what must not mix with the result. */
  Screen aside() {
    return new Screen(err, err, false, liveProgress, width, locale);
  }

  private static int width(String columns) {
    return columns.matches("[1-9][0-9]{1,3}")
        ? Math.clamp(Integer.parseInt(columns), NARROWEST, USUAL_WIDTH)
        : USUAL_WIDTH;
  }

  /** How many columns a line may take. */
  int width() {
    return width;
  }

  /** Whether all that was printed on standard output was also written. */
  boolean isWritten() {
    return !out.checkError();
  }

  /** Whether the reader of standard output has gone, and nothing else is wrong with it. */
  boolean isReaderGone() {
    return STANDARD.isReaderGone();
  }

  /** Chinese where the environment asks for it, otherwise English. */
  static Locale localeOf(Map<String, String> environment) {
    for (var name : new String[] {"GUYWIRE_LOCALE", "LC_ALL", "LC_MESSAGES", "LANG"}) {
      String value = environment.getOrDefault(name, "");
      if (!value.isEmpty()) {
        return localeOf(value);
      }
    }
    return Locale.ENGLISH;
  }

  /** The language of a tag such as zh-CN, zh_CN.UTF-8, en: Chinese or English. */
  static Locale localeOf(String tag) {
    return tag.toLowerCase(Locale.ROOT).startsWith("zh")
        ? Locale.SIMPLIFIED_CHINESE
        : Locale.ENGLISH;
  }

  /** Whether standard output is a terminal that may be coloured. */
  boolean hasColour() {
    return colour;
  }

  void speak(Locale language) {
    locale = language;
  }

  Locale locale() {
    return locale;
  }

  /** The result, for who writes it by himself; made plain like all else. */
  PrintStream out() {
    clearProgress();
    return new PlainStream(out);
  }

  /** Standard error, for who writes to it by himself; made plain like all else. */
  PrintStream err() {
    clearProgress();
    return new PlainStream(err);
  }

  /** A line of the result. */
  void line(String text) {
    clearProgress();
    out.println(shown(text));
  }

  /** A picture that we drew ourselves, as it is. */
  void drawing(String text) {
    clearProgress();
    out.println(text);
  }

  /** The text as the terminal gets it. */
  private String shown(String text) {
    if (!colour) {
      return PlainText.lines(text);
    }
    var shown = new StringBuilder();
    int at = 0;
    var marks = Mark.FOLLOWED.matcher(text);
    while (marks.find()) {
      shown.append(PlainText.lines(text.substring(at, marks.start()))).append("\033[");
      char letter = marks.group(1).charAt(0);
      shown.append(letter == END ? "0" : Style.values()[letter - 'a'].code).append('m');
      at = marks.end();
    }
    return shown.append(PlainText.lines(text.substring(at))).toString();
  }

  /** A line of the result, from the command line's own messages. */
  void tell(String key, Object... arguments) {
    line(say(key, arguments));
  }

  /** An empty line. */
  void gap() {
    line("");
  }

  /** A complaint, on standard error. */
  void complain(Text text) {
    clearProgress();
    err.println(shown(text.in(locale)));
  }

  /**
   * Says what is being done now: on a terminal one line that the next replaces, elsewhere a line
   * when it begins.
   *
   * @param step what is being done
   * @param far how far it is, shown on a terminal only
   */
  void progress(String step, String far) {
    if (liveProgress) {
      err.print("\r\033[K" + PlainText.line(step + " " + far));
      err.flush();
      progressShown = true;
    } else if (!step.equals(progressStep)) {
      err.println(PlainText.line(step));
    }
    progressStep = step;
  }

  /** One of the command line's own messages, in the user's language. */
  String say(String key, Object... arguments) {
    return Text.of(Screen.class, key, arguments).in(locale);
  }

  /** The text in the style's colour, on a terminal. */
  String styled(Style style, String text) {
    return colour && !text.isEmpty() ? Mark.TEXT + style.letter() + text + Mark.TEXT + END : text;
  }

  private void clearProgress() {
    if (progressShown) {
      err.print("\r\033[K");
      err.flush();
      progressShown = false;
    }
  }
}
