package guywire.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code guywire login}: takes the link of a server or token, and keeps it for the other commands;
 * of a new server it makes whoever has its link the administrator.
 */
@Command(name = "login", mixinStandardHelpOptions = true)
final class LoginCommand implements Callable<Integer> {

  private final Screen screen;

  @Parameters(index = "0", paramLabel = "LINK", descriptionKey = "login.link")
  private String text = "";

  @Option(names = "--name", paramLabel = "NAME", descriptionKey = "login.name")
  private String name = "admin";

  LoginCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() throws IOException {
    var link = ServerLink.given(text).orElseThrow(() -> Refusal.unreadable("not-a-link"));
    var logins = Logins.of(System.getenv());
    var client = new ServerClient(link, logins.others(link), screen.locale());
    var self = client.get("/self");
    if (self.status() == 403) {
      var made = client.post("/setup", Json.object().put("owner", name)).orRefuse();
      link = link.with(made.json().get("token").asString());
      self = made;
    }
    var who = self.orRefuse().json();
    logins.add(new Logins.Login(link, client.places()));
    screen.tell("login.done", who.get("owner").asString(), link.url(), who.get("scope").asString());
    return ExitCode.HOLDS;
  }
}
