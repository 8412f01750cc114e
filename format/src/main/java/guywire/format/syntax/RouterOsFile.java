package guywire.format.syntax;

import guywire.format.input.SourceFile;
import guywire.network.text.Place;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The items that a RouterOS script or export adds or sets. A menu may stand on a line of its own
 * ({@code /ip address}, as exports have it) or before the command ({@code /ip/address/add}); a
 * backslash at the end joins the next line.
 *
 * @param items the items in order
 */
public record RouterOsFile(List<Item> items) {

  private static final Pattern MENU = Pattern.compile("[A-Za-z0-9/-]+");

  private static final Set<String> VERBS =
      Set.of("add", "set", "unset", "remove", "move", "export", "print", "disable", "enable");

  private static final Set<String> CHANGES =
      Set.of("add", "set", "unset", "remove", "move", "disable", "enable");

  /** The menu of lines that are of the script's language, and not of a menu. */
  public static final String LANGUAGE = ":";

  /** Lines of the language that change nothing by themselves. */
  private static final Pattern IDLE =
      Pattern.compile(
          ":(?:put|log|delay|beep|environment|local|global|set|error|terminal)\\b"
              + "(?!.*\\b(?:add|set|unset|remove|move|disable|enable|import)\\b)[^;{}]*"
              // What is there by its name stays, and is made where it is not.
              + "|:if \\(\\[:len \\[\\S+/find name=\\S+\\]\\] = 0\\) do=\\{\\S+/add name=\\S+?(?: fib)?\\}"
              + "|[{}]+");

  private static final Pattern FOUND = Pattern.compile("\\[ ?find (?:where )?name=([^ \\]]+) ?\\]");

  /** Menus are at most this deep. */
  private static final int MOST_MENUS = 6;

  /** So much of a line of the language is shown. */
  private static final int MOST_SHOWN = 60;

  /**
   * One item.
   *
   * @param menu its menu in the form {@code /ip/address}
   * @param command add or set
   * @param flags its words without a value, such as what is set
   * @param properties its properties
   * @param place its line
   * @param changes where later commands gave it a property, the last of them last
   */
  public record Item(
      String menu,
      String command,
      List<String> flags,
      Map<String, String> properties,
      Place place,
      Map<String, Place> changes) {

    /** One as a single command says it. */
    Item(
        String menu,
        String command,
        List<String> flags,
        Map<String, String> properties,
        Place place) {
      this(menu, command, flags, properties, place, Map.of());
    }

    /** What a property is set to. */
    public Optional<String> get(String property) {
      return Optional.ofNullable(properties.get(property));
    }

    /** What a property is set to, or this where it is not set. */
    public String get(String property, String unset) {
      return properties.getOrDefault(property, unset);
    }

    /** Where a property got its value. */
    public Place place(String property) {
      return changes.getOrDefault(property, place);
    }

    /** The line that made it what it is: the last that changed it. */
    public Place decided() {
      return changes.values().stream().reduce((_, last) -> last).orElse(place);
    }

    /** The name of what {@code set} and the like change, if it is said by name. */
    public Optional<String> target() {
      return get("numbers")
          .or(() -> flags.stream().findFirst())
          .map(word -> {
            var found = FOUND.matcher(word.replace("\"", ""));
            return found.matches() ? found.group(1) : word;
          });
    }

    /** Whether the router passes over it. */
    public boolean isDisabled() {
      return get("disabled", "no").equals("yes");
    }
  }

  /** The items of a menu. */
  public List<Item> of(String menu) {
    return items.stream().filter(item -> item.menu().equals(menu)).toList();
  }

  /** The entries of a menu that are there and not disabled. */
  public List<Item> entries(String menu) {
    return of(menu).stream()
        .filter(item -> item.command().equals("add") && !item.isDisabled())
        .toList();
  }

  /** Reads a file. */
  public static RouterOsFile read(SourceFile file, Notes notes) {
    var items = new ArrayList<Item>();
    String menu = "";
    var lines = file.content().split("\r?\n", -1);
    for (int i = 0; i < lines.length; i++) {
      var place = new Place(file.name(), i + 1, 1);
      String text = lines[i].strip();
      if (text.isEmpty() || text.startsWith("#") || IDLE.matcher(text).matches()) {
        continue;
      }
      var joined = new StringBuilder(text);
      while (endsWithBackslash(joined) && i + 1 < lines.length) {
        joined.setLength(joined.length() - 1);
        joined.append(lines[++i].stripLeading());
      }
      if (text.startsWith(":") || text.startsWith("{") || text.startsWith("}")) {
        String shown = joined.substring(0, Math.min(joined.length(), MOST_SHOWN));
        items.add(new Item(LANGUAGE, shown, List.of(), Map.of(), place));
        continue;
      }
      for (var part : parts(joined)) {
        var words = words(part);
        if (words.isEmpty()) {
          notes.error("F66", place, "routeros.quote");
          continue;
        }
        var command = command(words.get(), menu);
        menu = command.menu();
        if (CHANGES.contains(command.verb())) {
          items.add(
              new Item(
                  menu,
                  command.verb(),
                  flags(words.get(), command.next()),
                  properties(words.get(), command.next()),
                  place));
        }
      }
    }
    return new RouterOsFile(items);
  }

