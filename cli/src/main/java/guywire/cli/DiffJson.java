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
              entry.put("kind", change.kind().word());
              change.tunnel().ifPresent(tunnel -> entry.put("interface", tunnel.text()));
              put(entry, "peer", change.peer());
              put(entry, "before", change.before());
              put(entry, "after", change.after());
              entry.put("text", change.text().in(locale));
              entry.put("restarts", change.restarts());
            }));
    for (boolean gained : new boolean[] {true, false}) {
      var array = node.putArray(gained ? "gained" : "lost");
      for (var shift : gained ? diff.gained() : diff.lost()) {
        var entry = array.addObject();
        entry.put("from", names(shift.from()));
        entry.put("to", names(shift.to()));
        var services = entry.putArray("services");
        shift.services().forEach(kind -> services.add(kind.toString()));
        entry.put("all", shift.whole());
        shift
            .without()
            .flatMap(answer -> answer.stop())
            .ifPresent(stop -> entry.set("stop", Json.text(stop.text(), locale)));
      }
    }
    return node;
  }

  private static void put(ObjectNode entry, String key, String value) {
    if (!value.isEmpty()) {
      entry.put(key, value);
    }
  }

  private static String names(Group group) {
    return group.spots().stream().map(Spot::toString).collect(Collectors.joining(" "));
  }
}
