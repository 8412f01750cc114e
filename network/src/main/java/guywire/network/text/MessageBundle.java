package guywire.network.text;

import java.util.List;
import java.util.Locale;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/**
 * Finds what can be said in a language: {@code NAME.properties} holds English, {@code
 * NAME_zh_CN.properties} Chinese.
 */
public final class MessageBundle {

  private MessageBundle() {}

  /**
   * The texts of a bundle in a language; English where they are not translated.
   *
   * @param name the bundle, such as {@code guywire.prove.messages}
   * @throws java.util.MissingResourceException if there is no such bundle
   */
  public static ResourceBundle of(String name, Locale locale) {
    return ResourceBundle.getBundle(
        name, locale, MessageBundle.class.getClassLoader(), new TwoLanguages());
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
