package guywire.node;

import guywire.network.text.Text;

/** A node could not be set up or taken back. What was done before the failure was undone. */
public final class SetupFailure extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final transient Text text;

  /** A failure in words for the user. */
  public SetupFailure(Text text) {
    super(text.toString());
    this.text = text;
  }

  /** A failure with the exception behind it. */
  public SetupFailure(Text text, Throwable cause) {
    super(text.toString(), cause);
    this.text = text;
  }

  /** What went wrong, for the user. */
  public Text text() {
    return text;
  }
}
