package guywire.network.format;

/**
 * A file as it was read.
 *
 * @param name the path as the user gave it
 * @param content its text
 */
public record SourceFile(String name, String content) {

  /** The last part of the path, without directories. */
  public String lastName() {
    return name.substring(name.replace('\\', '/').lastIndexOf('/') + 1);
  }

  /** The name only: the content may hold keys. */
  @Override
  public String toString() {
    return name;
  }
}
