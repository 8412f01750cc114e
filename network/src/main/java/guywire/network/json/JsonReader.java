package guywire.network.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads one text of JSON. Used once, by one thread. */
final class JsonReader {

  /** No document of ours is nested half as deeply. */
  private static final int DEEPEST = 500;

  private final String text;

  /** The same, where to look at a character takes one step. */
  private final char[] characters;

  private int at;
  private int depth;

  JsonReader(String text) {
    this.text = text;
    this.characters = text.toCharArray();
  }

  /**
   * The value that the text is.
   *
   * @throws UnreadableDocument if it is none
   */
  Object read() {
    Object tree = value();
    skipSpace();
    if (at < characters.length) {
      throw wrong();
    }
    return tree;
  }

  private Object value() {
    skipSpace();
    char c = next();
    return switch (c) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      default -> number();
    };
  }

  private Map<String, Object> object() {
    open();
    Map<String, Object> object = new LinkedHashMap<>();
    skipSpace();
    if (next() == '}') {
      close();
      return object;
    }
    while (true) {
      skipSpace();
      if (next() != '"') {
        throw wrong();
      }
      String name = string();
      skipSpace();
      expect(':');
      if (object.put(name, value()) != null) {
        throw wrong();
      }
      skipSpace();
      if (next() == '}') {
        close();
        return object;
      }
      expect(',');
    }
  }

  private List<Object> array() {
    open();
    List<Object> array = new ArrayList<>();
    skipSpace();
    if (next() == ']') {
      close();
      return array;
    }
    while (true) {
      array.add(value());
      skipSpace();
      if (next() == ']') {
        close();
        return array;
      }
      expect(',');
    }
  }

  private void open() {
    at++;
    depth++;
    if (depth > DEEPEST) {
      throw wrong();
    }
  }

  private void close() {
    at++;
    depth--;
  }

  private Object word(String word, boolean value) {
    if (!text.startsWith(word, at)) {
      throw wrong();
    }
    at += word.length();
    return value;
  }

  private String string() {
    at++;
    int begin = at;
    while (next() >= ' ' && characters[at] != '"' && characters[at] != '\\') {
      at++;
    }
    if (characters[at] == '"') {
      at++;
      return text.substring(begin, at - 1);
    }
    var whole = new StringBuilder(text.substring(begin, at));
    while (next() != '"') {
      if (characters[at] < ' ') {
        throw wrong();
      }
      whole.append(characters[at] == '\\' ? escaped() : characters[at]);
      at++;
    }
    at++;
    return whole.toString();
  }

  /** What an escape stands for; leaves off at its last character. */
  private char escaped() {
    at++;
    return switch (next()) {
      case '"', '\\', '/' -> characters[at];
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> byNumber();
      default -> throw wrong();
    };
  }

  private char byNumber() {
    int number = 0;
    for (int i = 0; i < 4; i++) {
      at++;
      char c = next();
      int digit = c < 0x80 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        throw wrong();
      }
      number = number << 4 | digit;
    }
    return (char) number;
  }

  private Long number() {
    int begin = at;
    if (next() == '-') {
      at++;
    }
    int digits = at;
    while (at < characters.length && characters[at] >= '0' && characters[at] <= '9') {
      at++;
    }
    if (at == digits || (characters[digits] == '0' && at > digits + 1)) {
      throw wrong();
    }
    try {
      return Long.parseLong(text, begin, at, 10);
    } catch (NumberFormatException e) {
      throw wrong();
    }
  }

  private void skipSpace() {
    while (at < characters.length
        && (characters[at] == ' '
            || characters[at] == '\n'
            || characters[at] == '\r'
            || characters[at] == '\t')) {
      at++;
    }
  }

  /** The character that is read now; the end of the text is no character. */
  private char next() {
    if (at >= characters.length) {
      throw wrong();
    }
    return characters[at];
  }

  private void expect(char c) {
    if (next() != c) {
      throw wrong();
    }
    at++;
  }

  /** What stands where it is no JSON. */
  private UnreadableDocument wrong() {
    int line = 1;
    for (int i = 0; i < at && i < characters.length; i++) {
      line += characters[i] == '\n' ? 1 : 0;
    }
    return UnreadableDocument.of(
        "document.not-json",
        String.valueOf(line),
        at < characters.length ? String.valueOf(characters[at]) : "");
  }
}
