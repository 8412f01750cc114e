package guywire.cli;

import guywire.cli.MatrixView.Mark;
import guywire.cli.Screen.Style;
import guywire.cli.Table.Cell;
import guywire.lab.Expected;
import guywire.lab.LabOptions;
import guywire.lab.LabOptions.Apply;
import guywire.lab.LabReport;
import guywire.lab.LabReport.LookupResult;
import guywire.lab.LabReport.PromiseResult;
import guywire.lab.Outcome;
import guywire.network.Network;
import guywire.network.Spot;
import guywire.network.text.Place;
import guywire.prove.Failure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A lab's report on the screen: promises, who reaches whom, speed, roaming, and the verdict. */
final class LabView {

  private final Screen screen;

  LabView(Screen screen) {
    this.screen = screen;
  }

  void print(Network network, LabOptions options, LabReport report, long nanos) {
    screen.tell(
        "try.title",
        screen.styled(Style.STRONG, network.name().text()),
        network.nodes().size() + "",
        network.underlay().sites().size() + "",
        options.tunnels().word(),
        options.apply() == Apply.GUYWIRE ? "" : screen.say("try.applied", options.apply().word()));
    if (!report.promises().isEmpty() || !report.lookups().isEmpty()) {
      screen.gap();
      screen.tell("try.promises");
      promises(report);
    }
    if (!report.matrix().isEmpty()) {
      screen.gap();
      matrix(report);
    }
    var extras = new ArrayList<String>();
    report.speed().ifPresent(speed -> extras.add(speed(speed)));
    report.roaming().forEach(roaming -> extras.add(roaming(roaming)));
    if (!extras.isEmpty()) {
      screen.gap();
      extras.forEach(screen::line);
    }
    screen.gap();
    verdict(report, nanos);
  }

  /** What was measured while parts were down. */
  void printFailed(Set<Failure> failures, LabReport report) {
    screen.gap();
    var parts = failures.stream().map(Object::toString).sorted().toList();
    screen.line(screen.styled(Style.STRONG, screen.say("try.failed", String.join(", ", parts))));
    matrix(report);
  }

  private void promises(LabReport report) {
    var byLine = new LinkedHashMap<Place, List<PromiseResult>>();
    report
        .promises()
        .forEach(r -> byLine.computeIfAbsent(r.promise().place(), _ -> new ArrayList<>()).add(r));
    var table = new Table();
    byLine.forEach((_, results) -> {
      boolean kept = results.stream().allMatch(PromiseResult::kept);
      table.row(
          verdictCell(kept),
          Cell.of(results.getFirst().promise().text()),
          Cell.of(kept ? summary(results) : "", Style.DIM));
      results.stream()
          .filter(result -> !result.kept())
          .forEach(result -> table.row(Cell.of(""), Cell.of("  " + broken(result))));
    });
    var lookups = new LinkedHashMap<Place, List<LookupResult>>();
    report
        .lookups()
        .forEach(r -> lookups.computeIfAbsent(r.lookup().place(), _ -> new ArrayList<>()).add(r));
    lookups.forEach((_, results) -> lookupRow(table, results));
    table.print(screen, "  ");
  }

  private void lookupRow(Table table, List<LookupResult> results) {
    var worst =
        results.stream().filter(result -> !result.kept()).findFirst().orElse(results.getFirst());
    String answer =
        worst.answer().isEmpty()
            ? screen.say("try.no-answer")
            : String.join(" ", worst.answer().stream().map(Object::toString).toList());
    table.row(
        verdictCell(worst.kept()),
        Cell.of(worst.lookup().text()),
        Cell.of(worst.kept() ? answer : worst.lookup().from() + ": " + answer, Style.DIM));
  }

  private Cell verdictCell(boolean kept) {
    return kept
        ? Cell.of(screen.say("try.kept"), Style.GOOD)
        : Cell.of(screen.say("try.broken"), Style.BAD);
  }

  /** What was seen of a kept line: the slowest answer, and a promised source or way. */
  private String summary(List<PromiseResult> results) {
    var first = results.getFirst();
    if (!first.promise().arrives()) {
      return screen.say("try.nothing-arrived", results.size() + "");
    }
    double slowest = results.stream().mapToDouble(PromiseResult::millis).max().orElse(0);
    var said = new StringBuilder(screen.say("try.answered", results.size() + "", millis(slowest)));
    if (first.promise().sourceSeen().isPresent() && first.sourceSeen().isPresent()) {
      said.append(screen.say("try.source", first.sourceSeen().get().toString()));
    }
    if (!first.promise().via().isEmpty()) {
      said.append(
          screen.say(
              "try.via", String.join(", ", first.via().stream().map(Object::toString).toList())));
    }
    return said.toString();
  }

