package guywire.node;

import guywire.network.text.Text;

/** This machine can't do it: a right or a program is missing. The message says how to get it. */
public final class MissingRequirement extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final transient Text text;

  /** A missing requirement, and how to get it. */
  public MissingRequirement(Text text) {
    super(text.toString());
    this.text = text;
  }

  /** What is missing, and the package or command that brings it. */
  public Text text() {
    return text;
  }
}
