package guywire.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code guywire devices}: the devices without an agent in a network at a server. */
@Command(name = "devices", mixinStandardHelpOptions = true)
final class DevicesCommand implements Callable<Integer> {

  private final Screen screen;

  @Mixin private ServerOption server = new ServerOption();
  @Mixin private NetworkOption network = new NetworkOption();
  @Mixin private PageOption page = new PageOption();

  @Option(names = "--json", descriptionKey = "json")
  private boolean json;

  DevicesCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    var client = server.client(screen);
    return page.print(
        screen,
        client,
        network.path(client) + "/devices",
        json,
        "name",
        "kind",
        "state",
        "addresses",
        "expires");
  }
}
