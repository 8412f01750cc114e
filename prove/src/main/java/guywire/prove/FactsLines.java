package guywire.prove;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * The lines of a facts file on which its words stand, by paths such as {@code hosts.gw.mtu}, and
 * how deep they lie. Not safe for use by several threads.
 */
final class FactsLines {

  /** Facts have 6 levels; the library calls itself for each. */
  static final int MOST_LEVELS = 16;

  private final Map<String, Integer> lines = new HashMap<>();

  /** The lines of a text that can be read. */
  static FactsLines of(LoadSettings settings, String text) {
    var lines = new FactsLines();
    var parser = new ParserImpl(settings, new StreamReader(settings, text));
    new Composer(settings, parser).getSingleNode().ifPresent(root -> lines.note("", root));
    return lines;
  }

  /** The line of the first list or mapping that lies too deep in others. */
  static OptionalInt tooDeep(LoadSettings settings, String text) {
    int levels = 0;
    var parser = new ParserImpl(settings, new StreamReader(settings, text));
    while (parser.hasNext()) {
      var event = parser.next();
      if (event instanceof CollectionStartEvent && ++levels > MOST_LEVELS) {
        return OptionalInt.of(event.getStartMark().map(mark -> mark.getLine() + 1).orElse(0));
      }
      if (event instanceof CollectionEndEvent) {
        levels--;
      }
    }
    return OptionalInt.empty();
  }

  private void note(String path, Node node) {
    if (node instanceof MappingNode mapping) {
      for (var entry : mapping.getValue()) {
        if (entry.getKeyNode() instanceof ScalarNode key) {
          String below = path.isEmpty() ? key.getValue() : path + "." + key.getValue();
          lines.putIfAbsent(below, line(key));
          note(below, entry.getValueNode());
        }
      }
    } else if (node instanceof SequenceNode sequence) {
      sequence.getValue().forEach(item -> note(path, item));
    } else if (node instanceof ScalarNode scalar) {
      lines.putIfAbsent(path + "=" + scalar.getValue().strip(), line(scalar));
    }
  }

  private static int line(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
  }

  /** The line of a word below a path; else that of the path, or of what it is part of; or 0. */
  int of(String path, String word) {
    var known = lines.get(path + "=" + word.strip());
    return known != null ? known : of(path);
  }

  /** The line of a path, or of what it is part of; 0 for the file as a whole. */
  int of(String path) {
    for (String rest = path; !rest.isEmpty(); ) {
      var known = lines.get(rest);
      if (known != null) {
        return known;
      }
      int dot = rest.lastIndexOf('.');
      rest = dot < 0 ? "" : rest.substring(0, dot);
    }
    return 0;
  }
}
