package guywire.format.syntax;

import guywire.network.FilterRule;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Commands for RouterOS 7, to be read by {@code /import}. */
public final class RouterOsScript {

  /** What the names and comments of all that is written on a router begin with. */
  public static final String OURS = "guywire";

  private final Lines lines = new Lines();

  /** A command that adds an item: path, then {@code name=value} pairs. */
  public static final class Item {
    private final List<String> words = new ArrayList<>();

    /** An item of the menu at this path, such as {@code /ip/route}. */
    public Item(String path) {
      this(path + "/add", List.of());
    }

    private Item(String command, List<String> before) {
      words.add(command);
      words.addAll(before);
    }

    /** A change of the item of a menu that {@code found} finds. */
    public static Item change(String path, String found) {
      return new Item(path + "/set", List.of(found));
    }

    /** Sets a property; the value is quoted if it needs to be. */
    public Item with(String property, Object value) {
      words.add(property + "=" + word(value.toString()));
      return this;
    }

    @Override
    public String toString() {
      return String.join(" ", words);
    }
  }

  /** Adds the command of an item. */
  public RouterOsScript add(Item item) {
    lines.add(item.toString());
    return this;
  }

  /** A command of ours as it stands. */
  public RouterOsScript command(String command) {
    lines.add(command);
    return this;
  }

  /** A line that says what follows. */
  public RouterOsScript comment(String comment) {
    lines.gap().add("# " + comment);
    return this;
  }

  /** The word RouterOS uses for a verdict. */
  public static String action(FilterRule.Verdict verdict) {
    return switch (verdict) {
      case ACCEPT -> "accept";
      case DROP -> "drop";
      case REJECT -> "reject";
    };
  }

  /**
   * A value as one word: bare where every character is harmless, else in quotes, where a quote, a
   * backslash, a dollar, a question mark and every byte outside printable ASCII are escaped.
   */
  public static String word(String value) {
    if (value.matches("[A-Za-z0-9_.:,/!-]+")) {
      return value;
    }
    var quoted = new StringBuilder("\"");
    for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if (c == '"' || c == '\\' || c == '$' || c == '?') {
        quoted.append('\\').append(c);
      } else if (c < 0x20 || c > 0x7e) {
        quoted.append("\\%02X".formatted((int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }

  @Override
  public String toString() {
    return lines.toString();
  }
}
