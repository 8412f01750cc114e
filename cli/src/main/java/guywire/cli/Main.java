package guywire.cli;

import guywire.network.text.Text;
import guywire.node.MissingRequirement;
import java.util.Locale;
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
    System.exit(run(Screen.ofProcess(System.getenv()), words));
  }

  /** Runs one command on a screen and returns its exit code. */
  static int run(Screen screen, String... words) {
    Language.find(words).ifPresent(screen::speak);
    // picocli takes the language of its help texts from the default locale.
    Locale.setDefault(screen.locale());
    var line = commandLine(screen);
    int code = line.execute(words);
    screen.out().flush();
    return code;
  }

  static CommandLine commandLine(Screen screen) {
    return new CommandLine(new GuywireCommand(), new Commands(screen))
        .setColorScheme(new ColorScheme.Builder(Ansi.OFF).build())
        .setUsageHelpWidth(100)
        .setUsageHelpAutoWidth(false)
        .setOut(new java.io.PrintWriter(screen.out(), true))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler((exception, arguments) -> wrongWords(screen, exception))
        .setExecutionExceptionHandler((exception, at, parsed) -> failed(screen, exception));
  }

  private static int wrongWords(Screen screen, CommandLine.ParameterException exception) {
    String command = exception.getCommandLine().getCommandSpec().qualifiedName();
    screen.complain(
        Text.of(Main.class, "wrong-words", String.valueOf(exception.getMessage()), command));
    return ExitCode.UNREADABLE;
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
    throw exception;
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
    static java.util.Optional<Locale> find(String[] words) {
      for (int i = 0; i < words.length; i++) {
        if (words[i].startsWith("--lang=")) {
          return java.util.Optional.of(Screen.localeOf(words[i].substring(7)));
        }
        if (words[i].equals("--lang") && i + 1 < words.length) {
          return java.util.Optional.of(Screen.localeOf(words[i + 1]));
        }
      }
      return java.util.Optional.empty();
    }
  }
}
