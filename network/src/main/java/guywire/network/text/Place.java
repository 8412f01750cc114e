package guywire.network.text;

/**
 * Where something stands: a file, and in it a line and column counted from 1; 0 where not known.
 *
 * @param file the path as the user gave it, or a name such as "(planned)"
 * @param line the line, or 0
 * @param column the column, or 0
 */
public record Place(String file, int line, int column) {

  /** The place of what Guywire planned by itself. */
  public static final Place PLANNED = new Place("(planned)", 0, 0);

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a number is negative
   */
  public Place {
    if (line < 0 || column < 0) {
      throw new IllegalArgumentException("lines and columns count from 1");
    }
  }

  /** {@code file:line:column}, leaving out what is not known. */
  @Override
  public String toString() {
    return file + (line == 0 ? "" : ":" + line) + (column == 0 ? "" : ":" + column);
  }
}
