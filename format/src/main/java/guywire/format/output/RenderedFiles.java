package guywire.format.output;

import guywire.guard.Audience;
import java.io.IOException;
import java.nio.file.Path;
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
   * with its final mode, or not at all; a file of the same name is replaced. The directory and
   * those in it must be the caller's (or root's) own, and nothing is written through a symbolic
   * link. Directories that are made are for their owner alone (mode 0700), and so is the directory
   * itself, new or not, if keys come into it.
   *
   * @throws guywire.guard.UnsafeFileException if a directory is not safe
   * @throws IOException if a file can't be written; those before it stay
   */
  public void writeTo(Path directory) throws IOException {
    try (var open = OutputTree.open(directory)) {
      writeTo(open);
    }
  }

  void writeTo(OutputTree directory) throws IOException {
    if (files.stream().anyMatch(RenderedFile::isSecret)) {
      directory.restrict();
    }
    for (var file : files) {
      directory.write(
          file.path(), file.bytes(), file.isSecret() ? Audience.OWNER : Audience.EVERYBODY);
    }
  }
}
