package guywire.cli;

import guywire.guard.Audience;
import guywire.guard.OwnedDirectory;
import guywire.guard.UnsafeFileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The servers that the user is logged in at: their links, a line each, the latest first, in a file
 * of mode 0600 in a directory of his own.
 */
final class Logins {

  private static final String FILE = "servers";

  private final Path directory;

  private Logins(Path directory) {
    this.directory = directory;
  }

  /** Those of whoever has this environment. */
  static Logins of(Map<String, String> environment) {
    String configured = environment.getOrDefault("XDG_CONFIG_HOME", "");
    Path base =
        configured.startsWith("/")
            ? Path.of(configured)
            : Path.of(environment.getOrDefault("HOME", "/"), ".config");
    return new Logins(base.resolve("guywire"));
  }

  /** All of them, the latest first. */
  List<ServerLink> all() {
    try (var owned = OwnedDirectory.open(directory, Audience.OWNER)) {
      var bytes = owned.read(FILE, Audience.OWNER);
      return bytes
          .map(read ->
              new String(read, StandardCharsets.UTF_8)
                  .lines()
                  .flatMap(line -> ServerLink.tryParse(line).stream())
                  .toList())
          .orElse(List.of());
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (UnsafeFileException e) {
      throw Refusal.unsafe(e);
    } catch (IOException e) {
      throw Refusal.unreadable("logins", directory.toString(), String.valueOf(e.getMessage()));
    }
  }

  /** Adds one, in place of another at the same server. */
  void add(ServerLink link) {
    var lines = new ArrayList<String>();
    lines.add(link.reveal());
    for (var other : all()) {
      if (!other.url().equals(link.url())) {
        lines.add(other.reveal());
      }
    }
    try (var owned = OwnedDirectory.make(directory, Audience.OWNER)) {
      byte[] text = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
      owned.write(FILE, text, Audience.OWNER);
    } catch (UnsafeFileException e) {
      throw Refusal.unsafe(e);
    } catch (IOException e) {
      throw Refusal.unreadable("logins", directory.toString(), String.valueOf(e.getMessage()));
    }
  }
}
