package guywire.cli;

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
    var environment = System.getenv();
    String wanted = url.replaceAll("/+$", "");
    String set = environment.getOrDefault("GUYWIRE_SERVER", "");
    if (!set.isEmpty()) {
      var link = ServerLink.tryParse(set).orElseThrow(() -> Refusal.unreadable("not-a-link"));
      if (wanted.isEmpty() || wanted.equals(link.url())) {
        return new ServerClient(link, screen.locale());
      }
    }
    var logins = Logins.of(environment);
    var link = link(logins, wanted);
    return new ServerClient(link, logins.others(link), screen.locale());
  }

  private static ServerLink link(Logins logins, String wanted) {
    return logins.all().stream()
        .map(Logins.Login::link)
        .filter(link -> wanted.isEmpty() || link.url().equals(wanted))
        .findFirst()
        .orElseThrow(() ->
            wanted.isEmpty()
                ? Refusal.unreadable("no-login")
                : Refusal.unreadable("no-login-there", wanted));
  }
}