  /** The commands of a line, which semicolons part. */
  private static List<String> parts(CharSequence line) {
    var parts = new ArrayList<String>();
    var part = new StringBuilder();
    boolean quoted = false;
    int depth = 0;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '\\' && i + 1 < line.length()) {
        part.append(c).append(line.charAt(++i));
        continue;
      }
      quoted ^= c == '"';
      depth += quoted ? 0 : "[{(".indexOf(c) >= 0 ? 1 : "]})".indexOf(c) >= 0 ? -1 : 0;
      if (c == ';' && !quoted && depth <= 0) {
        parts.add(part.toString());
        part.setLength(0);
      } else {
        part.append(c);
      }
    }
    if (!part.isEmpty()) {
      parts.add(part.toString());
    }
    return parts;
  }

  /** An even number of backslashes is escaped ones; only an odd one joins. */
  private static boolean endsWithBackslash(StringBuilder text) {
    int count = 0;
    while (count < text.length() && text.charAt(text.length() - 1 - count) == '\\') {
      count++;
    }
    return count % 2 == 1;
  }

  private record Command(String menu, String verb, int next) {}

  /** The menu and verb at the beginning of a line; the words after them are properties. */
  private static Command command(List<String> words, String current) {
    var path = new ArrayList<String>();
    int at = 0;
    boolean absolute = !words.isEmpty() && words.getFirst().startsWith("/");
    while (at < words.size()
        && words.get(at).indexOf('=') < 0
        && !words.get(at).startsWith("[")
        && MENU.matcher(words.get(at)).matches()) {
      for (var part : words.get(at).split("/")) {
        if (!part.isEmpty()) {
          path.add(part);
        }
      }
      at++;
      if ((!path.isEmpty() && VERBS.contains(path.getLast())) || path.size() > MOST_MENUS) {
        break;
      }
    }
    boolean verb = !path.isEmpty() && VERBS.contains(path.getLast());
    String name = verb ? path.removeLast() : "";
    String menu = path.isEmpty() && !absolute ? current : "/" + String.join("/", path);
    return new Command(menu, name, at);
  }

  private static List<String> flags(List<String> words, int from) {
    return words.subList(from, words.size()).stream()
        .filter(word -> word.indexOf('=') <= 0 || word.startsWith("["))
        .toList();
  }

  private static Map<String, String> properties(List<String> words, int from) {
    var properties = new LinkedHashMap<String, String>();
    for (var word : words.subList(from, words.size())) {
      int equals = word.indexOf('=');
      if (equals > 0 && !word.startsWith("[")) {
        properties.put(word.substring(0, equals), word.substring(equals + 1));
      }
    }
    return properties;
  }

  /** The words of a line; empty if a quote stays open. A bracket keeps its spaces. */
  static Optional<List<String>> words(CharSequence text) {
    // Escapes stand for bytes, so the line is taken apart as bytes too.
    byte[] line = text.toString().getBytes(StandardCharsets.UTF_8);
    var words = new ArrayList<String>();
    var word = new ByteArrayOutputStream(64);
    boolean inWord = false;
    boolean quoted = false;
    int depth = 0;
    for (int i = 0; i < line.length; i++) {
      byte c = line[i];
      if (c == '\\' && i + 1 < line.length && depth > 0) {
        // What stands in brackets is taken apart once more.
        word.write(c);
        word.write(line[++i]);
      } else if (c == '\\' && i + 1 < line.length) {
        i += escape(line, i + 1, word);
        inWord = true;
      } else if (c == '"') {
        quoted = !quoted;
        inWord = true;
        if (depth > 0) {
          word.write(c);
        }
      } else if (!quoted && depth == 0 && (c == ' ' || c == '\t')) {
        if (inWord) {
          words.add(word.toString(StandardCharsets.UTF_8));
          word.reset();
          inWord = false;
        }
      } else {
        depth += quoted ? 0 : c == '[' ? 1 : c == ']' && depth > 0 ? -1 : 0;
        word.write(c);
        inWord = true;
      }
    }
    if (inWord) {
      words.add(word.toString(StandardCharsets.UTF_8));
    }
    return quoted ? Optional.empty() : Optional.of(words);
  }

  /** What stands after a backslash: a byte of two hexadecimal digits, or a character. */
  private static int escape(byte[] line, int at, ByteArrayOutputStream word) {
    if (at + 1 < line.length && isHex(line[at]) && isHex(line[at + 1])) {
      word.write(Character.digit(line[at], 16) << 4 | Character.digit(line[at + 1], 16));
      return 2;
    }
    word.write(
        switch (line[at]) {
          case 'n' -> '\n';
          case 'r' -> '\r';
          case 't' -> '\t';
          case '_' -> ' ';
          default -> line[at];
        });
    return 1;
  }

  /** RouterOS writes these digits in capitals; small letters are escapes of their own. */
  private static boolean isHex(byte c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
  }
}
