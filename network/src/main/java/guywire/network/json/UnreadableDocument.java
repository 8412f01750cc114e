package guywire.network.json;

import guywire.network.text.Text;

/** A document that can't be read: not JSON, another version, an unknown field, a wrong value. */
public final class UnreadableDocument extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final transient Text text;

  /** What is wrong with it, in words for the user. */
  public UnreadableDocument(Text text) {
    super(text.toString());
    this.text = text;
  }

  static UnreadableDocument of(String key, Object... arguments) {
    return new UnreadableDocument(Text.of(UnreadableDocument.class, key, arguments));
  }

  /** What is wrong with it, for the user. */
  public Text text() {
    return text;
  }
}
