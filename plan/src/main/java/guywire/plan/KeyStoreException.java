package guywire.plan;

import java.nio.file.Path;

/** A key can't be read or kept; the message names the file and never its content. */
public final class KeyStoreException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /** Why it failed. */
  public enum Reason {
    /** The file holds no key. */
    NOT_A_KEY,
    /** Others than its owner may read the file. */
    OPEN_TO_OTHERS,
    /** The key is not the one that is wanted under this name. */
    ANOTHER_KEY,
    /** Reading or writing failed. */
    FAILED
  }

  private final String file;
  private final Reason reason;
  private final String detail;

  KeyStoreException(Path file, Reason reason, String detail) {
    super(file + ": " + reason + " " + detail);
    this.file = file.toString();
    this.reason = reason;
    this.detail = detail;
  }

  /** The file or directory. */
  public String file() {
    return file;
  }

  /** Why it failed. */
  public Reason reason() {
    return reason;
  }

  /** What the system says about it. */
  public String detail() {
    return detail;
  }
}
