package guywire.cli;

import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** Which part of a list at a server is shown, in which order. */
final class PageOption {

  @Option(names = "--limit", paramLabel = "NUMBER", descriptionKey = "page.limit")
  private int limit = 50;

  @Option(names = "--after", paramLabel = "WHAT", descriptionKey = "page.after")
  private String after = "";

  @Option(names = "--search", paramLabel = "TEXT", descriptionKey = "page.search")
  private Optional<String> search = Optional.empty();

  @Option(names = "--sort", paramLabel = "FIELD", descriptionKey = "page.sort")
  private Optional<String> sort = Optional.empty();

  @Option(names = "--where", paramLabel = "FIELD=VALUE", descriptionKey = "page.where")
  private Map<String, String> where = Map.of();

  private String query() {
    var query = new StringBuilder("?limit=").append(limit);
    Optional.of(after).filter(text -> !text.isEmpty()).ifPresent(text -> add(query, "after", text));
    search.ifPresent(text -> add(query, "search", text));
    sort.ifPresent(text -> add(query, "sort", text));
    where.forEach((field, value) -> add(query, field, value));
    return query.toString();
  }

  private static void add(StringBuilder query, String name, String value) {
    query.append('&').append(ServerClient.part(name)).append('=').append(ServerClient.part(value));
  }

  /** Prints the part: a line for each item, with these members of it. */
  int print(Screen screen, ServerClient client, String path, boolean json, String... members) {
    var list = client.get(path + query()).orRefuse().json();
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
