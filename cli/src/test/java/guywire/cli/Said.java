package guywire.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * What a command said, in English and without colours, and the code it ended with.
 *
 * @param code the exit code
 * @param text both streams together
 */
record Said(int code, String text) {

  /** Runs guywire with these words. */
  static Said by(String... words) {
    var bytes = new ByteArrayOutputStream();
    var stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    int code = Main.run(Screen.plain(stream, stream, Locale.ENGLISH), words);
    return new Said(code, bytes.toString(StandardCharsets.UTF_8));
  }
}
