package guywire.cli;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * The hosts that asked to be nodes of a network at a server.
 *
 * @param client the server
 * @param network the path of the network
 */
record HostsAtServer(ServerClient client, String network) {

  /** All of them. */
  List<JsonNode> all() {
    return all("/hosts");
  }

  /** All items of a list that is told in parts. */
  List<JsonNode> all(String list) {
    var items = new ArrayList<JsonNode>();
    String after = "";
    do {
      var page =
          client
              .get(network + list + "?limit=200" + (after.isEmpty() ? "" : "&after=" + after))
              .orRefuse()
              .json();
      page.get("items").forEach(items::add);
      after = page.optional("next").map(next -> ServerClient.part(next.asString())).orElse("");
    } while (!after.isEmpty());
    return items;
  }

  /** The path of the host with this name, or whose identity begins so; of two, one that waits. */
  String path(String wanted) {
    var found =
        all().stream()
            .filter(host ->
                host.get("name").asString().equals(wanted)
                    || host.path("node").asString("").equals(wanted)
                    || host.get("id").asString().equals(wanted))
            .toList();
    var waiting =
        found.stream().filter(host -> host.get("state").asString().equals("waiting")).toList();
    var chosen = found.size() > 1 ? waiting : found;
    if (chosen.size() != 1) {
      throw found.isEmpty()
          ? Refusal.unreadable("no-host", wanted)
          : Refusal.unreadable(
              "which-host",
              wanted,
              String.join(", ", found.stream().map(host -> host.get("id").asString()).toList()));
    }
    return network + "/hosts/" + chosen.getFirst().get("id").asString();
  }
}
