package guywire.cli;

import guywire.network.Spot;
import guywire.prove.Answer;
import guywire.prove.PacketTrace;
import java.util.Locale;
import tools.jackson.databind.node.ObjectNode;

/** The way of a packet as JSON. */
final class AnswerJson {

  private AnswerJson() {}

  static ObjectNode of(Spot from, Answer answer, Locale locale) {
    var node = Json.object();
    node.put("from", from.toString());
    node.put("packet", answer.there().packet().toString());
    node.put("works", answer.works());
    node.put("certain", answer.certain());
    node.put("mtu", answer.mtu());
    answer.sourceSeen().ifPresent(source -> node.put("source-seen", source.toString()));
    way(node.putObject("there"), answer.there(), locale);
    answer.back().ifPresent(back -> way(node.putObject("back"), back, locale));
    var conditions = node.putArray("conditions");
    answer.conditions().forEach(condition -> conditions.add(condition.text().in(locale)));
    return node;
  }

  private static void way(ObjectNode node, PacketTrace way, Locale locale) {
    node.put("arrived", way.arrived());
    var hops = node.putArray("hops");
    for (var hop : way.hops()) {
      var entry = hops.addObject();
      entry.put("machine", hop.machine());
      var actions = entry.putArray("actions");
      hop.texts().forEach(text -> actions.add(text.in(locale)));
    }
    way.stop()
        .ifPresent(stop -> {
          var entry = node.putObject("stop");
          entry.put("machine", stop.machine());
          entry.put("why", stop.why().name().toLowerCase(Locale.ROOT).replace('_', '-'));
          entry.put("text", stop.text().in(locale));
        });
  }
}
