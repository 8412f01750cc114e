package guywire.format.syntax;

import guywire.format.input.SourceFile;
import guywire.network.text.Place;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A configuration file of Proxmox: sections {@code type: id} with indented lines {@code key value},
 * of which some are repeated.
 *
 * @param sections the sections in order
 */
public record ProxmoxFile(List<Section> sections) {

  /** A value where it stands. */
  public record Value(String text, Place place) {

    /** The parts of a property string such as {@code name=wg0,listen_port=51820}. */
    public Map<String, String> parts() {
      var parts = new LinkedHashMap<String, String>();
      for (var part : text.split(",")) {
        int equals = part.indexOf('=');
        if (equals > 0) {
          parts.put(part.substring(0, equals).strip(), part.substring(equals + 1).strip());
        }
      }
      return parts;
    }
  }

  /** A section. */
  public record Section(String type, String id, Map<String, List<Value>> values, Place place) {

    /** The value of a key that counts: the last. */
    public Optional<Value> last(String key) {
      return Optional.ofNullable(values.get(key)).map(List::getLast);
    }

    /** All values of a key, in their order. */
    public List<Value> all(String key) {
      return values.getOrDefault(key, List.of());
    }
  }

  /** Reads a file. */
  public static ProxmoxFile read(SourceFile file, Notes notes) {
    var sections = new ArrayList<Section>();
    int number = 0;
    for (var line : file.content().split("\r?\n", -1)) {
      number++;
      var place = new Place(file.name(), number, 1);
      String text = line.strip();
      if (text.isEmpty() || text.startsWith("#")) {
        continue;
      }
      if (!Character.isWhitespace(line.charAt(0))) {
        int colon = text.indexOf(':');
        if (colon < 1) {
          notes.error("F66", place, "proxmox.line");
        } else {
          String id = text.substring(colon + 1).strip();
          sections.add(new Section(text.substring(0, colon), id, new LinkedHashMap<>(), place));
        }
        continue;
      }
      int space = 0;
      while (space < text.length() && !Character.isWhitespace(text.charAt(space))) {
        space++;
      }
      if (sections.isEmpty() || space == text.length()) {
        notes.error("F66", place, "proxmox.line");
      } else {
        sections
            .getLast()
            .values()
            .computeIfAbsent(text.substring(0, space), key -> new ArrayList<>())
            .add(new Value(text.substring(space).strip(), place));
      }
    }
    return new ProxmoxFile(sections);
  }
}
