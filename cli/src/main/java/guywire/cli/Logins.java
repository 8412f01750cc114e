package guywire.cli;

import static java.util.stream.Collectors.joining;

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
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The servers that the user is logged in at: their links, a line each, the latest first, each with
 * the addresses that it had, in a file of mode 0600 in a directory of his own.
 */
final class Logins {

  private static final String FILE = "servers";

  private final Path directory;

  /**
   * One of them.
   *
   * @param link where he logged in, and what opens it
   * @param places the addresses that the server had then
   */
  record Login(ServerLink link, List<String> places) {
    /** Copies the list. */
    Login {
      places = List.copyOf(places);
    }

    /** One written on a line; empty if there is none. */
    static Optional<Login> tryParse(String line) {
      var words = List.of(line.strip().split("\\s+"));
      return ServerLink.tryParse(words.getFirst())
          .map(link -> new Login(link, words.stream().skip(1).filter(ServerLink::isUrl).toList()));
    }

    private String reveal() {
      return link.reveal() + places.stream().map(place -> " " + place).collect(joining());
    }
  }

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
  List<Login> all() {
    try (var owned = OwnedDirectory.open(directory, Audience.OWNER)) {
      var bytes = owned.read(FILE, Audience.OWNER);
      return bytes
          .map(read ->
              new String(read, StandardCharsets.UTF_8)
                  .lines()
                  .flatMap(line -> Login.tryParse(line).stream())
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

  /**
   * Where else the server of a link may be: the addresses that it had, and where the user is logged
   * in at one with the same certificate, which is on the same database.
   */
  List<String> others(ServerLink link) {
    return all().stream()
        .filter(login -> login.link().fingerprint().equals(link.fingerprint()))
        .flatMap(login -> Stream.concat(login.places().stream(), Stream.of(login.link().url())))
        .filter(url -> !url.equals(link.url()))
        .distinct()
        .toList();
  }

  /** Adds one, in place of another at the same server. */
  void add(Login login) {
    var lines = new ArrayList<String>();
    lines.add(login.reveal());
    for (var other : all()) {
      if (!other.link().url().equals(login.link().url())) {
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
