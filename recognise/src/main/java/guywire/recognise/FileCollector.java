package guywire.recognise;

import guywire.format.Formats;
import guywire.format.input.Format;
import guywire.format.input.SourceFile;
import guywire.network.Name;
import guywire.network.text.Finding;
import guywire.network.text.Place;
import guywire.network.text.Severity;
import guywire.network.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Files of several hosts as they are found, one after the other, from a disk or from a browser.
 * Each is read, or it is said that it was not.
 *
 * <p>For one thread.
 */
public final class FileCollector {

  /** The code of what is said of a file as such: it was not read, or given twice. */
  public static final String UNREAD = "A03";

  /** What wg-quick's file is called unless something speaks for another name. */
  private static final String USUAL_NAME = "wg0.conf";

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

  private final Map<FoundPath, SourceFile> sources = new LinkedHashMap<>();
  private final Map<FoundPath, Name> owners = new LinkedHashMap<>();
  private final List<String> beside = new ArrayList<>();
  private final List<Finding> findings = new ArrayList<>();

  /** One without files. */
  public FileCollector() {}

  /**
   * A file as it was found.
   *
   * @param at where; no two are found at one place
   * @param name what messages call it
   * @param text what it says; empty if that is no text
   * @param mode its permission bits (such as 0600), where they are known
   * @param host whose file it is, where somebody said so
   */
  public record Found(
      FoundPath at, String name, Optional<String> text, OptionalInt mode, Optional<Name> host) {}

  /**
   * Adds a file.
   *
   * @param listed whether it is known to be one that Guywire wrote for a program that is not read
   *     here: it says nothing that the others don't
   */
  public void add(Found file, boolean listed) {
    var source =
        file.text()
            .map(content -> source(file, content))
            .filter(read -> file.at().isNamed() || belongs(read));
    if (source.isPresent()) {
      sources.put(file.at(), source.get());
      file.host().ifPresent(host -> owners.put(file.at(), host));
    } else if (listed || isBeside(file)) {
      beside.add(file.name());
    } else {
      boolean box =
          file.text().filter(t -> Format.isFritzBox(new SourceFile(file.name(), t))).isPresent();
      say(Severity.ERROR, file.name(), box ? "files.fritzbox" : "files.unread");
    }
  }

  /** Says that a file was given more than once. */
  public void twice(String name) {
    say(Severity.INFO, name, "files.twice");
  }

  /** Counts what is plainly no configuration. */
  public void beside(String name) {
    beside.add(name);
  }

  /** Whether no file of it was read. */
  public boolean isEmpty() {
    return sources.isEmpty();
  }

  /** What the files say, host by host. */
  public HostFiles files() {
    Map<Name, List<SourceFile>> byHost = new TreeMap<>();
    var unknown = sources.keySet().stream().filter(at -> !owners.containsKey(at)).toList();
    var names = HostNames.of(unknown);
    sources.forEach((at, source) ->
        Optional.ofNullable(owners.get(at))
            .or(() -> Optional.ofNullable(names.get(at)))
            .ifPresent(host -> byHost.computeIfAbsent(host, _ -> new ArrayList<>()).add(source)));
    var imported = Formats.read(byHost);
    var said = new ArrayList<>(findings);
    if (!beside.isEmpty()) {
      String some = String.join(", ", beside.subList(0, Math.min(MOST_NAMED, beside.size())));
      String more = beside.size() > MOST_NAMED ? ", ..." : "";
      said.add(
          finding(
              Severity.INFO, beside.getFirst(), "files.beside", beside.size() + "", some + more));
    }
    return new HostFiles(Formats.merged(imported), List.copyOf(sources.values()), byHost, said);
  }

  private void say(Severity severity, String name, String key) {
    findings.add(finding(severity, name, key, name));
  }

  private static Finding finding(Severity severity, String name, String key, Object... arguments) {
    return new Finding(
        UNREAD,
        severity,
        Optional.empty(),
        new Place(name, 0, 0),
        Text.of(FileCollector.class, key, arguments),
        Text.of(FileCollector.class, key + ".mend", arguments));
  }

  private static boolean isBeside(Found file) {
    return BESIDE.matcher(file.at().fileName()).matches()
        && file.text()
            .filter(content -> OF_A_TUNNEL.matcher(content).find())
            .filter(_ -> !isGuide(file.at()))
            .isEmpty();
  }

  private static boolean isGuide(FoundPath at) {
    String name = at.fileName().toLowerCase(Locale.ROOT);
    return name.matches("(readme|license|copying|changelog).*|.*\\.(md|markdown|html?)");
  }

  private static SourceFile source(Found file, String content) {
    var source = new SourceFile(file.name(), content, file.name(), file.mode());
    String stem = source.lastName().replaceFirst("\\.conf$", "");
    var directory = file.at().directory();
    boolean ofHost =
        source.lastName().endsWith(".conf")
            && !HostNames.isGeneric(stem)
            && !(directory.size() > 0 && directory.getLast().equals("wireguard"))
            && Format.detect(source).equals(Optional.of(Format.WG_QUICK))
            && !content.matches("(?s).*\\b" + Pattern.quote(stem) + "\\b.*");
    // A copy that is named after its host; on the host it can't have that name for long.
    return ofHost ? new SourceFile(source.name(), content, USUAL_NAME, source.mode()) : source;
  }

  /** In a directory there may be anything; a guide there is a README, not what a host runs. */
  private static boolean belongs(SourceFile source) {
    return Format.detect(source).filter(format -> format != Format.GUIDE).isPresent();
  }
}
