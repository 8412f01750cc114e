package guywire.cli;

import guywire.network.text.Text;
import guywire.node.MissingRequirement;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.AccessDeniedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

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
    int code = run(screen, words);
    // The JVM's own end after the last thread. System.exit looks in every jar for somebody who
    // wants to
    // log it, which takes longer than most commands.
    if (code != ExitCode.HOLDS || isThreadLeft()) {
      System.exit(code);
    }
  }

  /** Whether another thread would keep the process from ending. */
  private static boolean isThreadLeft() {
    var group = Thread.currentThread().getThreadGroup();
    var threads = new Thread[2 * group.activeCount() + 1];
    int count = group.enumerate(threads);
    for (int i = 0; i < count; i++) {
      if (!threads[i].isDaemon() && threads[i] != Thread.currentThread()) {
        return true;
      }
    }
    return false;
  }

  /** Runs one command on a screen and returns its exit code. */
  static int run(Screen screen, String... words) {
    Language.find(words).ifPresent(screen::speak);
    // For what a library says by itself.
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
   * What reads these words. It knows only the command that they name; where they name none, it
   * lists all, and learns none of them, because to learn one takes longer than most of them take.
   */
  static CommandLine commandLine(Screen screen, String... words) {
    List<String> asked = Language.without(words);
    String first = asked.isEmpty() ? "" : asked.getFirst();
    boolean isMistaken =
        !first.isEmpty() && !first.startsWith("-") && !GuywireCommand.COMMANDS.containsKey(first);
    if (isMistaken) {
      // Only who knows all of them can say which one may have been meant.
      return everyCommand(screen);
    }
    String about = first.equals(GuywireCommand.HELP) && asked.size() > 1 ? asked.get(1) : "";
    return commandLine(
        screen, mayAskForHelp(asked), name -> name.equals(first) || name.equals(about));
  }

  /**
   * Whether the help's texts may be needed, which take their time to be read: for one that is asked
   * for, also by a letter among others, as in {@code -Vh}, and where no command is named.
   */
  private static boolean mayAskForHelp(List<String> words) {
    boolean isNoneNamed = true;
    for (String word : words) {
      isNoneNamed &= word.startsWith("-");
      if (word.equals(GuywireCommand.HELP) || (word.startsWith("-") && word.indexOf('h') > 0)) {
        return true;
      }
    }
    return isNoneNamed;
  }

  /** What knows all of every command. */
  static CommandLine everyCommand(Screen screen) {
    return commandLine(screen, true, name -> true);
  }

  private static CommandLine commandLine(
      Screen screen, boolean isHelpAsked, Predicate<String> isKnown) {
    var commands = new Commands(screen);
    var line =
        new CommandLine(
            isHelpAsked ? GuywireCommand.in(screen.locale()) : GuywireCommand.silent(), commands);
    GuywireCommand.COMMANDS.forEach((name, type) -> {
      if (isKnown.test(name)) {
        line.addSubcommand(name, commands.command(type));
      }
    });
    if (line.getSubcommands().isEmpty()) {
      // So that the help says that there are commands.
      line.addSubcommand(GuywireCommand.HELP, CommandSpec.create());
    }
    line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, GuywireCommand::list);
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
      if (cause instanceof AccessDeniedException access) {
        return Optional.of(String.valueOf(access.getFile()));
      }
    }
    return Optional.empty();
  }

  /** Makes commands, handing each the screen. */
  private record Commands(Screen screen) implements CommandLine.IFactory {

    /** A command as the library takes it: said by calls, or a class whose annotations it reads. */
    Object command(Class<?> type) {
      if (!SpokenCommand.class.isAssignableFrom(type)) {
        return type;
      }
      try {
        return ((SpokenCommand) create(type)).spec();
      } catch (Exception e) {
        throw new IllegalStateException("no " + type, e);
      }
    }

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

    /** The other words. */
    static List<String> without(String[] words) {
      var others = new ArrayList<String>();
      for (int i = 0; i < words.length; i++) {
        if (words[i].equals("--lang")) {
          i++;
        } else if (!words[i].startsWith("--lang=")) {
          others.add(words[i]);
        }
      }
      return others;
    }
  }
}
