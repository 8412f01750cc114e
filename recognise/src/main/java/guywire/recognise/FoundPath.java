package guywire.recognise;

import java.util.List;

/**
 * Where a file was found. It need not be on this machine's disk: a browser sends such paths too.
 *
 * @param parts the directories from the top, and the file's own name at the end
 * @param named how many of these parts were named by whoever gave the file: all of them, or those
 *     of a directory above it
 */
public record FoundPath(List<String> parts, int named) {

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if there is no part, or more are named than there are
   */
  public FoundPath {
    parts = List.copyOf(parts);
    if (parts.isEmpty() || named < 0 || named > parts.size()) {
      throw new IllegalArgumentException("no path of a file");
    }
  }

  /** Whether the file itself was named, and not a directory above it. */
  public boolean isNamed() {
    return named == parts.size();
  }

  /** The name of the file. */
  public String fileName() {
    return parts.getLast();
  }

  /** The directory that it lies in, from the top. */
  List<String> directory() {
    return parts.subList(0, parts.size() - 1);
  }
}
