package guywire.lab;

/** The lab could not be built or lost one of its machines; never a broken promise. */
public final class LabException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /** With what happened, in a sentence. */
  public LabException(String message) {
    super(message);
  }

  /** With what happened, in a sentence, and why. */
  public LabException(String message, Throwable cause) {
    super(message, cause);
  }
}
