package guywire.control.store;

import guywire.network.text.Text;

/** What is kept can't be read or changed. Nothing was changed by whoever gets this. */
public final class StoreException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final transient Text text;

  StoreException(Text text) {
    super(text.toString());
    this.text = text;
  }

  StoreException(Text text, Throwable cause) {
    super(text.toString(), cause);
    this.text = text;
  }

  /** What people read. */
  public Text text() {
    return text;
  }
}
