package guywire.cli;

import guywire.cli.Screen.Style;
import guywire.network.text.Finding;
import guywire.network.text.Severity;
import java.util.List;

/** Findings on the screen: the code, the place, what it is in plain words, and the mend. */
final class FindingsView {

  private static final int WIDTH = 100;

  private FindingsView() {}

  /** Errors of an input that can't be read: one line each, place first, on standard error. */
  static void complain(Screen screen, List<Finding> findings) {
    for (var finding : findings) {
      screen.complain(
          guywire.network.text.Text.of(
              Screen.class,
              "unreadable",
              finding.place().toString(),
              finding.what(),
              finding.mend()));
    }
  }

  /** What a proof found: worst first, each with its mend. */
  static void print(Screen screen, List<Finding> findings) {
    var sorted =
        findings.stream().sorted(java.util.Comparator.comparing(Finding::severity)).toList();
    for (var finding : sorted) {
      String head =
          screen.styled(Style.STRONG, finding.code())
              + " "
              + screen.styled(style(finding.severity()), screen.say(finding.severity().word()))
              + "  "
              + finding.node().map(node -> node + "  ").orElse("")
              + screen.styled(Style.DIM, finding.place().toString());
      screen.line(head);
      paragraph(screen, "    ", finding.what().in(screen.locale()));
      paragraph(screen, "    " + screen.say("mend") + "  ", finding.mend().in(screen.locale()));
    }
  }

  /** Prints text behind a first indent, broken at spaces, later lines under the first. */
  static void paragraph(Screen screen, String indent, String text) {
    String hanging = " ".repeat(Table.width(indent));
    var line = new StringBuilder(indent);
    int used = Table.width(indent);
    boolean fresh = true;
    for (String word : text.split(" ")) {
      int width = Table.width(word);
      if (!fresh && used + 1 + width > WIDTH) {
        screen.line(line.toString());
        line = new StringBuilder(hanging);
        used = hanging.length();
        fresh = true;
      }
      line.append(fresh ? "" : " ").append(word);
      used += width + (fresh ? 0 : 1);
      fresh = false;
    }
    screen.line(line.toString());
  }

  private static Style style(Severity severity) {
    return switch (severity) {
      case ERROR -> Style.BAD;
      case WARNING -> Style.WARN;
      case INFO -> Style.DIM;
    };
  }
}
