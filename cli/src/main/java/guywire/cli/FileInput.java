package guywire.cli;

import guywire.network.config.Name;
import guywire.network.format.Formats;
import guywire.network.format.Imported;
import guywire.network.format.SourceFile;
import guywire.network.verify.Assembly;
import guywire.network.verify.Facts;
import guywire.network.verify.Subject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The configuration files of several hosts, as they lie on a disk: {@code router-a.conf} is the
 * file of router-a, and so is everything below a directory {@code router-a/}.
 */
final class FileInput {

  /** More files than any network's configuration has: a wrong directory was named. */
  private static final int MOST_FILES = 20_000;

  private static final long MOST_BYTES = 64L << 20;

  /** Directories of a host's own file system, which name no host. */
  private static final Set<String> SYSTEM =
      Set.of(
          "etc",
          "wireguard",
          "config",
          "systemd",
          "network",
          "networkmanager",
          "system-connections",
          "sysctl.d",
          "pve",
          "sdn",
          "priv",
          "proxmox",
          "");

  /** File names that say what is in the file, not whose it is. */
  private static final String GENERIC =
      "(wg[a-z]*\\d*|\\d+-.*|network|firewall|fabrics|wg-keys|nftables|sysctl)(\\..*)?";

  private FileInput() {}

  /**
   * Reads files and directories into one network.
   *
   * @throws Refusal if one can't be read, or there is none
   */
  static Subject of(List<Path> paths, Facts facts) {
    Map<String, List<SourceFile>> byHost = new LinkedHashMap<>();
    for (Path path : paths) {
      if (!Files.exists(path)) {
        throw Refusal.unreadable("no-file", path.toString());
      }
      for (Path file : below(path)) {
        var text = text(file);
        if (text.isEmpty() && file.equals(path)) {
          throw Refusal.unreadable("not-text", file.toString());
        }
        text.ifPresent(content ->
            byHost
                .computeIfAbsent(host(path, file), _ -> new ArrayList<>())
                .add(new SourceFile(file.toString(), content)));
      }
    }
    if (byHost.isEmpty()) {
      throw Refusal.unreadable("no-files");
    }
    var imported = new ArrayList<Imported>();
    new TreeMap<>(byHost).forEach((host, files) -> imported.addAll(read(host, files)));
    return Assembly.of(new Name("network"), imported, facts);
  }

  private static List<Imported> read(String host, List<SourceFile> files) {
    var known =
        files.size() == 1
            ? files
            : files.stream()
                .filter(file -> Formats.detect(file.name(), file.content()).isPresent())
                .toList();
    return Formats.read(new Name(host), known.isEmpty() ? files : known);
  }

  private static List<Path> below(Path path) {
    try (var walk = Files.walk(path)) {
      var files = walk.filter(Files::isRegularFile).sorted().limit(MOST_FILES + 1L).toList();
      if (files.size() > MOST_FILES) {
        throw Refusal.unreadable("too-many-files", path.toString());
      }
      return files;
    } catch (IOException | UncheckedIOException e) {
      throw Refusal.unreadable("cannot-read", path.toString());
    }
  }

  /** The text of a file; empty if it is a picture or other bytes. */
  private static Optional<String> text(Path file) {
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw Refusal.unreadable("too-large", file.toString());
      }
      return Optional.of(Files.readString(file));
    } catch (CharacterCodingException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw Refusal.unreadable("cannot-read", file.toString());
    }
  }

  /** The host a file belongs to: its own name, or the nearest directory that is no system's. */
  static String host(Path named, Path file) {
    String name = String.valueOf(file.getFileName());
    if (!name.toLowerCase(Locale.ROOT).matches(GENERIC)) {
      int dot = name.indexOf('.');
      return label(dot > 0 ? name.substring(0, dot) : name);
    }
    for (Path up = file.toAbsolutePath().getParent();
        up != null && up.getFileName() != null;
        up = up.getParent()) {
      String directory = up.getFileName().toString();
      if (!SYSTEM.contains(directory.toLowerCase(Locale.ROOT))
          && !up.equals(named.toAbsolutePath().getParent())) {
        return label(directory);
      }
      if (up.equals(named.toAbsolutePath())) {
        break;
      }
    }
    Path parent = file.toAbsolutePath().getParent();
    String directory =
        parent == null || parent.getFileName() == null ? "" : parent.getFileName().toString();
    return SYSTEM.contains(directory.toLowerCase(Locale.ROOT)) ? "this-host" : label(directory);
  }

  /** The text as a name: lower case, everything else a hyphen. */
  private static String label(String text) {
    String label =
        text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-+|-+$", "");
    label = label.length() > 63 ? label.substring(0, 63).replaceAll("-+$", "") : label;
    return label.isEmpty() ? "host" : label;
  }
}
