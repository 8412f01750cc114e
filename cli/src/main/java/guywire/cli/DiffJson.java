package guywire.cli;

import guywire.network.Spot;
import guywire.prove.Matrix.Group;
import guywire.prove.NetworkDiff;
import java.util.Locale;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/** A difference of two networks as JSON. */
final class DiffJson {

  private DiffJson() {}

  static ObjectNode of(NetworkDiff diff, Locale locale) {
    var node = Json.object();
    var changes = node.putArray("changes");
    diff.changes()
        .forEach((name, list) ->
            list.forEach(change -> {
              var entry = changes.addObject();
              entry.put("node", name.text());
              entry.put("text", change.text().in(locale));
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
    return node;
  }

  private static String names(Group group) {
    return group.spots().stream().map(Spot::toString).collect(Collectors.joining(" "));
  }
}
