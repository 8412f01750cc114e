package guywire.format.input;

import guywire.network.text.Place;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A command that a script runs or a guide tells people to type. It is looked at, never run.
 *
 * @param place where it stands
 * @param words its program and arguments, nothing expanded; a pipe is the end of a command
 */
public record Command(Place place, List<String> words) {

  /** What a shell reads as one word, whatever stands around it. */
  private static final Pattern PLAIN = Pattern.compile("[^\\s\"'`\\\\;&|<>()*?#~]+");

  /** Copies the list. */
  public Command {
    words = List.copyOf(words);
  }

  /** The program, without directory and without sudo before it; empty if there is none. */
  public String program() {
    int first = first();
    return first < words.size()
        ? words.get(first).substring(words.get(first).lastIndexOf('/') + 1)
        : "";
  }

  /** What follows the program. */
  public List<String> arguments() {
    return words.subList(Math.min(first() + 1, words.size()), words.size());
  }

  private int first() {
    int first = 0;
    while (first < words.size()
        && (words.get(first).equals("sudo")
            || words.get(first).matches("[A-Za-z_][A-Za-z0-9_]*=.*"))) {
      first++;
    }
    return first;
  }

  /** The words of one command as a line that a shell takes apart into the same words. */
  public static String line(List<String> words) {
    return words.stream().map(Command::written).collect(Collectors.joining(" "));
  }

  /** What a shell is to expand stays so; all else stands for itself. */
  private static String written(String word) {
    if (PLAIN.matcher(word).matches()) {
      return word;
    }
    return word.contains("$") || word.contains("`")
        ? '"' + word.replace("\\", "\\\\").replace("\"", "\\\"") + '"'
        : "'" + word.replace("'", "'\\''") + "'";
  }

  /** The command as one line. */
  @Override
  public String toString() {
    return line(words);
  }
}
