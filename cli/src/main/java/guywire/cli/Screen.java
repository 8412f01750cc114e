package guywire.cli;

import guywire.network.text.Text;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/**
 * What the user sees: standard output for results, standard error for progress and complaints, both
 * UTF-8, in the user's language, with colour only on a terminal.
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
  }

  private final PrintStream out;
  private final PrintStream err;
  private final boolean colour;
  private final boolean liveProgress;
  private Locale locale;
  private boolean progressShown;
  private String progressStep = "";

  private Screen(
      PrintStream out, PrintStream err, boolean colour, boolean liveProgress, Locale locale) {
    this.out = out;
    this.err = err;
    this.colour = colour;
    this.liveProgress = liveProgress;
    this.locale = locale;
  }

  /**
   * The process's own screen.
   *
   * @param environment LC_ALL, LC_MESSAGES, LANG and NO_COLOR as usual; GUYWIRE_TTY, set by the
   *     launcher, names the standard streams that are terminals ("12" for both)
   */
  static Screen ofProcess(Map<String, String> environment) {
    String terminals = environment.getOrDefault("GUYWIRE_TTY", "");
    boolean plain = !environment.getOrDefault("NO_COLOR", "").isEmpty();
    return new Screen(
        new PrintStream(System.out, true, StandardCharsets.UTF_8),
        new PrintStream(System.err, true, StandardCharsets.UTF_8),
        terminals.contains("1") && !plain,
        terminals.contains("2"),
        localeOf(environment));
  }

  /** A screen of these streams, without colour, for tests. */
  static Screen plain(PrintStream out, PrintStream err, Locale locale) {
    return new Screen(out, err, false, false, locale);
  }

  /** The same screen with its results on standard error, for what must not mix with the result. */
  Screen aside() {
    return new Screen(err, err, false, liveProgress, locale);
  }

  /** Chinese where the environment asks for it, otherwise English. */
  static Locale localeOf(Map<String, String> environment) {
    for (var name : new String[] {"LC_ALL", "LC_MESSAGES", "LANG"}) {
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

  /** The result stream. */
  PrintStream out() {
    clearProgress();
    return out;
  }

  /** A line of the result. */
  void line(String text) {
    clearProgress();
    out.println(text);
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
    err.println(text.in(locale));
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
      err.print("\r\033[K" + step + " " + far);
      err.flush();
      progressShown = true;
    } else if (!step.equals(progressStep)) {
      err.println(step);
    }
    progressStep = step;
  }

  /** One of the command line's own messages, in the user's language. */
  String say(String key, Object... arguments) {
    return Text.of(Screen.class, key, arguments).in(locale);
  }

  /** The text in the style's colour, on a terminal. */
  String styled(Style style, String text) {
    return colour && !text.isEmpty() ? "\033[" + style.code + "m" + text + "\033[0m" : text;
  }

  private void clearProgress() {
    if (progressShown) {
      err.print("\r\033[K");
      err.flush();
      progressShown = false;
    }
  }
}
