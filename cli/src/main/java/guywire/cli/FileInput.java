package guywire.cli;

import guywire.format.Formats;
import guywire.format.input.Format;
import guywire.format.input.SourceFile;
import guywire.format.output.RenderedDirectory;
import guywire.network.Name;
import guywire.network.text.Finding;
import guywire.network.text.Place;
import guywire.network.text.Severity;
import guywire.network.text.Text;
import guywire.prove.Assembly;
import guywire.prove.Facts;
import guywire.prove.FactsFile;
import guywire.prove.Subject;
import guywire.recognise.HostFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The configuration files of several hosts, as they lie on a disk. Each that was given is read, or
 * said not to be.
 */
final class FileInput {

  /** The code of what is said of a file as such: it was not read, or given twice. */
  static final String UNREAD = "A03";

  /** More files than any network's configuration has: a wrong directory was named. */
  private static final int MOST_FILES = 20_000;

  /** What wg-quick's file is called unless something speaks for another name. */
  private static final String USUAL_NAME = "wg0.conf";

  /** The configuration of a hundred thousand peers has a quarter of this. */
  private static final long MOST_BYTES = 64L << 20;

  /** So many files are named that are plainly no configuration; the rest is counted. */
  private static final int MOST_NAMED = 5;

  /** What lies beside configurations and is none, by its name. */
  private static final Pattern BESIDE =
      Pattern.compile(
          "(?i)(readme|license|licence|copying|changelog|makefile|notes?|todo)(\\..*)?"
              + "|.*\\.(md|markdown|txt|rst|html?|pdf|png|jpe?g|gif|svg|ico|pub|java|py|go|log)"
              + "|\\..*");

  /** What a file says that has to do with a tunnel. */
  private static final Pattern OF_A_TUNNEL =
      Pattern.compile(
          "(?i)wireguard|wg-quick|(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=");

  private final Map<HostNames.Found, SourceFile> sources = new LinkedHashMap<>();
  private final Set<Path> seen = new LinkedHashSet<>();
  private final Set<Path> elsewhere = new LinkedHashSet<>();
  private final Set<Path> named = new LinkedHashSet<>();
  private final List<String> beside = new ArrayList<>();
  private final List<Finding> findings = new ArrayList<>();
  private long bytes;

  private FileInput() {}

  /**
   * Reads files and directories into one network.
   *
   * @throws Refusal if one can't be read, or there is none
   */
  static Subject of(List<Path> paths, Facts facts) {
    return of(pile(paths, Optional.empty()), facts);
  }

  /** What the files of several hosts are about. */
  static Subject of(HostFiles pile, Facts facts) {
    return Assembly.of(new Name("network"), pile.hosts(), facts.saying(pile.findings()));
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
  static HostFiles pile(List<Path> paths, Optional<Path> facts) {
    var input = new FileInput();
    facts.ifPresent(file -> input.elsewhere.add(real(file)));
    // What is named counts by its name, also where it lies in a directory that is named too.
    paths.stream().filter(path -> !Files.isDirectory(path)).forEach(input::add);
    input.named.addAll(input.seen);
    paths.stream().filter(Files::isDirectory).forEach(input::add);
    return input.pile();
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
          say(Severity.INFO, file, "pile.twice");
        }
        continue;
      }
      var text = text(file);
      boolean byName = file.equals(path);
      if (text.isEmpty() && byName) {
        throw Refusal.unreadable("not-text", file.toString());
      }
      var source = text.map(content -> source(file, content)).filter(s -> byName || belongs(s));
      if (source.isPresent()) {
        sources.put(new HostNames.Found(path, file), source.get());
      } else if (isBeside(file, text) || rendered.contains(file.toAbsolutePath())) {
        beside.add(file.toString());
      } else {
        boolean box =
            text.filter(t -> Format.isFritzBox(new SourceFile(file.toString(), t))).isPresent();
        say(Severity.ERROR, file, box ? "pile.fritzbox" : "pile.unread");
      }
    }
  }

  private HostFiles pile() {
    if (sources.isEmpty()) {
      throw Refusal.unreadable("no-files");
    }
    Map<Name, List<SourceFile>> byHost = new TreeMap<>();
    HostNames.of(List.copyOf(sources.keySet()))
        .forEach((found, host) ->
            byHost
                .computeIfAbsent(host, _ -> new ArrayList<>())
                .add(sources.getOrDefault(found, new SourceFile(found.file().toString(), ""))));
    var imported = Formats.read(byHost);
    if (!beside.isEmpty()) {
      String some = String.join(", ", beside.subList(0, Math.min(MOST_NAMED, beside.size())));
      String more = beside.size() > MOST_NAMED ? ", ..." : "";
      say(
          Severity.INFO,
          Path.of(beside.getFirst()),
          "pile.beside",
          beside.size() + "",
          some + more);
    }
    return new HostFiles(Formats.merged(imported), List.copyOf(sources.values()), byHost, findings);
  }

  private void say(Severity severity, Path file, String key, String... arguments) {
    Object[] all = arguments.length == 0 ? new Object[] {file.toString()} : arguments;
    findings.add(
        new Finding(
            UNREAD,
            severity,
            Optional.empty(),
            new Place(file.toString(), 0, 0),
            Text.of(Screen.class, key, all),
            Text.of(Screen.class, key + ".mend", all)));
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

  private static boolean isBeside(Path file, Optional<String> text) {
    return BESIDE.matcher(String.valueOf(file.getFileName())).matches()
        && text.filter(content -> OF_A_TUNNEL.matcher(content).find())
            .filter(_ -> !isGuide(file))
            .isEmpty();
  }

  private static boolean isGuide(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    return name.matches("(readme|license|copying|changelog).*|.*\\.(md|markdown|html?)");
  }

  private static SourceFile source(Path file, String content) {
    var source = new SourceFile(file.toString(), content, file.toString(), mode(file));
    String stem = source.lastName().replaceFirst("\\.conf$", "");
    boolean ofHost =
        source.lastName().endsWith(".conf")
            && !HostNames.isGeneric(stem)
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
                beside.add(directory.toString());
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
