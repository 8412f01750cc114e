package guywire.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code guywire tokens}: the tokens of a server: listed, made, revoked. */
@Command(name = "tokens", mixinStandardHelpOptions = true)
final class TokensCommand implements Callable<Integer> {

  private final Screen screen;

  @Option(names = "--make", paramLabel = "OWNER", descriptionKey = "tokens.make")
  private Optional<String> owner = Optional.empty();

  @Option(names = "--scope", paramLabel = "SCOPE", descriptionKey = "tokens.scope")
  private String scope = "read";

  @Option(names = "--network", paramLabel = "NETWORK", descriptionKey = "tokens.network")
  private Optional<String> network = Optional.empty();

  @Option(names = "--label", paramLabel = "TEXT", descriptionKey = "tokens.label")
  private String label = "";

  @Option(names = "--days", paramLabel = "NUMBER", descriptionKey = "tokens.days")
  private Optional<Integer> days = Optional.empty();

  @Option(names = "--uses", paramLabel = "NUMBER", descriptionKey = "tokens.uses")
  private Optional<Long> uses = Optional.empty();

  @Option(names = "--revoke", paramLabel = "ID", descriptionKey = "tokens.revoke")
  private Optional<String> revoked = Optional.empty();

  @Mixin private ServerOption server = new ServerOption();
  @Mixin private PageOption page = new PageOption();

  @Option(names = "--json", descriptionKey = "json")
  private boolean json;

  TokensCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    var client = server.client(screen);
    if (owner.isPresent()) {
      return make(client, owner.get());
    }
    if (revoked.isPresent()) {
      client.delete("/tokens/" + ServerClient.part(revoked.get())).orRefuse();
      screen.tell("tokens.revoked", revoked.get());
      return ExitCode.HOLDS;
    }
    return page.print(
        screen, client, "/tokens", json, "id", "owner", "scope", "network", "expires", "label");
  }

  private int make(ServerClient client, String name) {
    var body = Json.object().put("owner", name).put("scope", scope).put("label", label);
    network.ifPresent(one -> body.put("network", one));
    days.ifPresent(number -> body.put("expires-in-seconds", number * 86_400L));
    uses.ifPresent(number -> body.put("uses", number));
    var made = client.post("/tokens", body).orRefuse().json();
    if (json) {
      Json.print(screen, made);
    } else {
      screen.tell("tokens.made", made.get("id").asString());
      screen.line(client.link().with(made.get("token").asString()).reveal());
    }
    return ExitCode.HOLDS;
  }
}
