package guywire.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code guywire approve}: says yes to a host that waits to be a node. */
@Command(name = "approve", mixinStandardHelpOptions = true)
final class ApproveCommand implements Callable<Integer> {

  private final Screen screen;

  @Parameters(index = "0", paramLabel = "NODE", descriptionKey = "approve.node")
  private String wanted = "";

  @Option(names = "--as", paramLabel = "NAME", descriptionKey = "approve.as")
  private Optional<String> name = Optional.empty();

  @Option(names = "--site", paramLabel = "SITE", descriptionKey = "approve.site")
  private Optional<String> site = Optional.empty();

  @Option(names = "--public", paramLabel = "ADDRESS", descriptionKey = "approve.public")
  private Optional<String> address = Optional.empty();

  @Option(names = "--roaming", descriptionKey = "approve.roaming")
  private boolean roaming;

  @Option(names = "--hub", paramLabel = "NODE", descriptionKey = "device.hub")
  private Optional<String> hub = Optional.empty();

  @Mixin private ServerOption server = new ServerOption();
  @Mixin private NetworkOption network = new NetworkOption();

  @Option(names = "--json", descriptionKey = "json")
  private boolean json;

  ApproveCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    var client = server.client(screen);
    String path = new HostsAtServer(client, network.path(client)).path(wanted);
    var body = Json.object();
    name.ifPresent(text -> body.put("name", text));
    site.ifPresent(text -> body.put("site", text));
    address.ifPresent(text -> body.put("public", text));
    hub.ifPresent(text -> body.put("hub", text));
    if (roaming) {
      body.put("roaming", true);
    }
    var said = client.post(path + "/approval", body);
    if (said.status() == 422) {
      return new ChangeView(screen, json).landed(said, client.link().url());
    }
    var host = said.orRefuse().json();
    if (json) {
      Json.print(screen, host);
    } else {
      screen.tell("approve.done", host.get("name").asString(), host.get("node").asString());
    }
    return ExitCode.HOLDS;
  }
}
