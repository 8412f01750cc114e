package guywire.cli;

import guywire.network.text.Text;
import guywire.node.MissingRequirement;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.ColorScheme;

/**
 * The entry of the command line: reads the words, runs the command, turns its end to an exit code.
 */
public final class Main {

  private Main() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] words) {
    var screen = Screen.ofProcess(System.getenv());
    // What no command catches, in whatever thread.
    System.setErr(screen.err());
    System.exit(run(screen, words));
  }

  /** Runs one command on a screen and returns its exit code. */
  static int run(Screen screen, String... words) {
    Language.find(words).ifPresent(screen::speak);
    // picocli takes the language of its help texts from the default locale.
    Locale.setDefault(screen.locale());
    var line = commandLine(screen, words);
    int code = line.execute(words);
    if (!screen.isWritten()) {
      if (screen.isReaderGone()) {
        return ExitCode.READER_GONE;
      }
      screen.complain(Text.of(Main.class, "not-written"));
      return ExitCode.UNABLE;
    }
    return code;
  }

  /**
   * What reads these words. It knows only the command that they name, where they name one: to learn
   * all of them takes longer than most of them take.
   */
  static CommandLine commandLine(Screen screen, String... words) {
    var line = new CommandLine(new GuywireCommand(), new Commands(screen));
    Optional<String> named = command(words);
    GuywireCommand.COMMANDS.forEach((name, type) -> {
      if (named.isEmpty() || named.get().equals(name)) {
        line.addSubcommand(name, type);
      }
    });
    return line.setColorScheme(new ColorScheme.Builder(Ansi.OFF).build())
        .setUsageHelpWidth(100)
        .setUsageHelpAutoWidth(false)
        .setOut(writer(screen.out()))
        .setErr(writer(screen.err()))
        .setCaseInsensitiveEnumValuesAllowed(true)
        // A word that begins with @ is a word: no file is read, nor its first line shown.
        .setExpandAtFiles(false)
        .setParameterExceptionHandler((exception, arguments) -> wrongWords(screen, exception))
        .setExecutionExceptionHandler((exception, at, parsed) -> failed(screen, exception));
  }

  /** The command that words begin with; help is about all of them, as is what is no command. */
  private static Optional<String> command(String... words) {
    for (int i = 0; i < words.length; i++) {
      if (words[i].equals("--lang")) {
        i++;
      } else if (!words[i].startsWith("--lang=")) {
        return Optional.of(words[i])
            .filter(word -> GuywireCommand.COMMANDS.containsKey(word) && !word.equals("help"));
      }
    }
    return Optional.empty();
  }

  /** Text for a stream, piece by piece; a writer of bytes would pass by what makes it plain. */
  static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(
        new Writer() {
          @Override
          public void write(char[] characters, int offset, int length) {
            stream.print(new String(characters, offset, length));
          }

          @Override
          public void flush() {
            stream.flush();
          }

          @Override
          public void close() {
            stream.flush();
          }
        },
        true);
  }

  private static int wrongWords(Screen screen, CommandLine.ParameterException exception) {
    String command = exception.getCommandLine().getCommandSpec().qualifiedName();
    screen.complain(Text.of(Main.class, "wrong-words", wrong(exception), command));
    return ExitCode.UNREADABLE;
  }

  /** What is wrong with the words, in the user's language as far as it is known. */
  private static Text wrong(CommandLine.ParameterException exception) {
    return switch (exception) {
      case CommandLine.UnmatchedArgumentException unmatched -> {
        String word = unmatched.getUnmatched().getFirst();
        boolean isCommand = unmatched.getCommandLine().getParent() == null && !word.startsWith("-");
        String key = word.startsWith("-") ? "no-option" : isCommand ? "no-command" : "no-word";
        var near = unmatched.getSuggestions();
        yield near.isEmpty() || key.equals("no-word")
            ? Text.of(Main.class, key, word)
            : Text.of(Main.class, "near", Text.of(Main.class, key, word), near.getFirst());
      }
      case CommandLine.MissingParameterException missing ->
          Text.of(
              Main.class,
              "missing-words",
              String.join(
                  ", ", missing.getMissing().stream().map(Main::label).distinct().toList()));
      case CommandLine.OverwrittenOptionException twice ->
          Text.of(Main.class, "option-twice", label(twice.getOverwritten()));
      default ->
          exception.getArgSpec() == null
              ? Text.of(Main.class, "other-words", String.valueOf(exception.getMessage()))
              : Text.of(
                  Main.class,
                  "wrong-value",
                  label(exception.getArgSpec()),
                  String.valueOf(exception.getValue()));
    };
  }

  private static String label(CommandLine.Model.ArgSpec spec) {
    return spec instanceof CommandLine.Model.OptionSpec option
        ? option.longestName()
        : spec.paramLabel();
  }

  private static int failed(Screen screen, Exception exception) throws Exception {
    if (exception instanceof Refusal refusal) {
      screen.complain(refusal.line());
      return refusal.exitCode();
    }
    if (exception instanceof WrongInput wrong) {
      FindingsView.complain(screen, wrong.findings());
      return ExitCode.UNREADABLE;
    }
    if (exception instanceof MissingRequirement missing) {
      screen.complain(missing.text());
      return ExitCode.UNABLE;
    }
    var denied = denied(exception);
    if (denied.isPresent()) {
      screen.complain(Text.of(Main.class, "denied", denied.get()));
      return ExitCode.UNABLE;
    }
    throw exception;
  }

  /** The file that could not be touched for want of a right, if that is what ended the command. */
  private static Optional<String> denied(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof java.nio.file.AccessDeniedException access) {
        return Optional.of(String.valueOf(access.getFile()));
      }
    }
    return Optional.empty();
  }

  /** Makes commands, handing each the screen. */
  private record Commands(Screen screen) implements CommandLine.IFactory {
    @Override
    public <K> K create(Class<K> type) throws Exception {
      try {
        return type.getDeclaredConstructor(Screen.class).newInstance(screen);
      } catch (NoSuchMethodException e) {
        return CommandLine.defaultFactory().create(type);
      }
    }
  }

  /** The --lang option, needed before the words are parsed because help depends on it. */
  private static final class Language {
    static Optional<Locale> find(String[] words) {
      for (int i = 0; i < words.length; i++) {
        if (words[i].startsWith("--lang=")) {
          return Optional.of(Screen.localeOf(words[i].substring(7)));
        }
        if (words[i].equals("--lang") && i + 1 < words.length) {
          return Optional.of(Screen.localeOf(words[i + 1]));
        }
      }
      return Optional.empty();
    }
  }
}
