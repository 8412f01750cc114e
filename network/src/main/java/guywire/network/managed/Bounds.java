package guywire.network.managed;

import guywire.guard.PlainText;
import java.util.List;

/** What every document holds to: versions, lengths, and text that can be shown. */
final class Bounds {

  private Bounds() {}

  /** The only version there is so far. */
  static void version(int version) {
    if (version != 1) {
      throw new IllegalArgumentException(version + ": this Guywire reads version 1");
    }
  }

  static void text(String text, int longest) {
    if (text.length() > longest || !PlainText.isPlain(text)) {
      throw new IllegalArgumentException("a text of more than " + longest + " plain characters");
    }
  }

  static <T> List<T> list(List<T> list, int most) {
    if (list.size() > most) {
      throw new IllegalArgumentException("a list of more than " + most);
    }
    return List.copyOf(list);
  }

  static void count(long number) {
    if (number < 0) {
      throw new IllegalArgumentException("less than 0");
    }
  }

  static void port(int number) {
    if (number < 1 || number > 0xffff) {
      throw new IllegalArgumentException("no port");
    }
  }

  static void digest(String digest) {
    if (!digest.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException("no digest");
    }
  }
}
