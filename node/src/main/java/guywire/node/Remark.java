package guywire.node;

import guywire.network.text.Text;
import java.util.List;
import java.util.Locale;

/**
 * A message on its way to another process, which may say it in another language.
 *
 * @param text the message in words
 * @param bundle the bundle that holds the key
 * @param key the key
 * @param arguments what fills its places
 */
public record Remark(String text, String bundle, String key, List<String> arguments) {

  /** Copies the list. */
  public Remark {
    arguments = List.copyOf(arguments);
  }

  static Remark of(Text text) {
    return new Remark(
        text.toString(),
        text.bundle(),
        text.key(),
        text.arguments().stream().map(Object::toString).toList());
  }

  /** What it says. */
  public Text said() {
    return new Text(bundle, key, List.copyOf(arguments));
  }

  /** The same with its text in a language. */
  public Remark in(Locale locale) {
    return new Remark(said().in(locale), bundle, key, arguments);
  }
}
