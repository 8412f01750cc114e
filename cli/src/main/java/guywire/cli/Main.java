package guywire.cli;

import guywire.network.text.Text;
import guywire.node.MissingRequirement;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.Writer;
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
        .setOut(writer(screen.out()))
        .setErr(writer(screen.err()))
        .setCaseInsensitiveEnumValuesAllowed(true)
        // A word that begins with @ is a word: no file is read, nor its first line shown.
        .setExpandAtFiles(false)
        .setParameterExceptionHandler((exception, arguments) -> wrongWords(screen, exception))
        .setExecutionExceptionHandler((exception, at, parsed) -> failed(screen, exception));
  }

  /** Text for a stream, piece by piece; a writer of bytes would pass by what makes it plain. */
  private static PrintWriter writer(PrintStream stream) {
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
