package guywire.tunnel;

import guywire.guard.PlainText;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The process's log: one line each to a stream, by level. Never given a key. What stands in a line
 * may come from outside, so its control characters are escaped.
 */
final class Log {

  /** How much is said; each level includes those before it. */
  enum Level {
    SILENT,
    ERROR,
    VERBOSE;

    /** The level of LOG_LEVEL's value; what is not known is ERROR. */
    static Level parse(String text) {
      return switch (text.toLowerCase(Locale.ROOT)) {
        case "verbose", "debug" -> VERBOSE;
        case "silent" -> SILENT;
        default -> ERROR;
      };
    }
  }

  private final Level level;
  private final String prefix;
  private final PrintStream stream;
  private final Set<String> saidOnce = ConcurrentHashMap.newKeySet();

  Log(Level level, String interfaceName, PrintStream stream) {
    this.level = level;
    this.prefix = "guywire-tunnel: " + interfaceName + ": ";
    this.stream = stream;
  }

  boolean isVerbose() {
    return level == Level.VERBOSE;
  }

  void error(String line) {
    if (level != Level.SILENT) {
      stream.println(PlainText.line(prefix + line));
    }
  }

  /** Says what a fault of this program did, and where it is. */
  synchronized void failure(String line, Throwable failure) {
    error(line);
    if (level != Level.SILENT) {
      failure.printStackTrace(stream);
    }
  }

  /** Says as an error what stays as it is, however often it is met. */
  void errorOnce(String line) {
    if (saidOnce.add(line)) {
      error(line);
    }
  }

  void verbose(String line) {
    if (level == Level.VERBOSE) {
      stream.println(PlainText.line(prefix + line));
    }
  }
}