  private String broken(PromiseResult result) {
    var promise = result.promise();
    String packet =
        promise.from()
            + " -> "
            + promise.to()
            + " "
            + promise.target()
            + " "
            + promise.transport().word()
            + (promise.port().isPresent() ? "/" + promise.port().getAsInt() : "");
    String seen =
        result.sourceSeen().map(source -> screen.say("try.source", source.toString())).orElse("");
    String via =
        result.via().isEmpty()
            ? ""
            : screen.say(
                "try.via", String.join(", ", result.via().stream().map(Object::toString).toList()));
    return packet + ": " + screen.say("outcome." + result.outcome().word()) + seen + via;
  }

  private void matrix(LabReport report) {
    boolean agree = report.disagreements().isEmpty();
    screen.line(
        screen.say("try.matrix")
            + " "
            + (agree
                ? screen.styled(Style.GOOD, screen.say("try.agree"))
                : screen.styled(Style.BAD, screen.say("try.disagree"))));
    var spots = new ArrayList<Spot>();
    for (var cell : report.matrix()) {
      if (!spots.contains(cell.from())) {
        spots.add(cell.from());
      }
    }
    for (var cell : report.matrix()) {
      if (!spots.contains(cell.to())) {
        spots.add(cell.to());
      }
    }
    MatrixView.print(screen, spots, (from, to) -> mark(report, from, to));
    long depends =
        report.matrix().stream().filter(cell -> cell.expected() == Expected.DEPENDS).count();
    if (depends > 0) {
      screen.line("  " + screen.say("try.depends", depends + ""));
    }
    for (var cell : report.disagreements()) {
      screen.line(
          "  "
              + screen.styled(
                  Style.BAD,
                  screen.say(
                      "try.cell-disagrees",
                      cell.from().toString(),
                      cell.to().toString(),
                      cell.target().toString(),
                      screen.say("outcome." + cell.outcome().word()),
                      screen.say("outcome." + cell.expected().word()))));
    }
  }

  private static Mark mark(LabReport report, Spot from, Spot to) {
    var cells =
        report.matrix().stream()
            .filter(cell -> cell.from().equals(from) && cell.to().equals(to))
            .toList();
    if (cells.isEmpty()) {
      return Mark.NONE;
    }
    if (cells.stream().anyMatch(cell -> !cell.agrees())) {
      return Mark.DISAGREES;
    }
    long reached = cells.stream().filter(cell -> cell.outcome() == Outcome.REACHED).count();
    return reached == cells.size() ? Mark.REACHED : reached == 0 ? Mark.BLOCKED : Mark.PARTLY;
  }

  private String speed(LabReport.Speed speed) {
    return screen.say(
        "try.speed-of",
        speed.from().toString(),
        speed.to().toString(),
        rate(speed.bitsPerSecond()),
        millis(speed.millis()));
  }

  private String roaming(LabReport.Roaming roaming) {
    return screen.say(
        roaming.lived() ? "try.roamed" : "try.roaming-died",
        roaming.node().text(),
        roaming.to().toString(),
        millis(roaming.millis()));
  }

  private void verdict(LabReport report, long nanos) {
    long broken =
        report.promises().stream().filter(result -> !result.kept()).count()
            + report.lookups().stream().filter(result -> !result.kept()).count();
    long all = report.promises().size() + report.lookups().size();
    String seconds = String.format(Locale.ROOT, "%.1f", nanos / 1e9);
    screen.line(
        report.holds()
            ? screen.styled(
                Style.GOOD, screen.say("try.holds", all + "", report.matrix().size() + "", seconds))
            : screen.styled(
                Style.BAD,
                screen.say(
                    "try.fails",
                    broken + "",
                    all + "",
                    report.disagreements().size() + "",
                    report.roaming().stream().filter(r -> !r.lived()).count() + "",
                    seconds)));
  }

  private static String millis(double millis) {
    return String.format(Locale.ROOT, millis < 10 ? "%.1f" : "%.0f", millis);
  }

  private static String rate(double bitsPerSecond) {
    return bitsPerSecond >= 1e9
        ? String.format(Locale.ROOT, "%.1f Gb/s", bitsPerSecond / 1e9)
        : String.format(Locale.ROOT, "%.0f Mb/s", bitsPerSecond / 1e6);
  }
}
