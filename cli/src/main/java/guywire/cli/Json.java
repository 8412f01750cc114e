package guywire.cli;

import guywire.network.text.Finding;
import java.util.List;
import java.util.Locale;
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

  static void put(ObjectNode into, List<Finding> findings, Locale locale) {
    ArrayNode array = into.putArray("findings");
    for (var finding : findings) {
      var node = array.addObject();
      node.put("code", finding.code());
      node.put("severity", finding.severity().word());
      finding.node().ifPresent(name -> node.put("node", name));
      node.put("file", finding.place().file());
      node.put("line", finding.place().line());
      node.put("column", finding.place().column());
      node.put("what", finding.what().in(locale));
      node.put("mend", finding.mend().in(locale));
    }
  }
}
