package guywire.node;

import guywire.network.InterfaceName;
import guywire.network.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Where Guywire records what it set up: {@code /run/guywire/INTERFACE/state.json} on the machine,
 * in a directory only its owner may enter. A file is written aside and then renamed, so that there
 * is never half of one.
 */
record StateFile(Machine machine, InterfaceName name) {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  Path directory() {
    return machine.root().resolve("run/guywire").resolve(name.text());
  }

  private Path file() {
    return directory().resolve("state.json");
  }

  /** What is recorded, if anything. */
  Optional<Recorded> read() {
    try {
      return Optional.of(JSON.readValue(Files.readString(file()), Recorded.class));
    } catch (java.nio.file.NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (JacksonException e) {
      throw new SetupFailure(Text.of(StateFile.class, "state.unreadable", file().toString()), e);
    }
  }

  void write(Recorded recorded) {
    try {
      createDirectory();
      Path aside = directory().resolve("state.json.new");
      Files.writeString(aside, JSON.writeValueAsString(recorded));
      Files.move(aside, file(), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes the directory, for this and for other files beside the state. */
  void createDirectory() {
    try {
      var onlyOwner =
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
      Files.createDirectories(directory().getParent(), onlyOwner);
      if (!Files.isDirectory(directory())) {
        Files.createDirectory(directory(), onlyOwner);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes the directory and all in it. */
  void remove() {
    if (!Files.isDirectory(directory())) {
      return;
    }
    try (var files = Files.list(directory())) {
      for (var file : files.toList()) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(directory());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The names under which something is recorded on the machine. */
  static List<InterfaceName> recorded(Machine machine) {
    Path all = machine.root().resolve("run/guywire");
    if (!Files.isDirectory(all)) {
      return List.of();
    }
    try (Stream<Path> directories = Files.list(all)) {
      return directories
          .filter(directory -> Files.exists(directory.resolve("state.json")))
          .flatMap(d -> InterfaceName.tryParse(d.getFileName().toString()).stream())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
