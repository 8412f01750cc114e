package guywire.cli;

import guywire.network.text.Finding;
import guywire.network.text.Text;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Results for programs. The shapes are described in docs/json.md and never hold a secret. */
final class Json {

  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private Json() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  static void print(Screen screen, ObjectNode node) {
    screen.line(MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node));
  }

  /** Writes a result piece by piece, so that a large one needs no memory of its own. */
  static void stream(Screen screen, Consumer<JsonGenerator> writer) {
    // As text and not as bytes, so that it passes what escapes control characters.
    try (var generator =
        MAPPER.writerWithDefaultPrettyPrinter().createGenerator(Main.writer(screen.out()))) {
      writer.accept(generator);
    }
    screen.line("");
  }

  /** A message as it is said, and as key and arguments for who says it in another language. */
  static ObjectNode text(Text text, Locale locale) {
    var node = keyed(text);
    node.put("text", text.in(locale));
    return node;
  }

  private static ObjectNode keyed(Text text) {
    var node = object();
    node.put("bundle", text.bundle());
    node.put("key", text.key());
    var arguments = node.putArray("arguments");
    for (var argument : text.arguments()) {
      if (argument instanceof Text inner) {
        arguments.add(keyed(inner));
      } else {
        arguments.add(argument.toString());
      }
    }
    return node;
  }

  static ObjectNode finding(Finding finding, Locale locale) {
    var node = object();
    node.put("code", finding.code());
    node.put("severity", finding.severity().word());
    finding.node().ifPresent(name -> node.put("node", name));
    node.put("file", finding.place().file());
    node.put("line", finding.place().line());
    node.put("column", finding.place().column());
    node.put("what", finding.what().in(locale));
    node.put("mend", finding.mend().in(locale));
    node.set("what-said", keyed(finding.what()));
    node.set("mend-said", keyed(finding.mend()));
    return node;
  }

  static void put(ObjectNode into, List<Finding> findings, Locale locale) {
    ArrayNode array = into.putArray("findings");
    findings.forEach(finding -> array.add(finding(finding, locale)));
  }
}
