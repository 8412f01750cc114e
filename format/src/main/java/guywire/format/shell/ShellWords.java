package guywire.format.shell;

import guywire.format.input.Command;
import guywire.network.text.Place;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Splits a shell line into commands and these into words, as far as quotes, backslashes and
 * separators go. Nothing is expanded; a word with {@code $} or a backquote stays as it is written.
 */
public final class ShellWords {

  /**
   * A command of a line.
   *
   * @param words its words, at least one
   * @param end what stands behind it: {@code ;}, {@code &&}, {@code ||}, {@code |}, {@code &}, or
   *     nothing
   */
  record Linked(List<String> words, String end) {
    /** Copies the list. */
    Linked {
      words = List.copyOf(words);
    }
  }

  private final List<Linked> commands = new ArrayList<>();
  private List<String> words = new ArrayList<>();
  private final StringBuilder word = new StringBuilder();
  private final Map<Integer, Integer> ends = new HashMap<>();
  private boolean inWord;

  private ShellWords() {}

  /** The first command of a line that stands here; one without words if there is none. */
  public static Command first(Place place, String line) {
    return new Command(place, commands(line).stream().findFirst().orElse(List.of()));
  }

  /** The commands of a line, each as its words; none is empty. */
  public static List<List<String>> commands(String line) {
    return linked(line).stream().map(Linked::words).toList();
  }

  /** The commands of a line with what stands between them. */
  static List<Linked> linked(String line) {
    var split = new ShellWords();
    split.split(line);
    return split.commands;
  }

  private void split(String line) {
    char quote = 0;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      boolean escapes =
          c == '\\'
              && i + 1 < line.length()
              && (quote == 0 || (quote == '"' && "$`\"\\".indexOf(line.charAt(i + 1)) >= 0));
      int end = quote == '\'' ? i : substituted(line, i);
      if (end > i) {
        word.append(line, i, end);
        inWord = true;
        i = end - 1;
      } else if (escapes) {
        word.append(line.charAt(++i));
        inWord = true;
      } else if (quote != 0) {
        if (c == quote) {
          quote = 0;
        } else {
          word.append(c);
        }
      } else if (c == '\'' || c == '"') {
        quote = c;
        inWord = true;
      } else if (c == '&' && line.startsWith("&>", i)) {
        // Both outputs go where the arrow says.
        endWord();
      } else if (c == ';' || c == '&' || c == '|' || c == '\n') {
        boolean twice = c != ';' && c != '\n' && line.startsWith(String.valueOf(c).repeat(2), i);
        endCommand(c == '\n' ? ";" : twice ? line.substring(i, i + 2) : String.valueOf(c));
        i += twice ? 1 : 0;
      } else if (c == '>') {
        if (isNumber(word)) {
          // The number of what is led elsewhere is no word of the command.
          word.setLength(0);
          inWord = false;
        }
        endWord();
        word.append(c);
        inWord = true;
        if (i + 1 < line.length() && line.charAt(i + 1) == '>') {
          word.append('>');
          i++;
        }
        endWord();
        i += line.startsWith("&", i + 1) ? 1 : 0;
      } else if (Character.isWhitespace(c)) {
        endWord();
      } else {
        word.append(c);
        inWord = true;
      }
    }
    endCommand("");
  }

  private static boolean isNumber(CharSequence word) {
    return word.length() == 1 && word.charAt(0) >= '0' && word.charAt(0) <= '9';
  }

  /** Where what begins here ends, if the shell puts the output of a command in its place. */
  private int substituted(String line, int begin) {
    if (line.charAt(begin) == '`') {
      int end = line.indexOf('`', begin + 1);
      return end < 0 ? begin : end + 1;
    }
    if (!line.startsWith("$(", begin)) {
      return begin;
    }
    return ends(line).getOrDefault(begin + 1, begin);
  }

  /**
   * Where each parenthesis of the line ends, one place behind. They are looked for once: a line may
   * have very many that nothing ends.
   */
  private Map<Integer, Integer> ends(String line) {
    if (ends.isEmpty()) {
      var open = new ArrayDeque<Integer>();
      for (int i = 0; i < line.length(); i++) {
        if (line.charAt(i) == '(') {
          open.push(i);
        } else if (line.charAt(i) == ')' && !open.isEmpty()) {
          ends.put(open.pop(), i + 1);
        }
      }
      // So that a line without any is not looked through again.
      ends.put(-1, -1);
    }
    return ends;
  }

  private void endWord() {
    if (inWord) {
      words.add(word.toString());
      word.setLength(0);
      inWord = false;
    }
  }

  private void endCommand(String end) {
    endWord();
    if (!words.isEmpty()) {
      commands.add(new Linked(words, end));
      words = new ArrayList<>();
    }
  }
}
