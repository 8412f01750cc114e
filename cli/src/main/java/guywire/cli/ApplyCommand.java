package guywire.cli;

import guywire.plan.definition.Definition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code guywire apply}: makes a definition the newest version of its network at a server, if it
 * works, keeps its promises and cuts off nobody but whom the user names.
 */
@Command(name = "apply", mixinStandardHelpOptions = true)
final class ApplyCommand implements Callable<Integer> {

  private final Screen screen;

  @Parameters(index = "0", paramLabel = "FILE", descriptionKey = "network")
  private Path file = Path.of("");

  @Mixin private ServerOption server = new ServerOption();

  @Option(names = "--plan", descriptionKey = "apply.plan")
  private boolean plan;

  @Option(names = "--cut", paramLabel = "NAME|'A -> B'", descriptionKey = "apply.cut")
  private List<String> cuts = List.of();

  @Option(names = "--comment", paramLabel = "TEXT", descriptionKey = "apply.comment")
  private String comment = "";

  @Option(names = "--expect", paramLabel = "VERSION", descriptionKey = "apply.expect")
  private Optional<Long> expected = Optional.empty();

  @Option(names = "--json", descriptionKey = "json")
  private boolean json;

  ApplyCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() throws IOException {
    var reading = Definition.read(file);
    String name =
        reading.definition().orElseThrow(() -> new WrongInput(reading.findings())).name().text();
    String text;
    try {
      text = Files.readString(file);
    } catch (NoSuchFileException e) {
      throw Refusal.unreadable("no-file", file.toString());
    }
    var client = server.client(screen);
    String at = "/networks/" + ServerClient.part(name);
    var known = client.get(at);
    var view = new ChangeView(screen, json);
    if (known.status() == 404) {
      if (plan) {
        screen.tell("apply.new", name, client.link().url());
        return ExitCode.HOLDS;
      }
      var body = Json.object().put("definition", text).put("comment", comment);
      return view.landed(client.post("/networks", body), client.link().url());
    }
    long version = known.orRefuse().json().get("version").asLong();
    if (client.get(at + "/definition").orRefuse().text().equals(text)) {
      return view.same(name, version);
    }
    ObjectNode body =
        Json.object()
            .put("definition", text)
            .put("expected-version", expected.orElse(version))
            .put("comment", comment);
    cuts.forEach(body.putArray("cuts")::add);
    return plan
        ? view.planned(client.post(at + "/previews", body))
        : view.landed(client.post(at + "/changes", body), client.link().url());
  }
}
