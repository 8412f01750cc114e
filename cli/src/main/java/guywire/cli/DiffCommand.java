package guywire.cli;

import guywire.cli.Screen.Style;
import guywire.network.config.Network;
import guywire.network.config.Spot;
import guywire.network.plan.KeyStore;
import guywire.network.verify.Matrix.Group;
import guywire.network.verify.NetworkDiff;
import guywire.network.verify.NetworkDiff.Shift;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code guywire diff}: what a new version of a network changes where, which tunnels begin anew,
 * and whom it cuts off.
 */
@Command(name = "diff", resourceBundle = "guywire.cli.help", mixinStandardHelpOptions = true)
final class DiffCommand implements Callable<Integer> {

  /** How many members of a group are named before the rest is counted. */
  private static final int NAMED = 4;

  private final Screen screen;

  @Parameters(index = "0", paramLabel = "NETWORK", descriptionKey = "explain.network")
  private Path after = Path.of("");

  @Parameters(index = "1", paramLabel = "OLD", descriptionKey = "diff.old")
  private Path before = Path.of("");

  @Option(names = "--json", descriptionKey = "json")
  private boolean json;

  DiffCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    // One store for both: a node whose key is made up for this run has the same one in either.
    var keys = KeyStore.borrowing(KeyStore.beside(after.toAbsolutePath()));
    var diff = NetworkDiff.of(network(before, keys), network(after, keys));
    if (json) {
      printJson(diff);
    } else {
      print(diff);
    }
    return diff.lost().isEmpty() ? ExitCode.HOLDS : ExitCode.BROKEN;
  }

  private static Network network(Path file, KeyStore keys) {
    return NodeInput.isDefinition(file)
        ? DefinitionInput.of(file, keys).network()
        : CheckInput.of(List.of(file), Optional.empty()).subject().network();
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
    shifts("diff.gained", Style.GOOD, diff.gained());
    shifts("diff.lost", Style.BAD, diff.lost());
  }

  private void shifts(String key, Style style, List<Shift> shifts) {
    if (shifts.isEmpty()) {
      return;
    }
    screen.gap();
    screen.tell(key);
    for (var shift : shifts) {
      screen.line(
          "  " + screen.styled(style, members(shift.from()) + " -> " + members(shift.to())));
      shift
          .without()
          .flatMap(answer -> answer.stop())
          .ifPresent(stop ->
              FindingsView.paragraph(
                  screen, "    ", stop.machine() + ": " + stop.text().in(screen.locale())));
    }
  }

  private String members(Group group) {
    List<String> names = group.spots().stream().map(Spot::toString).toList();
    return names.size() <= NAMED + 1
        ? String.join(", ", names)
        : screen.say(
            "check.and-more",
            String.join(", ", names.subList(0, NAMED)),
            names.size() - NAMED + "");
  }

  private void printJson(NetworkDiff diff) {
    var node = Json.object();
    var changes = node.putArray("changes");
    diff.changes()
        .forEach((name, list) ->
            list.forEach(change -> {
              var entry = changes.addObject();
              entry.put("node", name.text());
              entry.put("text", change.text().in(screen.locale()));
              entry.put("restarts", change.restarts());
            }));
    for (boolean gained : new boolean[] {true, false}) {
      var array = node.putArray(gained ? "gained" : "lost");
      for (var shift : gained ? diff.gained() : diff.lost()) {
        var entry = array.addObject();
        entry.put("from", names(shift.from()));
        entry.put("to", names(shift.to()));
      }
    }
    Json.print(screen, node);
  }

  private static String names(Group group) {
    return group.spots().stream().map(Spot::toString).collect(Collectors.joining(" "));
  }
}
