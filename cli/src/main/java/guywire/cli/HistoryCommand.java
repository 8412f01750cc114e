package guywire.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code guywire history}: the versions of a network's definition at a server, or one of them. */
@Command(name = "history", mixinStandardHelpOptions = true)
final class HistoryCommand implements Callable<Integer> {

  private final Screen screen;

  @Parameters(index = "0", paramLabel = "NETWORK", descriptionKey = "server.network")
  private String network = "";

  @Option(names = "--version-number", paramLabel = "NUMBER", descriptionKey = "history.show")
  private long number;

  @Mixin private ServerOption server = new ServerOption();
  @Mixin private PageOption page = new PageOption();

  @Option(names = "--json", descriptionKey = "json")
  private boolean json;

  HistoryCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    String at = "/networks/" + ServerClient.part(network) + "/versions";
    if (number > 0) {
      var version = server.client(screen).get(at + "/" + number).orRefuse().json();
      if (json) {
        Json.print(screen, version);
      } else {
        screen.line(version.get("definition").asString().stripTrailing());
      }
      return ExitCode.HOLDS;
    }
    return page.print(
        screen,
        server.client(screen),
        at,
        json,
        "number",
        "created",
        "author",
        "comment",
        "state",
        "word");
  }
}
