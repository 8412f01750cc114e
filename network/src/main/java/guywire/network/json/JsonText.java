package guywire.network.json;

import java.util.List;
import java.util.Map;

/**
 * JSON as trees of maps, lists, strings, longs and booleans, which is all that our documents are
 * made of. A member that stands twice in an object is refused, as is anything after the value.
 */
/*
 * Done by hand, because the journal of a host is JSON too, and a command that looks at a host is
 * over before a library has made itself ready. What Jackson reads and writes is the oracle in the tests.
 */
final class JsonText {

  private static final String HEX = "0123456789ABCDEF";

  private JsonText() {}

  static String write(Object tree) {
    var text = new StringBuilder();
    write(text, tree);
    return text.toString();
  }

  /**
   * Reads a tree.
   *
   * @throws UnreadableDocument if it is not JSON, or holds a fraction, a null or a huge number
   */
  static Object read(String text) {
    return new JsonReader(text).read();
  }

  private static void write(StringBuilder out, Object tree) {
    // Not by a switch over patterns: the JVM makes a class for each of them at every start.
    if (tree instanceof Map<?, ?> object) {
      out.append('{');
      boolean first = true;
      for (var member : object.entrySet()) {
        if (!first) {
          out.append(',');
        }
        first = false;
        quote(out, member.getKey().toString());
        out.append(':');
        write(out, member.getValue());
      }
      out.append('}');
    } else if (tree instanceof List<?> array) {
      out.append('[');
      for (int i = 0; i < array.size(); i++) {
        if (i > 0) {
          out.append(',');
        }
        write(out, array.get(i));
      }
      out.append(']');
    } else if (tree instanceof Long || tree instanceof Boolean) {
      out.append(tree);
    } else {
      quote(out, tree.toString());
    }
  }

  private static void quote(StringBuilder out, String text) {
    out.append('"');
    int from = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c == '"' || c == '\\') {
        out.append(text, from, i);
        escape(out, c);
        from = i + 1;
      }
    }
    out.append(text, from, text.length()).append('"');
  }

  private static void escape(StringBuilder out, char c) {
    out.append('\\');
    switch (c) {
      case '"', '\\' -> out.append(c);
      case '\b' -> out.append('b');
      case '\t' -> out.append('t');
      case '\n' -> out.append('n');
      case '\f' -> out.append('f');
      case '\r' -> out.append('r');
      default -> out.append("u00").append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 0xf));
    }
  }
}
