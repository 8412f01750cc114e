package guywire.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code guywire audit}: what was done at a server, by whom and when. */
@Command(name = "audit", mixinStandardHelpOptions = true)
final class AuditCommand implements Callable<Integer> {

  private final Screen screen;

  @Mixin private ServerOption server = new ServerOption();
  @Mixin private PageOption page = new PageOption();

  @Option(names = "--json", descriptionKey = "json")
  private boolean json;

  AuditCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    return page.print(
        screen,
        server.client(screen),
        "/audit",
        json,
        "number",
        "at",
        "actor",
        "action",
        "network",
        "subject",
        "detail");
  }
}
