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
public record SerializedText(String text, String bundle, String key, List<String> arguments) {

  /** Copies the list. */
  public SerializedText {
    arguments = List.copyOf(arguments);
  }

  static SerializedText of(Text text) {
    return new SerializedText(
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
  public SerializedText in(Locale locale) {
    return new SerializedText(said().in(locale), bundle, key, arguments);
  }
}
