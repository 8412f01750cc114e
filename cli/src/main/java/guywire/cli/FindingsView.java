package guywire.cli;

import guywire.cli.Screen.Style;
import guywire.network.text.Finding;
import guywire.network.text.Severity;
import guywire.network.text.Text;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;

/** Findings on the screen: the code, the place, what it is in plain words, and the mend. */
final class FindingsView {

  /** Within a severity what had to be assumed (A01) comes last. */
  private static final Comparator<Finding> WORST_FIRST =
      (one, other) -> {
        int bySeverity = one.severity().compareTo(other.severity());
        return bySeverity != 0
            ? bySeverity
            : Boolean.compare(one.code().startsWith("A"), other.code().startsWith("A"));
      };

  /** So many findings of one kind are told one by one. */
  private static final int MOST_ALIKE = 2;

  /** So many places are listed where the same was found. */
  private static final int MOST_PLACES = 8;

  private FindingsView() {}

  /** Errors of an input that can't be read: one line each, place first, on standard error. */
  static void complain(Screen screen, List<Finding> findings) {
    for (var finding : findings) {
      screen.complain(
          Text.of(
              Screen.class,
              "unreadable",
              finding.place().toString(),
              finding.what(),
              finding.mend(),
              finding.code()));
    }
  }

  /** What was found in few inputs: worst first, each with its mend. */
  static void print(Screen screen, List<Finding> findings) {
    findings.stream()
        .sorted((one, other) -> one.severity().compareTo(other.severity()))
        .forEach(finding -> one(screen, finding));
  }

  /**
   * What a proof found: worst first, each with its mend; of many that say the same of other places
   * the first, and where the others are.
   *
   * @param all whether each is to be told by itself
   */
  static void print(Screen screen, List<Finding> findings, boolean all) {
    var alike = new LinkedHashMap<Object, List<Finding>>();
    findings.stream()
        .sorted(WORST_FIRST)
        .forEach(finding ->
            alike
                .computeIfAbsent(
                    List.of(finding.code(), finding.severity(), finding.what().key()),
                    _ -> new ArrayList<>())
                .add(finding));
    boolean shortened = false;
    boolean first = true;
    for (var some : alike.values()) {
      if (!first) {
        screen.gap();
      }
      first = false;
      // At one place each says something of its own, such as which peer is missing.
      boolean apart = some.stream().map(FindingsView::place).distinct().count() > 1;
      boolean many = some.size() > (apart ? MOST_ALIKE : MOST_PLACES) && !all;
      shortened |= many;
      (many ? some.subList(0, 1) : some).forEach(finding -> one(screen, finding));
      if (many) {
        others(screen, some.subList(1, some.size()));
      }
    }
    var code =
        alike.values().stream()
            .map(some -> some.getFirst().code())
            .filter(FaultView::isCode)
            .findFirst();
    code.ifPresent(_ -> screen.gap());
    code.ifPresent(word -> screen.tell("check.look-up", word));
    if (shortened) {
      screen.tell("check.all-of-them");
    }
  }

  private static void others(Screen screen, List<Finding> others) {
    var distinct = others.stream().map(FindingsView::place).distinct().limit(MOST_PLACES).toList();
    String places = String.join(", ", distinct);
    int left = others.size() - distinct.size();
    paragraph(
        screen,
        "    " + screen.say("check.also") + "  ",
        places + (left > 0 ? ", " + screen.say("check.others", left + "") : ""));
  }

  private static String place(Finding finding) {
    return finding.node().map(node -> node + " ").orElse("") + finding.place();
  }

  private static void one(Screen screen, Finding finding) {
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

  /** Prints text behind a first indent, broken at spaces, later lines under the first. */
  static void paragraph(Screen screen, String indent, String text) {
    String hanging = " ".repeat(Table.width(indent));
    var line = new StringBuilder(indent);
    int used = Table.width(indent);
    boolean fresh = true;
    for (String word : text.split(" ")) {
      int width = Table.width(word);
      if (!fresh && used + 1 + width > screen.width()) {
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
