package guywire.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The script by which a shell completes what is typed after {@code guywire}: commands, options, and
 * what their values may be.
 */
enum Completion {
  /** For GNU Bash, as the library writes it. */
  BASH {
    @Override
    String of(CommandLine line) {
      return AutoComplete.bash(line.getCommandName(), line);
    }
  },

  /** For the Z shell, by its own {@code _arguments}, so that it shows what each option is for. */
  ZSH {
    @Override
    String of(CommandLine line) {
      var text = new StringBuilder("#compdef guywire\n\n_guywire() {\n");
      text.append("  local context state state_descr line ret=1\n  typeset -A opt_args\n");
      text.append("  local -a commands=(\n");
      commands(line)
          .forEach((name, command) ->
              text.append("    ").append(quote(name + ":" + headline(command))).append('\n'));
      text.append("  )\n  _arguments -C");
      line.getCommandSpec().options().forEach(option -> zshOption(text, option));
      text.append(" \\\n    '1:command:->command' '*:: :->words' && ret=0\n");
      text.append("  case $state in\n  command) _describe command commands && ret=0 ;;\n");
      text.append("  words)\n    case $words[1] in\n");
      commands(line)
          .forEach((name, command) -> {
            text.append("    ").append(name).append(") _arguments");
            command.options().forEach(option -> zshOption(text, option));
            for (var word : command.positionalParameters()) {
              String place = word.index().isVariable() ? "*" : word.index().min() + 1 + "";
              String optional =
                  word.index().isVariable() ? ":" : word.arity().min() == 0 ? "::" : ":";
              text.append(" \\\n      ").append(quote(place + optional + zshValue(word, command)));
            }
            text.append(" && ret=0 ;;\n");
          });
      return text.append("    esac ;;\n  esac\n  return ret\n}\n\n")
          .append("compdef _guywire guywire 2>/dev/null\n")
          .append("[ \"$funcstack[1]\" != _guywire ] || _guywire \"$@\"\n")
          .toString();
    }
  },

  /** For fish. */
  FISH {
    @Override
    String of(CommandLine line) {
      var text = new StringBuilder("complete -c guywire -f\n");
      line.getCommandSpec()
          .options()
          .forEach(
              option -> text.append("complete -c guywire").append(fishOption(option)).append('\n'));
      commands(line)
          .forEach((name, command) -> {
            text.append("complete -c guywire -n __fish_use_subcommand -a ")
                .append(name)
                .append(" -d ")
                .append(fishQuote(headline(command)))
                .append('\n');
            String here = "complete -c guywire -n '__fish_seen_subcommand_from " + name + "'";
            command
                .options()
                .forEach(option -> text.append(here).append(fishOption(option)).append('\n'));
            command
                .positionalParameters()
                .forEach(word -> {
                  String value = fishValue(word, command);
                  if (!value.isEmpty()) {
                    text.append(here).append(value).append('\n');
                  }
                });
          });
      return text.toString();
    }
  };

  /** The script for a command line that knows all of its commands. */
  abstract String of(CommandLine line);

  private static Map<String, CommandSpec> commands(CommandLine line) {
    return line.getSubcommands().entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                entry -> entry.getValue().getCommandSpec(),
                (one, other) -> one,
                LinkedHashMap::new));
  }

  /** What a command is for, in one line. */
  static String headline(CommandSpec command) {
    return plain(String.join(" ", command.usageMessage().header()));
  }

  /** What an option or word is for, in one line. */
  static String purpose(ArgSpec value) {
    return plain(String.join(" ", value.description()));
  }

  /** The text of a help bundle without the marks that make lines of it. */
  static String plain(String text) {
    return text.replace("%n", " ").replace("%%", "%").strip();
  }

  private static String quote(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }

  private static void zshOption(StringBuilder text, OptionSpec option) {
    String value = option.arity().max() == 0 ? "" : ":" + zshValue(option, option.command());
    String several = option.isMultiValue() ? "*" : "";
    for (String name : option.names()) {
      String equals = value.isEmpty() ? "" : name.startsWith("--") ? "=" : "+";
      text.append(" \\\n      ")
          .append(quote(several + name + equals + "[" + zsh(purpose(option)) + "]" + value));
    }
  }

  private static String zshValue(ArgSpec value, CommandSpec command) {
    var expected = Expected.of(value, command);
    String label = zsh(value.paramLabel()) + ":";
    if (!expected.words().isEmpty()) {
      return label + "(" + String.join(" ", expected.words()) + ")";
    }
    return label + (expected.isDirectory() ? "_files -/" : expected.isFile() ? "_files" : " ");
  }

  private static String zsh(String text) {
    return text.replace("\\", "\\\\").replaceAll("([\\[\\]:])", "\\\\$1");
  }

  private static String fishOption(OptionSpec option) {
    var text = new StringBuilder();
    for (String name : option.names()) {
      text.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
    }
    if (option.arity().max() > 0) {
      String value = fishValue(option, option.command());
      text.append(value.contains(" -F") ? " -r" + value : " -x" + value);
    }
    return text + " -d " + fishQuote(purpose(option));
  }

  private static String fishValue(ArgSpec value, CommandSpec command) {
    var expected = Expected.of(value, command);
    List<String> words = expected.words();
    if (!words.isEmpty()) {
      return " -a " + fishQuote(String.join(" ", words));
    }
    return expected.isDirectory()
        ? " -a '(__fish_complete_directories)'"
        : expected.isFile() ? " -F" : "";
  }

  private static String fishQuote(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
