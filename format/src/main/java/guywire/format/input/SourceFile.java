package guywire.format.input;

import java.util.OptionalInt;

/**
 * A file as it was read.
 *
 * @param name the path as the user gave it; what messages name
 * @param content its text
 * @param path what it is called on its host: the same, unless a script writes the file
 * @param mode its permission bits (such as 0600), where the file system has them
 */
public record SourceFile(String name, String content, String path, OptionalInt mode) {

  /** A file of which no more is known than its name and text. */
  public SourceFile(String name, String content) {
    this(name, content, name, OptionalInt.empty());
  }

  /** The last part of the path, without directories. */
  public String lastName() {
    return path.substring(path.replace('\\', '/').lastIndexOf('/') + 1);
  }

  /** The name only: the content may hold keys. */
  @Override
  public String toString() {
    return name;
  }
}
