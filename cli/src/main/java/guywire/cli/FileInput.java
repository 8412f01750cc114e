package guywire.cli;

import guywire.format.output.RenderedDirectory;
import guywire.network.Name;
import guywire.prove.Assembly;
import guywire.prove.Facts;
import guywire.prove.FactsFile;
import guywire.prove.Subject;
import guywire.recognise.FileCollector;
import guywire.recognise.FoundPath;
import guywire.recognise.HostFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The configuration files of several hosts, as they lie on a disk. Each that was given is read, or
 * said not to be.
 */
final class FileInput {

  /** More files than any network's configuration has: a wrong directory was named. */
  private static final int MOST_FILES = 20_000;

  /** The configuration of a hundred thousand peers has a quarter of this. */
  private static final long MOST_BYTES = 64L << 20;

  private final FileCollector collector = new FileCollector();
  private final Set<Path> seen = new LinkedHashSet<>();
  private final Set<Path> elsewhere = new LinkedHashSet<>();
  private final Set<Path> named = new LinkedHashSet<>();
  private long bytes;

  private FileInput() {}

  /**
   * Reads files and directories into one network.
   *
   * @throws Refusal if one can't be read, or there is none
   */
  static Subject of(List<Path> paths, Facts facts) {
    return of(collect(paths, Optional.empty()), facts);
  }

  /** What the files of several hosts are about. */
  static Subject of(HostFiles found, Facts facts) {
    return Assembly.of(new Name("network"), found.hosts(), facts.saying(found.findings()));
  }

  /**
   * What a file says that no configuration does; nothing if there is none.
   *
   * @throws Refusal if it can't be read
   */
  static Facts facts(Optional<Path> file) {
    return file.map(path -> FactsFile.parse(path.toString(), namedText(path))).orElse(Facts.NONE);
  }

  /**
   * Reads files and directories, host by host.
   *
   * @param facts a file that may lie among them and is read as something else
   * @throws Refusal if one can't be read, or there is none
   */
  static HostFiles collect(List<Path> paths, Optional<Path> facts) {
    var input = new FileInput();
    facts.ifPresent(file -> input.elsewhere.add(real(file)));
    // What is named counts by its name, also where it lies in a directory that is named too.
    paths.stream().filter(path -> !Files.isDirectory(path)).forEach(input::add);
    input.named.addAll(input.seen);
    paths.stream().filter(Files::isDirectory).forEach(input::add);
    if (input.collector.isEmpty()) {
      throw Refusal.unreadable("no-files");
    }
    return input.collector.files();
  }

  private void add(Path path) {
    if (!Files.exists(path)) {
      throw Refusal.unreadable("no-file", path.toString());
    }
    Set<Path> rendered = rendered(path);
    for (Path file : below(path)) {
      if (elsewhere.contains(real(file))) {
        continue;
      }
      if (!seen.add(real(file))) {
        if (file.equals(path) || !named.contains(real(file))) {
          collector.twice(file.toString());
        }
        continue;
      }
      var text = text(file);
      boolean byName = file.equals(path);
      if (text.isEmpty() && byName) {
        throw Refusal.unreadable("not-text", file.toString());
      }
      collector.add(
          new FileCollector.Found(
              at(path, file), file.toString(), text, mode(file), Optional.empty()),
          rendered.contains(file.toAbsolutePath()));
    }
  }

  private static FoundPath at(Path named, Path file) {
    var parts = new ArrayList<String>();
    file.toAbsolutePath().normalize().forEach(part -> parts.add(part.toString()));
    return new FoundPath(parts, named.toAbsolutePath().normalize().getNameCount());
  }

  /**
   * What {@code guywire render} wrote into a directory: some of it is for programs that are not
   * read here, and says nothing that the rest does not.
   */
  private static Set<Path> rendered(Path path) {
    try {
      return Files.isDirectory(path) ? new RenderedDirectory(path).listed() : Set.of();
    } catch (IOException e) {
      throw Refusal.unreadable("cannot-read", path.toString());
    }
  }

  private static Path real(Path file) {
    try {
      return file.toRealPath();
    } catch (IOException e) {
      return file.toAbsolutePath().normalize();
    }
  }

  /** The permission bits of a file; empty where the file system has none. */
  private static OptionalInt mode(Path file) {
    try {
      return OptionalInt.of((Integer) Files.getAttribute(file, "unix:mode") & 0777);
    } catch (IOException | UnsupportedOperationException e) {
      return OptionalInt.empty();
    }
  }

  private List<Path> below(Path path) {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    var files = new ArrayList<Path>();
    try {
      Files.walkFileTree(
          path,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes of) {
              // Where programs keep their own things, such as .git.
              if (!directory.equals(path)
                  && String.valueOf(directory.getFileName()).startsWith(".")) {
                collector.beside(directory.toString());
                return FileVisitResult.SKIP_SUBTREE;
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes of) {
              if (Files.isRegularFile(file)) {
                files.add(file);
              }
              return files.size() > MOST_FILES
                  ? FileVisitResult.TERMINATE
                  : FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException | UncheckedIOException e) {
      throw Refusal.unreadable("cannot-read", path.toString());
    }
    if (files.size() > MOST_FILES) {
      throw Refusal.unreadable("too-many-files", path.toString());
    }
    files.sort(null);
    return files;
  }

  /**
   * The text of a file that was named.
   *
   * @throws Refusal if there is none
   */
  static String namedText(Path file) {
    if (!Files.isRegularFile(file)) {
      throw Refusal.unreadable("no-file", file.toString());
    }
    return new FileInput()
        .text(file)
        .orElseThrow(() -> Refusal.unreadable("not-text", file.toString()));
  }

  /**
   * The text of a file; empty if it is a picture or other bytes. wg-quick reads bytes, so that a
   * comment in another encoding is no reason not to: what is not UTF-8 is taken byte by byte.
   */
  private Optional<String> text(Path file) {
    // No more than that is read, whatever the file says of its size: some have no end.
    try (var in = Files.newInputStream(file)) {
      byte[] read = in.readNBytes(Math.toIntExact(MOST_BYTES - bytes + 1));
      bytes += read.length;
      if (bytes > MOST_BYTES) {
        throw Refusal.unreadable("too-large", file.toString(), (MOST_BYTES >> 20) + "");
      }
      return FileText.of(read);
    } catch (IOException e) {
      throw Refusal.unreadable("cannot-read", file.toString());
    }
  }
}
