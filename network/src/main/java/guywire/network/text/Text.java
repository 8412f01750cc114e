package guywire.network.text;

import guywire.guard.PlainText;
import guywire.guard.UnsafeFileException;
import java.text.MessageFormat;
import java.util.List;
import java.util.Locale;

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
    if (isPlain(pattern)) {
      return pattern;
    }
    Object[] filled =
        arguments.stream()
            .map(argument ->
                argument instanceof Text text
                    ? text.in(locale)
                    : PlainText.line(argument.toString()))
            .toArray();
    return new MessageFormat(pattern, Locale.ROOT).format(filled);
  }

  /** English, for logs and tests. */
  @Override
  public String toString() {
    return in(Locale.ENGLISH);
  }

  /** Whether a pattern says what it is, without the parser of patterns. */
  private static boolean isPlain(String pattern) {
    return pattern.indexOf('{') < 0 && pattern.indexOf('\'') < 0;
  }
}
