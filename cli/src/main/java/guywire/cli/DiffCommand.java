package guywire.cli;

import guywire.cli.DefinitionInput.KeySource;
import guywire.cli.Screen.Style;
import guywire.network.Network;
import guywire.plan.KeyStore;
import guywire.prove.NetworkDiff;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code guywire diff}: what a new version of a network changes where, which tunnels begin anew,
 * and whom it cuts off.
 */
@Command(name = "diff", mixinStandardHelpOptions = true)
final class DiffCommand implements Callable<Integer> {

  private final Screen screen;

  @Parameters(index = "0", paramLabel = "OLD", descriptionKey = "diff.old")
  private Path before = Path.of("");

  @Parameters(index = "1", paramLabel = "NEW", descriptionKey = "diff.new")
  private Path after = Path.of("");

  @Option(names = "--json", descriptionKey = "json")
  private boolean json;

  DiffCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    // One store for both: a node whose key is made up for this run has the same one in either.
    var keys = KeyStore.comparing(KeyStore.beside(after.toAbsolutePath()));
    var old = network(before, keys);
    var now = network(after, keys);
    var diff =
        NetworkDiff.of(
            NodeInput.isDefinition(before) ? old : NetworkDiff.onPlatformsOf(old, now),
            NodeInput.isDefinition(after) ? now : NetworkDiff.onPlatformsOf(now, old));
    if (json) {
      Json.print(screen, DiffJson.of(diff, screen.locale()));
    } else {
      print(diff);
    }
    return diff.lost().isEmpty() ? ExitCode.HOLDS : ExitCode.BROKEN;
  }

  private static Network network(Path file, KeyStore keys) {
    return NodeInput.isDefinition(file)
        ? DefinitionInput.of(file, keys).network()
        : CheckInput.of(List.of(file), Optional.empty(), KeySource.BORROWED).subject().network();
  }

  private void print(NetworkDiff diff) {
    if (diff.changes().isEmpty() && diff.gained().isEmpty() && diff.lost().isEmpty()) {
      screen.tell("diff.same");
      return;
    }
    diff.changes()
        .forEach((node, changes) -> {
          screen.line(screen.styled(Style.STRONG, node.text()));
          for (var change : changes) {
            String restart = change.restarts() ? "  " + screen.say("diff.restarts") : "";
            FindingsView.paragraph(screen, "  ", change.text().in(screen.locale()) + restart);
          }
        });
    ShiftView.print(screen, "diff.gained", Style.GOOD, diff.gained());
    ShiftView.print(screen, "diff.lost", Style.BAD, diff.lost());
  }
}
