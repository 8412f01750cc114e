package guywire.cli;

import guywire.cli.Screen.Style;
import guywire.cli.ServerClient.Said;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** What a change at a server does, or why it was refused, and the exit code for it. */
final class ChangeView {

  private final Screen screen;
  private final boolean json;

  ChangeView(Screen screen, boolean json) {
    this.screen = screen;
    this.json = json;
  }

  /** Nothing is to be changed. */
  int same(String network, long version) {
    if (json) {
      Json.print(screen, Json.object().put("network", network).put("version", version));
    } else {
      screen.tell("apply.same", network, version + "");
    }
    return ExitCode.HOLDS;
  }

  /** What a change would do. */
  int planned(Said said) {
    var preview = said.orRefuse().json();
    if (json) {
      Json.print(screen, preview);
    } else {
      print(preview);
      screen.gap();
      boolean lands = preview.get("lands").asBoolean();
      screen.line(
          screen.styled(
              lands ? Style.GOOD : Style.BAD, screen.say(lands ? "apply.would" : "apply.not")));
    }
    return code(preview);
  }

  /** What a change did, or why it was refused. */
  int landed(Said said, String url) {
    var answer = said.json();
    if (!said.isGood() && !answer.has("preview")) {
      throw said.refusal();
    }
    var preview = answer.get("preview");
    if (json) {
      Json.print(screen, answer);
      return code(preview);
    }
    print(preview);
    screen.gap();
    if (said.isGood()) {
      screen.line(
          screen.styled(
              Style.GOOD,
              screen.say(
                  "apply.done",
                  answer.at("/network/name").asString(),
                  answer.at("/network/version").asLong() + "",
                  url)));
    } else {
      screen.line(screen.styled(Style.BAD, answer.at("/error/text").asString()));
    }
    return code(preview);
  }

  private static int code(JsonNode preview) {
    if (preview.get("lands").asBoolean()) {
      return ExitCode.HOLDS;
    }
    return preview.has("difference") ? ExitCode.BROKEN : ExitCode.UNREADABLE;
  }

  private void print(JsonNode preview) {
    for (var finding : preview.get("findings")) {
      if (!finding.get("severity").asString().equals("info")) {
        screen.line(
            finding.get("code").asString()
                + " "
                + screen.say(finding.get("severity").asString())
                + "  "
                + finding.get("line").asLong());
        FindingsView.paragraph(screen, "    ", finding.get("what").asString());
        FindingsView.paragraph(
            screen, "    " + screen.say("mend") + "  ", finding.get("mend").asString());
      }
    }
    for (var broken : preview.get("broken")) {
      screen.tell("check.counterexample", broken.get("promise").asString());
      FindingsView.paragraph(screen, "  ", broken.get("why").asString());
      broken.get("journey").forEach(line -> screen.line("  " + line.asString()));
    }
    preview.optional("difference").ifPresent(this::difference);
    var refused = preview.get("refused");
    if (!refused.isEmpty()) {
      shifts("apply.refused", Style.BAD, refused);
      screen.tell("apply.how-to-cut");
    }
  }

  private void difference(JsonNode difference) {
    var byNode = new LinkedHashMap<String, List<JsonNode>>();
    difference
        .get("changes")
        .forEach(change ->
            byNode
                .computeIfAbsent(change.get("node").asString(), _ -> new ArrayList<>())
                .add(change));
    byNode.forEach((node, changes) -> {
      screen.line(screen.styled(Style.STRONG, node));
      for (var change : changes) {
        String restart =
            change.get("restarts").asBoolean() ? "  " + screen.say("diff.restarts") : "";
        FindingsView.paragraph(screen, "  ", change.get("text").asString() + restart);
      }
    });
    shifts("diff.gained", Style.GOOD, difference.get("gained"));
    shifts("diff.lost", Style.BAD, difference.get("lost"));
  }

  private void shifts(String heading, Style style, JsonNode shifts) {
    if (shifts.isEmpty()) {
      return;
    }
    screen.gap();
    screen.tell(heading);
    for (var shift : shifts) {
      String pair = names(shift.get("from")) + " -> " + names(shift.get("to"));
      String services = shift.get("all").asBoolean() ? "" : " " + names(shift.get("services"));
      screen.line("  " + screen.styled(style, pair + services));
    }
  }

  private static String names(JsonNode names) {
    var all = new ArrayList<String>();
    names.forEach(name -> all.add(name.asString()));
    return String.join(", ", all);
  }
}
