package guywire.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Constants as they are written on a command line. */
final class Words {

  private Words() {}

  /**
   * The constant with this word.
   *
   * @param refusal what is said, with the word and all that are known, if none has it
   */
  static <T extends Enum<T>> T parse(Class<T> type, String word, String refusal) {
    return Arrays.stream(type.getEnumConstants())
        .filter(constant -> of(constant).equals(word))
        .findFirst()
        .orElseThrow(() -> Refusal.unreadable(refusal, word, String.join(", ", all(type))));
  }

  private static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The words of all constants. */
  static List<String> all(Class<? extends Enum<?>> type) {
    return Arrays.stream(type.getEnumConstants()).map(Words::of).toList();
  }
}
