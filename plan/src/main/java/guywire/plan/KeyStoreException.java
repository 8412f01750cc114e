package guywire.plan;

import guywire.guard.UnsafeFileException;
import java.nio.file.Path;
import java.util.Optional;

/** A key can't be read or kept; the message names the file and never its content. */
public final class KeyStoreException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /** Why it failed. */
  public enum Reason {
    /** The file holds no key. */
    NOT_A_KEY,
    /** Others could have put the file or directory there, or could read or change it. */
    UNSAFE,
    /** The key is not the one that is wanted under this name. */
    ANOTHER_KEY,
    /** Reading or writing failed. */
    FAILED
  }

  private final String file;
  private final Reason reason;
  private final String detail;
  private final transient Optional<UnsafeFileException> refusal;

  KeyStoreException(Path file, Reason reason, String detail) {
    super(file + ": " + reason + " " + detail);
    this.file = file.toString();
    this.reason = reason;
    this.detail = detail;
    this.refusal = Optional.empty();
  }

  KeyStoreException(UnsafeFileException refusal) {
    super(refusal.getMessage(), refusal);
    this.file = refusal.file();
    this.reason = Reason.UNSAFE;
    this.detail = "";
    this.refusal = Optional.of(refusal);
  }

  /** Why it is not safe to use; present if that is the reason. */
  public Optional<UnsafeFileException> refusal() {
    return refusal;
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
