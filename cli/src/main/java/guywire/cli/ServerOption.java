package guywire.cli;

import java.util.Map;
import picocli.CommandLine.Option;

/**
 * Which server a command is for: the one of the link in GUYWIRE_SERVER, else one that the user is
 * logged in at, else the latest of these.
 */
final class ServerOption {

  @Option(names = "--server", paramLabel = "URL", descriptionKey = "server")
  private String url = "";

  /** The server, in the language of the screen. */
  ServerClient client(Screen screen) {
    return new ServerClient(link(System.getenv()), screen.locale());
  }

  private ServerLink link(Map<String, String> environment) {
    String set = environment.getOrDefault("GUYWIRE_SERVER", "");
    String wanted = url.replaceAll("/+$", "");
    if (!set.isEmpty()) {
      var link = ServerLink.tryParse(set).orElseThrow(() -> Refusal.unreadable("not-a-link"));
      if (wanted.isEmpty() || wanted.equals(link.url())) {
        return link;
      }
    }
    return Logins.of(environment).all().stream()
        .filter(link -> wanted.isEmpty() || link.url().equals(wanted))
        .findFirst()
        .orElseThrow(() ->
            wanted.isEmpty()
                ? Refusal.unreadable("no-login")
                : Refusal.unreadable("no-login-there", wanted));
  }
}
