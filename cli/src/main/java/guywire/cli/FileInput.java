package guywire.cli;

import guywire.format.Format;
import guywire.format.Formats;
import guywire.format.Imported;
import guywire.format.SourceFile;
import guywire.network.Name;
import guywire.prove.Assembly;
import guywire.prove.Facts;
import guywire.prove.Subject;
import guywire.recognise.HostFiles;
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
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The configuration files of several hosts, as they lie on a disk: {@code router-a.conf} is the
 * file of router-a, and so is everything below a directory {@code router-a/}.
 */
final class FileInput {

  /** More files than any network's configuration has: a wrong directory was named. */
  private static final int MOST_FILES = 20_000;

  /** What wg-quick's file is called unless something speaks for another name. */
  private static final String USUAL_NAME = "wg0.conf";

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
    return of(pile(paths), facts);
  }

  /** What the files of several hosts are about. */
  static Subject of(HostFiles pile, Facts facts) {
    return Assembly.of(new Name("network"), pile.hosts(), facts);
  }

  /**
   * Reads files and directories, host by host.
   *
   * @throws Refusal if one can't be read, or there is none
   */
  static HostFiles pile(List<Path> paths) {
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
        text.map(content -> source(file, content))
            .filter(source -> file.equals(path) || belongs(source))
            .ifPresent(source ->
                byHost.computeIfAbsent(host(path, file), _ -> new ArrayList<>()).add(source));
      }
    }
    if (byHost.isEmpty()) {
      throw Refusal.unreadable("no-files");
    }
    var imported = new ArrayList<Imported>();
    new TreeMap<>(byHost)
        .forEach((host, files) -> imported.addAll(Formats.read(new Name(host), files)));
    return new HostFiles(
        Formats.merged(imported), byHost.values().stream().flatMap(List::stream).toList());
  }

  private static SourceFile source(Path file, String content) {
    var source = new SourceFile(file.toString(), content, file.toString(), mode(file));
    String stem = source.lastName().replaceFirst("\\.conf$", "");
    boolean ofHost =
        source.lastName().endsWith(".conf")
            && !stem.matches(GENERIC)
            && !file.toAbsolutePath().toString().matches(".*/wireguard/[^/]+")
            && Format.detect(source).equals(Optional.of(Format.WG_QUICK))
            && !content.matches("(?s).*\\b" + Pattern.quote(stem) + "\\b.*");
    // A copy that is named after its host; on the host it can't have that name for long.
    return ofHost ? new SourceFile(source.name(), content, USUAL_NAME, source.mode()) : source;
  }

  /** In a directory there may be anything; a guide there is a README, not what a host runs. */
  private static boolean belongs(SourceFile source) {
    return Format.detect(source).filter(format -> format != Format.GUIDE).isPresent();
  }

  /** The permission bits of a file; empty where the file system has none. */
  private static OptionalInt mode(Path file) {
    try {
      return OptionalInt.of((Integer) Files.getAttribute(file, "unix:mode") & 0777);
    } catch (IOException | UnsupportedOperationException e) {
      return OptionalInt.empty();
    }
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

  /**
   * The text of a file that was named.
   *
   * @throws Refusal if there is none
   */
  static String namedText(Path file) {
    if (!Files.isRegularFile(file)) {
      throw Refusal.unreadable("no-file", file.toString());
    }
    return text(file).orElseThrow(() -> Refusal.unreadable("not-text", file.toString()));
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

  /**
   * The host a file belongs to. Below a named directory, each directory is a host, unless it is
   * part of a host's own file system; a file is its host's by its own name, or by the directory it
   * lies in if its name only says what it is.
   */
  static String host(Path named, Path file) {
    Path inside = named.equals(file) ? Path.of("") : named.relativize(file);
    if (inside.getNameCount() > 1 && !isSystem(inside.getName(0))) {
      return label(inside.getName(0).toString());
    }
    String name = String.valueOf(file.getFileName());
    boolean alone = named.equals(file) || inside.getNameCount() == 1;
    if (alone && !name.toLowerCase(Locale.ROOT).matches(GENERIC)) {
      int dot = name.indexOf('.');
      return label(dot > 0 ? name.substring(0, dot) : name);
    }
    Path up = (named.equals(file) ? file : named).toAbsolutePath();
    up = named.equals(file) ? up.getParent() : up;
    while (up != null && up.getFileName() != null && isSystem(up.getFileName())) {
      up = up.getParent();
    }
    return up == null || up.getFileName() == null
        ? "this-host"
        : label(up.getFileName().toString());
  }

  private static boolean isSystem(Path directory) {
    return SYSTEM.contains(directory.toString().toLowerCase(Locale.ROOT));
  }

  /** The text as a name: lower case, everything else a hyphen. */
  static String label(String text) {
    String label =
        text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-+|-+$", "");
    label = label.length() > 63 ? label.substring(0, 63).replaceAll("-+$", "") : label;
    return label.isEmpty() ? "host" : label;
  }
}
