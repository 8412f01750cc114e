package guywire.format.tunnel;

import guywire.format.input.SourceFile;
import guywire.format.shell.ShellWords;
import guywire.network.text.Place;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * The configuration tree of VyOS and EdgeOS, which both descend from Vyatta: every leaf as the
 * words that lead to it. It comes as {@code set} commands, as nested braces (config.boot) or as
 * JSON.
 */
public final class VyattaFile {

  /**
   * A leaf.
   *
   * @param words what leads to it, and its value last
   * @param place where it stands
   */
  record Leaf(List<String> words, Place place) {
    /** Copies the list. */
    Leaf {
      words = List.copyOf(words);
    }

    /** Whether the first words are these; {@code *} stands for any. */
    boolean begins(String... first) {
      if (words.size() < first.length) {
        return false;
      }
      for (int i = 0; i < first.length; i++) {
        if (!first[i].equals("*") && !first[i].equals(words.get(i))) {
          return false;
        }
      }
      return true;
    }

    /** The word at this place, or nothing. */
    String word(int index) {
      return index < words.size() ? words.get(index) : "";
    }

    /** What follows the first words. */
    Leaf after(int count) {
      return new Leaf(words.subList(Math.min(count, words.size()), words.size()), place);
    }
  }

  /** Deeper than any real tree; what is deeper is not followed. */
  private static final int MOST_DEEP = 40;

  /** So many deletions are carried out; nobody writes more. */
  private static final int MOST_DELETES = 1000;

  private final SourceFile file;
  private final List<Leaf> leaves = new ArrayList<>();

  private VyattaFile(SourceFile file) {
    this.file = file;
  }

  /** The leaves of a file. */
  static List<Leaf> leaves(SourceFile file) {
    var read = new VyattaFile(file);
    String text = file.content().stripLeading();
    if (text.startsWith("{")) {
      read.json();
    } else if (text.lines().anyMatch(line -> line.strip().startsWith("set "))) {
      read.commands();
    } else {
      read.braces();
    }
    return read.leaves;
  }

  private Place at(int line) {
    return new Place(file.name(), line, 0);
  }

  private void commands() {
    int number = 0;
    int deletes = 0;
    for (var line : file.content().split("\r?\n", -1)) {
      number++;
      String text = line.strip().replaceFirst("^\\S*[#$] (?=set |delete )", "");
      if (text.startsWith("delete ")) {
        var words = ShellWords.commands(text);
        if (words.size() == 1 && words.getFirst().size() > 1 && deletes++ < MOST_DELETES) {
          var gone = words.getFirst().subList(1, words.getFirst().size()).toArray(String[]::new);
          leaves.removeIf(leaf -> leaf.begins(gone));
        }
      }
      if (text.startsWith("set ")) {
        var words = ShellWords.commands(text.replace(";", " ").replace("&", " ").replace("|", " "));
        if (!words.isEmpty() && words.getFirst().size() > 1) {
          leaves.add(new Leaf(words.getFirst().subList(1, words.getFirst().size()), at(number)));
        }
      }
    }
  }

  /** {@code name value}, {@code name &#123;} and {@code &#125;}, a line each. */
  private void braces() {
    Deque<List<String>> open = new ArrayDeque<>();
    open.push(List.of());
    Deque<Integer> before = new ArrayDeque<>();
    boolean comment = false;
    int number = 0;
    for (var line : file.content().split("\r?\n", -1)) {
      number++;
      String text = line.strip();
      if (comment || text.startsWith("/*")) {
        comment = !text.endsWith("*/");
        continue;
      }
      if (text.equals("}")) {
        if (open.size() > 1) {
          var closed = open.pop();
          if (leaves.size() == before.pop()) {
            leaves.add(new Leaf(closed, at(number)));
          }
        }
        continue;
      }
      boolean opens = text.endsWith("{");
      var words = words(opens ? text.substring(0, text.length() - 1) : text);
      if (words.isEmpty() || open.size() > MOST_DEEP || text.startsWith("//")) {
        continue;
      }
      var all = new ArrayList<>(open.element());
      all.addAll(words);
      if (opens) {
        open.push(all);
        before.push(leaves.size());
      } else {
        leaves.add(new Leaf(all, at(number)));
      }
    }
  }

  /** Words of a line; one in quotes may hold spaces. */
  private static List<String> words(String line) {
    var words = new ArrayList<String>();
    var word = new StringBuilder();
    boolean quoted = false;
    boolean any = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"') {
        quoted = !quoted;
        any = true;
      } else if (Character.isWhitespace(c) && !quoted) {
        if (any) {
          words.add(word.toString());
          word.setLength(0);
          any = false;
        }
      } else {
        word.append(c);
        any = true;
      }
    }
    if (any) {
      words.add(word.toString());
    }
    return words;
  }

  private void json() {
    try (var parser = new JsonFactory().createParser(ObjectReadContext.empty(), file.content())) {
      parser.nextToken();
      value(parser, List.of());
    } catch (JacksonException e) {
      // What was read before the fault counts; the importer says what is missing.
    }
  }

  private void value(JsonParser parser, List<String> above) {
    var token = parser.currentToken();
    if (token == null || above.size() > MOST_DEEP) {
      parser.skipChildren();
      return;
    }
    switch (token) {
      case START_OBJECT -> {
        int before = leaves.size();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
          var path = new ArrayList<>(above);
          path.add(parser.currentName());
          parser.nextToken();
          value(parser, path);
        }
        if (leaves.size() == before && !above.isEmpty()) {
          leaf(parser, above, Optional.empty());
        }
      }
      case START_ARRAY -> {
        var next = parser.nextToken();
        while (next != null && next != JsonToken.END_ARRAY) {
          value(parser, above);
          next = parser.nextToken();
        }
      }
      case VALUE_NULL -> leaf(parser, above, Optional.empty());
      default -> leaf(parser, above, Optional.of(parser.getString()).filter(v -> !v.isEmpty()));
    }
  }

  private void leaf(JsonParser parser, List<String> above, Optional<String> value) {
    var words = new ArrayList<>(above);
    value.filter(text -> !text.equals("''")).ifPresent(words::add);
    leaves.add(new Leaf(words, at(parser.currentTokenLocation().getLineNr())));
  }
}
