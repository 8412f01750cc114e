package guywire.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code guywire restore}: makes a former version of a network the newest again. */
@Command(name = "restore", mixinStandardHelpOptions = true)
final class RestoreCommand implements Callable<Integer> {

  private final Screen screen;

  @Parameters(index = "0", paramLabel = "NETWORK", descriptionKey = "server.network")
  private String network = "";

  @Parameters(index = "1", paramLabel = "VERSION", descriptionKey = "restore.version")
  private long version;

  @Mixin private ServerOption server = new ServerOption();

  @Option(names = "--cut", paramLabel = "NAME|'A -> B'", descriptionKey = "apply.cut")
  private List<String> cuts = List.of();

  @Option(names = "--comment", paramLabel = "TEXT", descriptionKey = "apply.comment")
  private String comment = "";

  @Option(names = "--json", descriptionKey = "json")
  private boolean json;

  RestoreCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    var client = server.client(screen);
    String at = "/networks/" + ServerClient.part(network);
    long newest = client.get(at).orRefuse().json().get("version").asLong();
    var body = Json.object().put("expected-version", newest).put("comment", comment);
    cuts.forEach(body.putArray("cuts")::add);
    return new ChangeView(screen, json)
        .landed(
            client.post(at + "/versions/" + version + "/restoration", body), client.link().url());
  }
}
