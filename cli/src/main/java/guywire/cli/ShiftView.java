package guywire.cli;

import guywire.cli.Screen.Style;
import guywire.network.Spot;
import guywire.prove.Matrix.Group;
import guywire.prove.NetworkDiff.Shift;
import java.util.List;

/** Who reaches whom in one of two networks only, and why not in the other. */
final class ShiftView {

  /** How many members of a group are named before the rest is counted. */
  private static final int NAMED = 4;

  private ShiftView() {}

  /** Prints a heading and the pairs of groups, or nothing if there are none. */
  static void print(Screen screen, String key, Style style, List<Shift> shifts) {
    if (shifts.isEmpty()) {
      return;
    }
    screen.gap();
    screen.tell(key);
    for (var shift : shifts) {
      String pair = members(screen, shift.from()) + " -> " + members(screen, shift.to());
      if (!shift.whole()) {
        pair += " " + String.join(" ", shift.services().stream().map(Object::toString).toList());
      }
      screen.line("  " + screen.styled(style, pair));
      shift
          .without()
          .flatMap(answer -> answer.stop())
          .ifPresent(stop ->
              FindingsView.paragraph(
                  screen, "    ", stop.machine() + ": " + stop.text().in(screen.locale())));
    }
  }

  private static String members(Screen screen, Group group) {
    List<String> names = group.spots().stream().map(Spot::toString).toList();
    return names.size() <= NAMED + 1
        ? String.join(", ", names)
        : screen.say(
            "check.and-more",
            String.join(", ", names.subList(0, NAMED)),
            names.size() - NAMED + "");
  }
}
