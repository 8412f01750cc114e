package guywire.plan.definition;

import guywire.network.text.Findings;
import guywire.network.text.Place;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.parser.Parser;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * A YAML file as a tree of nodes that know their places. What isn't one small, plain YAML document
 * (binary, huge, deeply nested, with anchors) is refused by one finding before a tree is built.
 */
final class YamlFile {

  /** Room for some 50,000 nodes of one line each. */
  private static final int MAX_BYTES = 8 << 20;

  /** The deepest definition has 6 levels. */
  private static final int MAX_DEPTH = 16;

  private static final LoadSettings SETTINGS =
      LoadSettings.builder()
          .setUseMarks(true)
          .setCodePointLimit(MAX_BYTES)
          .setMaxAliasesForCollections(0)
          .build();

  private YamlFile() {}

  /** The text of a file, or empty and a finding. */
  static Optional<String> load(Path file, Findings findings) {
    var place = new Place(file.toString(), 0, 0);
    try {
      if (Files.isDirectory(file)) {
        findings.error("D01", place, "file-directory");
        return Optional.empty();
      }
      byte[] bytes;
      try (var in = Files.newInputStream(file)) {
        bytes = in.readNBytes(MAX_BYTES + 1);
      }
      if (bytes.length > MAX_BYTES) {
        findings.error("D01", place, "file-big", String.valueOf(MAX_BYTES >> 20));
        return Optional.empty();
      }
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return Optional.of(text);
    } catch (NoSuchFileException e) {
      findings.error("D01", place, "file-missing");
    } catch (CharacterCodingException e) {
      findings.error("D01", place, "file-binary");
    } catch (IOException e) {
      findings.error("D01", place, "file-unreadable", String.valueOf(e.getMessage()));
    }
    return Optional.empty();
  }

  /** The root of the tree, or empty and a finding. */
  static Optional<Node> compose(String file, String written, Findings findings) {
    String text = written.startsWith("\ufeff") ? written.substring(1) : written;
    if (text.length() > MAX_BYTES) {
      findings.error("D01", new Place(file, 0, 0), "file-big", String.valueOf(MAX_BYTES >> 20));
      return Optional.empty();
    }
    try {
      if (!isPlain(file, text, findings)) {
        return Optional.empty();
      }
      var root = new Composer(SETTINGS, parser(text)).getSingleNode();
      if (root.isEmpty()) {
        findings.error("D01", new Place(file, 1, 1), "yaml-empty");
      }
      return root;
    } catch (MarkedYamlEngineException e) {
      var mark = e.getProblemMark().or(e::getContextMark);
      var place = place(file, mark);
      if (hasTab(text, place.line())) {
        findings.error("D01", place, "yaml-tab");
      } else {
        findings.error("D01", place, "yaml-syntax", String.valueOf(e.getProblem()));
      }
    } catch (ReaderException e) {
      findings.error("D01", new Place(file, lineOf(text, e.getPosition()), 0), "file-binary");
    } catch (YamlEngineException | IndexOutOfBoundsException | NumberFormatException e) {
      // The library lets such ones through for some malformed escapes and directives.
      findings.error("D01", new Place(file, 0, 0), "yaml-syntax", String.valueOf(e.getMessage()));
    }
    return Optional.empty();
  }

  private static Parser parser(String text) {
    return new ParserImpl(SETTINGS, new StreamReader(SETTINGS, text));
  }

  /** The place of a mark, counted from 1. */
  static Place place(String file, Optional<Mark> mark) {
    return mark.map(m -> new Place(file, m.getLine() + 1, m.getColumn() + 1))
        .orElse(new Place(file, 0, 0));
  }

  /** Walks the events: no alias, no second document, no depths. */
  private static boolean isPlain(String file, String text, Findings findings) {
    int depth = 0;
    int documents = 0;
    for (Parser parser = parser(text); parser.hasNext(); ) {
      Event event = parser.next();
      var place = place(file, event.getStartMark());
      if (event instanceof AliasEvent) {
        findings.error("D01", place, "yaml-alias");
        return false;
      }
      if (event instanceof DocumentStartEvent && ++documents > 1) {
        findings.error("D01", place, "yaml-documents");
        return false;
      }
      if (event instanceof CollectionStartEvent && ++depth > MAX_DEPTH) {
        findings.error("D01", place, "yaml-deep", String.valueOf(MAX_DEPTH));
        return false;
      }
      if (event instanceof CollectionEndEvent) {
        depth--;
      }
    }
    return true;
  }

  private static boolean hasTab(String text, int line) {
    return text.lines()
        .skip(Math.max(0, line - 1))
        .findFirst()
        .filter(found -> found.stripLeading().length() < found.length())
        .filter(found -> found.substring(0, indent(found)).contains("\t"))
        .isPresent();
  }

  private static int indent(String line) {
    return line.length() - line.stripLeading().length();
  }

  private static int lineOf(String text, int position) {
    return 1 + (int) text.codePoints().limit(Math.max(0, position)).filter(c -> c == '\n').count();
  }
}
