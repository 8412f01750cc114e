package guywire.node;

import guywire.guard.Audience;
import guywire.guard.OwnedDirectory;
import guywire.guard.UnsafeFileException;
import guywire.network.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A directory that only its owner may enter, for what Guywire knows of a host. It is opened anew
 * for each thing that is done in it, and refused if somebody else could have put there what is in
 * it. A text is replaced as a whole or not at all, also when the power fails.
 */
record StateDirectory(Path path) {

  /**
   * Makes the directory if it is not there, and takes from others what they may see in it.
   *
   * @throws SetupFailure if it is a link, or somebody else's, or others may write there
   */
  StateDirectory make() {
    return unchecked(() -> {
      try (var directory = OwnedDirectory.make(path, Audience.OWNER)) {
        return this;
      } catch (UnsafeFileException e) {
        if (e.reason() != UnsafeFileException.Reason.READABLE) {
          throw e;
        }
        try (var directory = opened()) {
          directory.restrict();
          return this;
        }
      }
    });
  }

  StateDirectory below(String name) {
    return new StateDirectory(path.resolve(name));
  }

  Path file(String name) {
    return path.resolve(name);
  }

  /**
   * A file of the directory, for the owner alone.
   *
   * @throws SetupFailure if somebody else could have put it there
   */
  FileChannel open(String name, OpenOption... options) throws IOException {
    try (var directory = opened()) {
      return directory.open(name, Audience.OWNER, options);
    } catch (UnsafeFileException e) {
      throw new SetupFailure(Text.of(e), e);
    }
  }

  /** The text of a file, if it is there. */
  Optional<String> read(String name) {
    return unchecked(() -> {
      try (var directory = opened()) {
        return directory
            .read(name, Audience.OWNER)
            .map(bytes -> new String(bytes, StandardCharsets.UTF_8));
      } catch (NoSuchFileException e) {
        return Optional.empty();
      }
    });
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
    unchecked(() ->
        uninterrupted(() -> {
          try (var directory = opened()) {
            directory.write(name, text.getBytes(StandardCharsets.UTF_8), Audience.OWNER);
            return this;
          }
        }));
  }

  /** Writes a text where the channel stands, and waits until the disk has it. */
  static void write(FileChannel channel, String text) throws IOException {
    var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    channel.force(true);
  }

  void delete(String name) {
    unchecked(() -> {
      try (var directory = opened()) {
        return directory.deleteIfThere(name);
      } catch (NoSuchFileException e) {
        return false;
      }
    });
  }

  /** Removes the directory if nothing is in it. */
  void deleteIfEmpty() {
    unchecked(() -> {
      try {
        return Files.deleteIfExists(path);
      } catch (DirectoryNotEmptyException e) {
        // Another node's things are there.
        return false;
      }
    });
  }

  /** As it is found: what is in it was put there by its owner. */
  private OwnedDirectory opened() throws IOException {
    return OwnedDirectory.open(path, Audience.EVERYBODY);
  }

  private static <T> T unchecked(FileTask<T> task) {
    try {
      return task.run();
    } catch (UnsafeFileException e) {
      throw new SetupFailure(Text.of(e), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
