package guywire.cli;

import java.util.ArrayList;
import picocli.CommandLine.Option;

/** Which network at a server a command is for: the only one, where none is named. */
final class NetworkOption {

  @Option(names = "--network", paramLabel = "NETWORK", descriptionKey = "at.network")
  private String name = "";

  /** The path of the network. */
  String path(ServerClient client) {
    return "/networks/" + ServerClient.part(name.isEmpty() ? only(client) : name);
  }

  private static String only(ServerClient client) {
    var names = new ArrayList<String>();
    client
        .get("/networks?limit=10")
        .orRefuse()
        .json()
        .get("items")
        .forEach(network -> names.add(network.get("name").asString()));
    if (names.size() != 1) {
      throw Refusal.unreadable("which-network", String.join(", ", names));
    }
    return names.getFirst();
  }
}
