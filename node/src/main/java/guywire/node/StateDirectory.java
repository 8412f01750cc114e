package guywire.node;

import guywire.network.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * A directory that only its owner may enter, for what Guywire knows of a host. Its files are made
 * with the mode they keep, links are never followed, and a text is replaced as a whole or not at
 * all, also when the power fails.
 */
record StateDirectory(Path path) {

  private static final int WRITABLE_BY_OTHERS = 022;
  private static final int OPEN_TO_OTHERS = 077;

  private static final FileAttribute<Set<PosixFilePermission>> OWNERS_DIRECTORY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  static final FileAttribute<Set<PosixFilePermission>> OWNERS_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  /**
   * Makes the directory if it is not there.
   *
   * @throws SetupFailure if it is a link, or somebody else's, or others may write there
   */
  StateDirectory make() {
    try {
      try {
        Files.createDirectories(path.getParent());
        Files.createDirectory(path, OWNERS_DIRECTORY);
      } catch (FileAlreadyExistsException e) {
        // As it should be, if it is a directory of ours: that is looked at now.
      }
      int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
      boolean ours =
          Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
              && Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS)
                  .equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))
              && (mode & WRITABLE_BY_OTHERS) == 0;
      if (!ours) {
        throw new SetupFailure(Text.of(StateDirectory.class, "state.unsafe", path.toString()));
      }
      if ((mode & OPEN_TO_OTHERS) != 0) {
        Files.setPosixFilePermissions(path, OWNERS_DIRECTORY.value());
      }
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  StateDirectory below(String name) {
    return new StateDirectory(path.resolve(name));
  }

  Path file(String name) {
    return path.resolve(name);
  }

  /** A file of the directory, opened without following a link. */
  FileChannel open(String name, StandardOpenOption... options) throws IOException {
    var all = new java.util.HashSet<OpenOption>(Set.of(options));
    all.add(LinkOption.NOFOLLOW_LINKS);
    return FileChannel.open(file(name), all, OWNERS_FILE);
  }

  /** The text of a file, if it is there. */
  Optional<String> read(String name) {
    try (var channel = open(name, StandardOpenOption.READ)) {
      var bytes = ByteBuffer.allocate(Math.toIntExact(channel.size()));
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
        continue;
      }
      return Optional.of(new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Something to do with files. */
  interface FileTask<T> {
    T run() throws IOException;
  }

  /**
   * Does something with channels, which an interruption would close: it is done to its end, and the
   * interruption is heard afterwards.
   */
  static <T> T uninterrupted(FileTask<T> task) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          return task.run();
        } catch (ClosedByInterruptException e) {
          interrupted = true;
          Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Puts a text in the place of a file. */
  void replace(String name, String text) {
    try {
      uninterrupted(() -> replaceWhole(name, text));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path replaceWhole(String name, String text) throws IOException {
    String aside = name + ".new";
    try (var channel =
        open(
            aside,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      write(channel, text);
    }
    Files.move(file(aside), file(name), StandardCopyOption.ATOMIC_MOVE);
    sync();
    return file(name);
  }

  /** Writes a text where the channel stands, and waits until the disk has it. */
  static void write(FileChannel channel, String text) throws IOException {
    var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    channel.force(true);
  }

  private void sync() throws IOException {
    try (var directory = FileChannel.open(path, StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  void delete(String name) {
    try {
      Files.deleteIfExists(file(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes the directory with its files. */
  void deleteAll() {
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (var files = Files.list(path)) {
      for (var file : files.toList()) {
        Files.deleteIfExists(file);
      }
      deleteIfEmpty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes the directory if nothing is in it. */
  void deleteIfEmpty() {
    try {
      Files.deleteIfExists(path);
    } catch (DirectoryNotEmptyException e) {
      // Another node's things are there.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
