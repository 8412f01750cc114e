package guywire.tunnel;

import java.io.PrintStream;
import java.util.Locale;

/** The process's log: one line each to a stream, by level. Never given a key. */
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
      stream.println(prefix + line);
    }
  }

  void verbose(String line) {
    if (level == Level.VERBOSE) {
      stream.println(prefix + line);
    }
  }
}
