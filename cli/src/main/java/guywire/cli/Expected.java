package guywire.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/**
 * What a word of the command line may be, as far as it can be told beforehand.
 *
 * @param words the words that there are, if there are only these
 * @param isFile whether it names a file
 * @param isDirectory whether it names a directory
 */
record Expected(List<String> words, boolean isFile, boolean isDirectory) {

  /** Such as {@code en|zh-CN}: all the words there are, and none that stands for another. */
  private static final Pattern ALTERNATIVES = Pattern.compile("[a-z][\\w-]*(\\|[a-z][\\w-]*)+");

  Expected {
    words = List.copyOf(words);
  }

  /** What the value of an option or a positional word of this command may be. */
  static Expected of(ArgSpec value, CommandSpec command) {
    var words = new ArrayList<String>();
    if (value.completionCandidates() != null) {
      value.completionCandidates().forEach(words::add);
    } else if (ALTERNATIVES.matcher(value.paramLabel()).matches()) {
      words.addAll(Arrays.asList(value.paramLabel().split("\\|")));
    } else if (value.paramLabel().equals("COMMAND")) {
      words.addAll(command.root().subcommands().keySet());
    }
    boolean isPath =
        value.type() == Path.class
            || Arrays.asList(value.auxiliaryTypes()).contains(Path.class)
            || value.paramLabel().matches("NETWORK\\|.*|FILES?|LINK");
    boolean isDirectory = isPath && value.paramLabel().equals("DIR");
    return new Expected(words, isPath && !isDirectory, isDirectory);
  }
}
