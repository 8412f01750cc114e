package guywire.cli;

import guywire.agent.managed.Home;
import guywire.agent.managed.Join;
import guywire.agent.managed.ServerAway;
import guywire.guard.UnsafeFileException;
import guywire.network.Name;
import guywire.node.HostAgent;
import guywire.node.Machine;
import guywire.node.SetupFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code guywire join}: makes this host a node of a network that a server manages. */
@Command(name = "join", mixinStandardHelpOptions = true)
final class JoinCommand implements Callable<Integer> {

  private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

  private final Screen screen;

  @Parameters(index = "0", paramLabel = "LINK", descriptionKey = "join.link")
  private String text = "";

  @Option(names = "--name", paramLabel = "NAME", descriptionKey = "join.name")
  private Optional<String> name = Optional.empty();

  @Option(names = "--key", paramLabel = "FILE", descriptionKey = "join.key")
  private Optional<Path> keyFile = Optional.empty();

  JoinCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() throws IOException {
    var link = ServerLink.given(text).orElseThrow(() -> Refusal.unreadable("not-a-link"));
    var home = Home.USUAL;
    var wanted = wanted();
    var own = keyFile.map(TunnelKeyFile::read);
    try {
      var before = home.membership();
      if (before.isPresent()) {
        throw Refusal.unreadable(
            "joined-already",
            before.get().networkName().text(),
            before.get().url(),
            home.directory().toString());
      }
      if (own.isPresent() && !home.adopt(own.get().key(), own.get().shared())) {
        throw Refusal.unreadable("join-other-key", home.directory().toString());
      }
      var done = Join.ask(home, link.url(), link.fingerprint(), link.token(), wanted);
      HostAgent.wake(Machine.LOCAL);
      screen.tell(
          done.approved() ? "join.approved" : "join.waits",
          wanted.text(),
          done.membership().networkName().text(),
          link.url());
      return ExitCode.HOLDS;
    } catch (ServerAway e) {
      throw new Refusal(e.status() == 0 ? ExitCode.UNABLE : ExitCode.UNREADABLE, e.text());
    } catch (SetupFailure e) {
      throw new Refusal(ExitCode.BROKEN, e.text());
    } catch (UnsafeFileException e) {
      throw Refusal.unsafe(e);
    }
  }

  private Name wanted() throws IOException {
    if (name.isPresent()) {
      return Name.tryParse(name.get())
          .orElseThrow(() -> Refusal.unreadable("join-name", name.get()));
    }
    String own = Files.readString(HOST_NAME).strip();
    int dot = own.indexOf('.');
    String first = dot < 0 ? own : own.substring(0, dot);
    return Name.near(first).orElseThrow(() -> Refusal.unreadable("join-name", first));
  }
}
