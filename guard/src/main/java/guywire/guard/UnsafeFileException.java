package guywire.guard;

import java.io.IOException;
import java.nio.file.Path;
import java.text.MessageFormat;
import java.util.List;
import java.util.Locale;
import java.util.ResourceBundle;

/**
 * A file or directory that somebody else could have put there or could change or, where it is
 * secret, read. Nothing was read from it or written to it.
 *
 * <p>What to tell people stands in the bundle beside this class, under {@link #key} with {@link
 * #arguments}.
 */
public final class UnsafeFileException extends IOException {

  private static final long serialVersionUID = 1;
  private static final String BUNDLE = "guywire.guard.messages";

  /** What is wrong with it. */
  public enum Reason {
    /** It belongs neither to the caller nor to root. */
    FOREIGN,
    /** Others than its owner may write it. */
    WRITABLE,
    /** Others than its owner may read what is secret. */
    READABLE,
    /** It is a symbolic link. */
    LINK,
    /** It has another name somewhere, by which it may be open to others. */
    HARD_LINK,
    /** It is no directory. */
    NO_DIRECTORY,
    /** It is no regular file. */
    NO_FILE,
    /** Another one stood in its place a moment ago. */
    EXCHANGED,
    /** Its file system can't tell who owns what. */
    UNSUPPORTED
  }

  private final Reason reason;
  private final String file;
  private final String owner;
  private final String mend;

  UnsafeFileException(Path file, Reason reason, String owner, String mend) {
    super(english(key(reason), List.of(file.toString(), owner, mend)));
    this.reason = reason;
    this.file = file.toString();
    this.owner = owner;
    this.mend = mend;
  }

  private static String english(String key, List<String> arguments) {
    var bundle = ResourceBundle.getBundle(BUNDLE, Locale.ROOT);
    return new MessageFormat(bundle.getString(key), Locale.ROOT)
        .format(arguments.stream().map(PlainText::line).toArray());
  }

  private static String key(Reason reason) {
    return "unsafe." + reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What is wrong with it. */
  public Reason reason() {
    return reason;
  }

  /** The file or directory. */
  public String file() {
    return file;
  }

  /** The key of the message in the bundle {@code guywire.guard.messages}. */
  public String key() {
    return key(reason);
  }

  /** What fills the message's places: the file, its owner, and the command that mends it. */
  public List<String> arguments() {
    return List.of(file, owner, mend);
  }
}
