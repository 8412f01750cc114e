package guywire.recognise;

import guywire.network.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The text of a definition: sections of entries, with comments above them.
 *
 * <p>Not safe for use by several threads.
 */
final class DefinitionWriter {

  /** Longer lines are broken. */
  private static final int WIDTH = 100;

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.,/+= -]*");

  /** An IPv6 address or prefix that can't be taken for a key. */
  private static final Pattern PLAIN_IPV6 =
      Pattern.compile("[0-9a-f][0-9a-f:.]*[0-9a-f](/[0-9]+)?");

  /** What YAML would take for something else than text. */
  private static final Pattern SPECIAL =
      Pattern.compile(
          "(?i)true|false|null|yes|no|on|off|~|[-+]?[0-9]+(\\.[0-9]*)?(e[-+]?[0-9]+)?|0[xob].*");

  /** One thing an entry says. */
  record Field(String key, String value) {}

  private record Line(String text, List<Text> above) {}

  private final List<Line> lines = new ArrayList<>();
  private List<Text> lastComments = List.of();

  /** A comment that stands by itself. */
  void comment(Text text) {
    lines.add(new Line("", List.of(text)));
  }

  void gap() {
    lines.add(new Line("", List.of()));
    lastComments = List.of();
  }

  /** A key of the whole file. */
  void top(String key, String value, List<Text> comments) {
    lines.add(new Line(key + ": " + value, comments));
  }

  /** The heading of a section. */
  void heading(String key, Text... comments) {
    gap();
    lines.add(new Line(key + ":", List.of(comments)));
  }

  /**
   * An entry of a section; comments that stand above its neighbour already are not repeated.
   *
   * @param broad whether each field stands on a line of its own, as its neighbours need it
   */
  void entry(String key, List<Field> fields, boolean broad, List<Text> comments) {
    var flow = new StringBuilder("  ").append(key(key)).append(": {");
    for (int i = 0; i < fields.size(); i++) {
      flow.append(i == 0 ? "" : ", ");
      flow.append(fields.get(i).key()).append(": ").append(fields.get(i).value());
    }
    flow.append('}');
    var fresh = comments.equals(lastComments) ? List.<Text>of() : comments;
    lastComments = comments;
    if (!broad && flow.length() <= WIDTH) {
      lines.add(new Line(flow.toString(), fresh));
      return;
    }
    lines.add(new Line("  " + key(key) + ":", fresh));
    for (var field : fields) {
      lines.add(new Line("    " + field.key() + ": " + field.value(), List.of()));
    }
  }

  /** An entry of a section that is one value. */
  void entry(String key, String value, List<Text> comments) {
    lines.add(new Line("  " + key(key) + ": " + value, comments));
  }

  /** An item of a list. */
  void item(String text) {
    lines.add(new Line("  - " + text, List.of()));
  }

  /** A value as YAML reads it back. */
  static String value(String text) {
    boolean plain = PLAIN.matcher(text).matches() && !text.endsWith(" ") && !text.contains(",");
    if ((plain && !isWord(text)) || PLAIN_IPV6.matcher(text).matches()) {
      return text;
    }
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private static String key(String text) {
    return PLAIN.matcher(text).matches() && !isWord(text) ? text : '"' + text + '"';
  }

  private static boolean isWord(String text) {
    return SPECIAL.matcher(text).matches();
  }

  /** One value, or several in brackets. */
  static String values(List<?> values) {
    var texts = values.stream().map(value -> value(value.toString())).toList();
    return texts.size() == 1 ? texts.getFirst() : "[" + String.join(", ", texts) + "]";
  }

  /** The whole text, its comments in a language. */
  String text(Locale locale) {
    var text = new StringBuilder();
    for (var line : lines) {
      String indent =
          line.text().startsWith("    ") ? "    " : line.text().startsWith(" ") ? "  " : "";
      for (var comment : line.above()) {
        wrap(text, indent + "# ", comment.in(locale).replaceAll("\\p{Cntrl}+", " "));
      }
      if (!line.text().isEmpty() || line.above().isEmpty()) {
        text.append(line.text()).append('\n');
      }
    }
    return text.toString();
  }

  private static void wrap(StringBuilder text, String start, String words) {
    var line = new StringBuilder(start);
    boolean fresh = true;
    for (var word : words.split(" ")) {
      if (!fresh && line.length() + 1 + word.length() > WIDTH) {
        text.append(line.toString().stripTrailing()).append('\n');
        line = new StringBuilder(start);
        fresh = true;
      }
      line.append(fresh ? "" : " ").append(word);
      fresh = false;
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }
}
