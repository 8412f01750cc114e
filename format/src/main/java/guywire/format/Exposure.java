package guywire.format;

import guywire.format.input.Format;
import guywire.format.input.SourceFile;
import guywire.format.syntax.Notes;
import guywire.network.text.Place;
import java.util.regex.Pattern;

/** F08: files with secret keys that every user of their host can read or change. */
final class Exposure {

  private static final int OTHERS_READ = 04;
  private static final int OTHERS_WRITE = 02;

  /** A private or pre-shared key in any of the formats: the word, then 44 characters of base64. */
  private static final Pattern SECRET =
      Pattern.compile(
          "(?i)(?:private|preshared|pre-shared)[-_ ]?keys?\\b[^\\n]{0,80}?"
              + "(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=");

  /** The first line of {@code wg show all dump}: interface, private key, public key, ... */
  private static final Pattern DUMP =
      Pattern.compile("(?m)^\\S{1,15}\\t[A-Za-z0-9+/]{43}=\\t[A-Za-z0-9+/]{43}=\\t\\d+\\t");

  private Exposure() {}

  /** Says so if others may read or write a file that holds a secret key. */
  static void look(SourceFile file, Notes notes) {
    int others = file.mode().orElse(0) & (OTHERS_READ | OTHERS_WRITE);
    if (others == 0) {
      return;
    }
    int at = at(file);
    if (at >= 0) {
      int line = (int) file.content().substring(0, at).chars().filter(c -> c == '\n').count() + 1;
      String mode = String.format("%04o", file.mode().getAsInt() & 0777);
      notes.error("F08", new Place(file.name(), line, 0), "secret.exposed", file.name(), mode);
    }
  }

  private static int at(SourceFile file) {
    var secret = SECRET.matcher(file.content());
    if (secret.find()) {
      return secret.start();
    }
    var dump = DUMP.matcher(file.content());
    return dump.find() ? dump.start() : Format.isSecretKey(file) ? 0 : -1;
  }
}
