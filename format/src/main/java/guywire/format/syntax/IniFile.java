package guywire.format.syntax;

import guywire.format.input.SourceFile;
import guywire.network.text.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A file of sections in brackets with lines {@code key=value}, as systemd and GLib read them.
 * Sections of the same name stay apart.
 *
 * @param sections the sections in order
 */
public record IniFile(List<Section> sections) {

  /** Which program's rules hold. */
  public enum Dialect {
    /** Comments begin with # or ;. A backslash at the end joins the next line. */
    SYSTEMD,
    /** Comments begin with #. Nothing is joined. */
    GLIB
  }

  /** A value where it stands. */
  public record Entry(String key, String value, Place place) {}

  /**
   * A section.
   *
   * @param name what stands in the brackets
   * @param entries its lines
   * @param remark the comment right under its heading, if there is one
   * @param place its heading
   */
  public record Section(String name, List<Entry> entries, Optional<String> remark, Place place) {

    /** The last value of a key: both programs let it win. */
    public Optional<Entry> last(String key) {
      return entries.reversed().stream().filter(entry -> entry.key().equals(key)).findFirst();
    }

    /** The keys. */
    public Set<String> keys() {
      return entries.stream().map(Entry::key).collect(Collectors.toSet());
    }

    /** All values of a key in order. */
    public List<Entry> all(String key) {
      return entries.stream().filter(entry -> entry.key().equals(key)).toList();
    }
  }

  /** This file with the sections of another behind its own. */
  public IniFile with(IniFile other) {
    var all = new ArrayList<>(sections);
    all.addAll(other.sections());
    return new IniFile(all);
  }

  /** The sections of this name. */
  public List<Section> named(String name) {
    return sections.stream().filter(section -> section.name().equals(name)).toList();
  }

  /** Reads a file; a line that is neither heading nor setting nor comment is told. */
  public static IniFile read(SourceFile file, Dialect dialect, Notes notes) {
    var sections = new ArrayList<Section>();
    var entries = new ArrayList<Entry>();
    Optional<String> remark = Optional.empty();
    Optional<Section> open = Optional.empty();
    var lines = file.content().split("\r?\n", -1);
    for (int i = 0; i < lines.length; i++) {
      var place = new Place(file.name(), i + 1, 1);
      String line = lines[i].strip();
      if (line.isEmpty()) {
        continue;
      }
      if (line.startsWith("#") || (dialect == Dialect.SYSTEMD && line.startsWith(";"))) {
        if (open.isPresent() && entries.isEmpty() && remark.isEmpty()) {
          remark = Optional.of(line.substring(1).strip());
        }
        continue;
      }
      if (line.startsWith("[") && line.endsWith("]")) {
        close(open, entries, remark, sections);
        remark = Optional.empty();
        String name = line.substring(1, line.length() - 1);
        open = Optional.of(new Section(name, List.of(), Optional.empty(), place));
        continue;
      }
      var joined = new StringBuilder(line);
      while (dialect == Dialect.SYSTEMD
          && !joined.isEmpty()
          && joined.charAt(joined.length() - 1) == '\\'
          && i + 1 < lines.length) {
        joined.setCharAt(joined.length() - 1, ' ');
        joined.append(lines[++i].strip());
      }
      int equals = joined.indexOf("=");
      if (equals < 1 || open.isEmpty()) {
        notes.warning("F66", place, "ini.line");
        continue;
      }
      String key = joined.substring(0, equals).strip();
      int column = Math.max(lines[place.line() - 1].indexOf('=') + 2, 1);
      var at = new Place(file.name(), place.line(), column);
      entries.add(new Entry(key, joined.substring(equals + 1).strip(), at));
    }
    close(open, entries, remark, sections);
    return new IniFile(sections);
  }

  private static void close(
      Optional<Section> open,
      List<Entry> entries,
      Optional<String> remark,
      List<Section> sections) {
    open.ifPresent(section ->
        sections.add(new Section(section.name(), List.copyOf(entries), remark, section.place())));
    entries.clear();
  }
}
