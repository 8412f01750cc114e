package guywire.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code guywire webhooks}: who is told of what happens to nodes: listed, added, tried, removed.
 */
@Command(name = "webhooks", mixinStandardHelpOptions = true)
final class WebhooksCommand implements Callable<Integer> {

  private static final String ALL = "/webhooks";
  private static final int LONGEST_URL = 1000;

  private final Screen screen;

  @Option(names = "--add", paramLabel = "URL", descriptionKey = "webhooks.add")
  private Optional<String> added = Optional.empty();

  @Option(names = "--network", paramLabel = "NETWORK", descriptionKey = "webhooks.network")
  private Optional<String> network = Optional.empty();

  @Option(names = "--test", paramLabel = "ID", descriptionKey = "webhooks.test")
  private Optional<String> tested = Optional.empty();

  @Option(names = "--remove", paramLabel = "ID", descriptionKey = "webhooks.remove")
  private Optional<String> removed = Optional.empty();

  @Mixin private ServerOption server = new ServerOption();
  @Mixin private PageOption page = new PageOption();

  @Option(names = "--json", descriptionKey = "json")
  private boolean json;

  WebhooksCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() throws IOException {
    var client = server.client(screen);
    if (added.isPresent()) {
      return add(client, url(added.get()));
    }
    if (tested.isPresent()) {
      client.post(one(tested.get()) + "/test", Json.object()).orRefuse();
      screen.tell("webhooks.tested", tested.get());
      return ExitCode.HOLDS;
    }
    if (removed.isPresent()) {
      client.delete(one(removed.get())).orRefuse();
      screen.tell("webhooks.removed", removed.get());
      return ExitCode.HOLDS;
    }
    return page.print(screen, client, ALL, json, "id", "server", "network", "tries", "outcome");
  }

  /**
   * Its URL may be a secret, which the list of processes would show: then it comes in by the input.
   */
  private static String url(String argument) throws IOException {
    return argument.equals("-")
        ? new String(System.in.readNBytes(LONGEST_URL), StandardCharsets.UTF_8).strip()
        : argument;
  }

  private static String one(String id) {
    return ALL + "/" + ServerClient.part(id);
  }

  private int add(ServerClient client, String url) {
    var body = Json.object().put("url", url);
    network.ifPresent(name -> body.put("network", name));
    var made = client.post(ALL, body).orRefuse().json();
    if (json) {
      Json.print(screen, made);
    } else {
      screen.tell("webhooks.added", made.get("id").asString());
      screen.line(made.get("secret").asString());
    }
    return ExitCode.HOLDS;
  }
}
