package guywire.format.syntax;

/** Text that grows line by line. */
public final class Lines {

  private final StringBuilder text = new StringBuilder();

  /** Adds a line. It must not hold a line break: one would let a value become a line of its own. */
  public Lines add(String line) {
    if (line.indexOf('\n') >= 0 || line.indexOf('\r') >= 0) {
      throw new IllegalArgumentException("a line break inside a line");
    }
    text.append(line).append('\n');
    return this;
  }

  /** Adds a line {@code key=value}. */
  public Lines set(String key, Object value) {
    return add(key + "=" + value);
  }

  /** Adds an empty line, unless the text is empty. */
  public Lines gap() {
    if (!text.isEmpty()) {
      text.append('\n');
    }
    return this;
  }

  boolean isEmpty() {
    return text.isEmpty();
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
