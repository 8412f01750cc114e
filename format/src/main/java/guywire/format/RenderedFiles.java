package guywire.format;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * Rendered files on their way to a directory.
 *
 * @param files the files
 */
public record RenderedFiles(List<RenderedFile> files) {

  /** Copies the list. */
  public RenderedFiles {
    files = List.copyOf(files);
  }

  /**
   * Writes the files below a directory, making directories as needed. Each file appears whole and
   * with its final mode, or not at all; a file of the same name is replaced. Nothing is written
   * through a symbolic link inside the directory. Directories that are made are for their owner
   * alone (mode 0700), and so is the directory itself, new or not, if keys come into it.
   *
   * @throws IOException if a file can't be written; those before it stay
   */
  public void writeTo(Path directory) throws IOException {
    var anybody = PosixFilePermissions.fromString("rw-r--r--");
    var owner = PosixFilePermissions.fromString("rw-------");
    var ownersDirectory = PosixFilePermissions.fromString("rwx------");
    Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(ownersDirectory));
    if (files.stream().anyMatch(RenderedFile::isSecret)) {
      Files.setPosixFilePermissions(directory, ownersDirectory);
    }
    for (var file : files) {
      Path target = directory;
      for (Path part : Path.of(file.path())) {
        if (!target.equals(directory) && !Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
          Files.createDirectory(target, PosixFilePermissions.asFileAttribute(ownersDirectory));
        }
        target = target.resolve(part);
      }
      Path parent = target.getParent() == null ? directory : target.getParent();
      Path temporary =
          Files.createTempFile(
              parent, ".guywire", ".new", PosixFilePermissions.asFileAttribute(owner));
      try {
        Files.write(temporary, file.bytes());
        Files.setPosixFilePermissions(temporary, file.isSecret() ? owner : anybody);
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(temporary);
      }
    }
  }
}
