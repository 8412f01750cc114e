package guywire.format.output;

import guywire.guard.Audience;
import guywire.guard.OwnedDirectory;
import guywire.guard.UnsafeFileException;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A directory of output, held open, and what lies below it by its path relative to it. Each part of
 * a path is opened from the one above and checked: none leads out of the directory, and none
 * belongs to somebody else.
 *
 * <p>Not safe for use by several threads.
 */
final class OutputTree implements AutoCloseable {

  /** What is done in the directory that a path ends in. */
  private interface Deed<T> {
    T in(OwnedDirectory directory, String name) throws IOException;
  }

  private final OwnedDirectory top;

  private OutputTree(OwnedDirectory top) {
    this.top = top;
  }

  /**
   * Opens a directory; one that is made is for its owner alone.
   *
   * @throws UnsafeFileException if it is not safe
   */
  static OutputTree open(Path directory) throws IOException {
    try {
      return new OutputTree(OwnedDirectory.open(directory, Audience.EVERYBODY));
    } catch (NoSuchFileException e) {
      return new OutputTree(OwnedDirectory.make(directory, Audience.OWNER));
    }
  }

  /**
   * Opens a directory in this one; one that is made is for its owner alone.
   *
   * @throws UnsafeFileException if it is not safe
   */
  OutputTree inside(String name) throws IOException {
    return new OutputTree(child(top, name));
  }

  private static OwnedDirectory child(OwnedDirectory directory, String name) throws IOException {
    return directory.has(name)
        ? directory.child(name, Audience.EVERYBODY)
        : directory.makeChild(name, Audience.OWNER);
  }

  /** Lets nobody but the owner enter it. */
  void restrict() throws IOException {
    top.restrict();
  }

  /** Writes a file, whole or not at all, and the directories around it as needed. */
  void write(String path, byte[] bytes, Audience audience) throws IOException {
    write(top, Path.of(path), bytes, audience);
  }

  private static void write(OwnedDirectory directory, Path path, byte[] bytes, Audience audience)
      throws IOException {
    String first = path.getName(0).toString();
    if (path.getNameCount() == 1) {
      directory.writeLightly(first, bytes, audience);
      return;
    }
    try (var child = child(directory, first)) {
      write(child, path.subpath(1, path.getNameCount()), bytes, audience);
    }
  }

  /** Whether something is there, be it what it may. */
  boolean isThere(String path) throws IOException {
    return within(path, OwnedDirectory::has).orElse(false);
  }

  /** What is in a file; empty if there is none, or it is one that others could have put there. */
  Optional<byte[]> content(String path) throws IOException {
    return within(
            path,
            (directory, name) -> {
              try {
                return directory.read(name, Audience.EVERYBODY);
              } catch (UnsafeFileException e) {
                return Optional.<byte[]>empty();
              }
            })
        .flatMap(content -> content);
  }

  /** Deletes a file, and the directories it was in, as far as they are empty then. */
  void delete(String path) throws IOException {
    within(path, OwnedDirectory::deleteIfThere);
    for (Path up = Path.of(path).getParent(); up != null; up = up.getParent()) {
      try {
        within(up.toString(), OwnedDirectory::deleteDirectoryIfThere);
      } catch (DirectoryNotEmptyException e) {
        return;
      }
    }
  }

  /** Does something where a path ends; empty if a directory on the way is not there. */
  private <T> Optional<T> within(String path, Deed<T> deed) throws IOException {
    return within(top, Path.of(path), deed);
  }

  private static <T> Optional<T> within(OwnedDirectory directory, Path path, Deed<T> deed)
      throws IOException {
    String first = path.getName(0).toString();
    if (path.getNameCount() == 1) {
      return Optional.of(deed.in(directory, first));
    }
    try (var child = directory.child(first, Audience.EVERYBODY)) {
      return within(child, path.subpath(1, path.getNameCount()), deed);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() throws IOException {
    top.close();
  }
}
