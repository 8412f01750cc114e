package guywire.cli;

import java.util.ArrayList;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** Which part of a list at a server is shown. */
final class PageOption {

  @Option(names = "--limit", paramLabel = "NUMBER", descriptionKey = "page.limit")
  private int limit = 50;

  @Option(names = "--after", paramLabel = "WHAT", descriptionKey = "page.after")
  private String after = "";

  /** Prints the part: a line for each item, with these members of it. */
  int print(Screen screen, ServerClient client, String path, boolean json, String... members) {
    String query =
        "?limit=" + limit + (after.isEmpty() ? "" : "&after=" + ServerClient.part(after));
    var list = client.get(path + query).orRefuse().json();
    if (json) {
      Json.print(screen, list);
      return ExitCode.HOLDS;
    }
    var table = new Table();
    for (var item : list.get("items")) {
      var cells = new ArrayList<String>();
      for (var member : members) {
        cells.add(item.optional(member).map(PageOption::cell).orElse("-"));
      }
      table.row(cells.toArray(String[]::new));
    }
    table.print(screen, "");
    list.optional("next").ifPresent(next -> screen.tell("page.more", next.asString()));
    return ExitCode.HOLDS;
  }

  private static String cell(JsonNode value) {
    if (!value.isArray()) {
      return value.asString();
    }
    var all = new ArrayList<String>();
    value.forEach(one -> all.add(one.asString()));
    return String.join(" ", all);
  }
}
