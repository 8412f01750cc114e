package guywire.network.text;

import guywire.guard.PlainText;
import guywire.guard.UnsafeFileException;
import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A message that can be said in any language Guywire speaks: a key into a resource bundle, and what
 * fills its places.
 *
 * <p>It names its bundle, so that it can travel: whoever gets bundle, key and arguments can say it
 * in the reader's language. {@code messages.properties} holds English, {@code
 * messages_zh_CN.properties} Chinese. Values are {@link MessageFormat} patterns, in which an
 * apostrophe is doubled. Numbers are passed as text, so that they are never grouped. What fills a
 * place may come from outside, so its control characters are said escaped.
 *
 * @param bundle the bundle that holds the key, such as {@code guywire.prove.messages}
 * @param key the key
 * @param arguments what fills {0}, {1}, ...: strings, or Texts, which are said in the same language
 */
public record Text(String bundle, String key, List<Object> arguments) {

  private static final String BUNDLE = ".messages";

  /** Copies the arguments. */
  public Text {
    arguments = List.copyOf(arguments);
  }

  /** The message under {@code key} in the bundle beside {@code owner}. */
  public static Text of(Class<?> owner, String key, Object... arguments) {
    return new Text(owner.getPackageName() + BUNDLE, key, List.of(arguments));
  }

  /** Why a file or directory is not safe to use, and how to mend it. */
  public static Text of(UnsafeFileException refusal) {
    return new Text(
        UnsafeFileException.class.getPackageName() + BUNDLE,
        refusal.key(),
        List.copyOf(refusal.arguments()));
  }

  /**
   * The message in a language; English where it is not translated.
   *
   * @throws java.util.MissingResourceException if the key is in no bundle
   */
  public String in(Locale locale) {
    String pattern = MessageBundle.of(bundle, locale).getString(key);
    List<String> said = new ArrayList<>(arguments.size());
    for (Object argument : arguments) {
      said.add(
          argument instanceof Text text ? text.in(locale) : PlainText.line(argument.toString()));
    }
    return filled(pattern, said);
  }

  /** What {@link MessageFormat} makes of a pattern and what fills it. */
  static String filled(String pattern, List<String> arguments) {
    return simple(pattern, arguments)
        .orElseGet(() -> new MessageFormat(pattern, Locale.ROOT).format(arguments.toArray()));
  }

  /**
   * The same where a pattern has nothing but places, {0} to {9}, and doubled apostrophes; empty for
   * another. Most are like that, and to have them parsed takes longer than all else that is done to
   * say something.
   */
  private static Optional<String> simple(String pattern, List<String> arguments) {
    var text = new StringBuilder();
    int from = 0;
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      if (c == '\'' && i + 1 < pattern.length() && pattern.charAt(i + 1) == '\'') {
        text.append(pattern, from, i);
        i++;
        from = i;
      } else if (c == '{' && i + 2 < pattern.length() && pattern.charAt(i + 2) == '}') {
        int place = pattern.charAt(i + 1) - '0';
        if (place < 0 || place > 9 || place >= arguments.size()) {
          return Optional.empty();
        }
        text.append(pattern, from, i).append(arguments.get(place));
        i += 2;
        from = i + 1;
      } else if (c == '\'' || c == '{' || c == '}') {
        return Optional.empty();
      }
    }
    return Optional.of(text.append(pattern, from, pattern.length()).toString());
  }

  /** English, for logs and tests. */
  @Override
  public String toString() {
    return in(Locale.ENGLISH);
  }
}
