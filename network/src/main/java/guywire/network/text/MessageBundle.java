package guywire.network.text;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ResourceBundle;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds what can be said in a language: {@code NAME.properties} holds English, {@code
 * NAME_zh_CN.properties} Chinese.
 */
public final class MessageBundle {

  /**
   * Those that were found, by name. The JDK keeps them too, but to ask it takes many times as long
   * as to look one up, and a message is looked up for each line that is said.
   */
  private static final Map<String, ResourceBundle> ENGLISH = new ConcurrentHashMap<>();

  private static final Map<String, ResourceBundle> CHINESE = new ConcurrentHashMap<>();

  private MessageBundle() {}

  /**
   * The texts of a bundle in a language; English where they are not translated.
   *
   * @param name the bundle, such as {@code guywire.prove.messages}
   * @throws java.util.MissingResourceException if there is no such bundle
   */
  public static ResourceBundle of(String name, Locale locale) {
    boolean isChinese = locale.getLanguage().equals(Locale.SIMPLIFIED_CHINESE.getLanguage());
    return (isChinese ? CHINESE : ENGLISH)
        .computeIfAbsent(
            name,
            _ ->
                ResourceBundle.getBundle(
                    name, locale, MessageBundle.class.getClassLoader(), new TwoLanguages()));
  }

  /**
   * Looks for nothing but the two, and never for the machine's own language: each name more is
   * looked for in every jar before it is known that it is nowhere.
   */
  private static final class TwoLanguages extends ResourceBundle.Control {
    @Override
    public List<String> getFormats(String baseName) {
      return FORMAT_PROPERTIES;
    }

    @Override
    public List<Locale> getCandidateLocales(String baseName, Locale locale) {
      return locale.getLanguage().equals(Locale.SIMPLIFIED_CHINESE.getLanguage())
          ? List.of(Locale.SIMPLIFIED_CHINESE, Locale.ROOT)
          : List.of(Locale.ROOT);
    }

    @Override
    public @Nullable Locale getFallbackLocale(String baseName, Locale locale) {
      return null;
    }
  }
}
