package guywire.format;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits a shell line into commands and these into words, as far as quotes, backslashes and
 * separators go. Nothing is expanded; a word with {@code $} or a backquote stays as it is written.
 */
final class ShellWords {

  private final List<List<String>> commands = new ArrayList<>();
  private List<String> words = new ArrayList<>();
  private final StringBuilder word = new StringBuilder();
  private boolean inWord;

  private ShellWords() {}

  /** The commands of a line, each as its words; none is empty. */
  static List<List<String>> commands(String line) {
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
      } else if (c == ';' || c == '&' || c == '|' || c == '\n') {
        endCommand();
      } else if (c == '>') {
        endWord();
        word.append(c);
        inWord = true;
        if (i + 1 < line.length() && line.charAt(i + 1) == '>') {
          word.append('>');
          i++;
        }
        endWord();
      } else if (Character.isWhitespace(c)) {
        endWord();
      } else {
        word.append(c);
        inWord = true;
      }
    }
    endCommand();
  }

  /** Where what begins here ends, if the shell puts the output of a command in its place. */
  private static int substituted(String line, int begin) {
    if (line.charAt(begin) == '`') {
      int end = line.indexOf('`', begin + 1);
      return end < 0 ? begin : end + 1;
    }
    if (!line.startsWith("$(", begin)) {
      return begin;
    }
    int depth = 0;
    for (int i = begin + 1; i < line.length(); i++) {
      depth += line.charAt(i) == '(' ? 1 : line.charAt(i) == ')' ? -1 : 0;
      if (depth == 0) {
        return i + 1;
      }
    }
    return begin;
  }

  private void endWord() {
    if (inWord) {
      words.add(word.toString());
      word.setLength(0);
      inWord = false;
    }
  }

  private void endCommand() {
    endWord();
    if (!words.isEmpty()) {
      commands.add(words);
      words = new ArrayList<>();
    }
  }
}
