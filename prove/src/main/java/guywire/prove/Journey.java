package guywire.prove;

import guywire.network.Spot;
import guywire.network.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The way of a packet and of its answer, to be read like a journey: a line for each machine.
 *
 * @param from where it begins
 * @param answer the ways
 */
public record Journey(Spot from, Answer answer) {

  /** The lines, without newlines, in a language. */
  public List<String> lines(Locale language) {
    var there = answer.there();
    var lines = new ArrayList<String>();
    lines.add(from + " " + there.packet());
    int width =
        Math.max(
            text("journey.back").in(language).length(),
            there.hops().stream().mapToInt(hop -> hop.machine().length()).max().orElse(0));
    width = Math.max(width, answer.back().map(back -> widest(back)).orElse(0));
    for (var hop : there.hops()) {
      lines.add(line(hop, width, language));
    }
    answer
        .back()
        .ifPresent(
            back -> lines.add("  " + text("journey.back").in(language) + "  " + back.packet()));
    if (answer.back().isPresent()) {
      for (var hop : answer.back().get().hops()) {
        lines.add(line(hop, width, language));
      }
    }
    lines.add(outcome().in(language));
    for (var condition : answer.conditions()) {
      lines.add("  " + text("journey.if", condition.text()).in(language));
    }
    return lines;
  }

  /** The last line: reachable, or not, or if. */
  public Text outcome() {
    if (answer.mayWork()) {
      return text("journey.unsure");
    }
    if (!answer.works()) {
      return text(answer.arrives() ? "journey.one-way" : "journey.unreachable");
    }
    return text(answer.certain() ? "journey.reachable" : "journey.depends");
  }

  private static int widest(PacketTrace way) {
    return way.hops().stream().mapToInt(hop -> hop.machine().length()).max().orElse(0);
  }

  private static String line(Hop hop, int width, Locale language) {
    var actions =
        hop.texts().stream().map(text -> text.in(language)).collect(Collectors.joining("; "));
    return "  " + hop.machine() + " ".repeat(width - hop.machine().length()) + "  " + actions;
  }

  private static Text text(String key, Object... arguments) {
    return Text.of(Journey.class, key, arguments);
  }
}
