package guywire.cli;

import guywire.cli.Screen.Style;
import guywire.cli.Table.Cell;
import guywire.lab.ExpectedReach;
import guywire.lab.LabOptions;
import guywire.lab.LabReport;
import guywire.lab.LabReport.LookupResult;
import guywire.lab.LabReport.PromiseResult;
import guywire.lab.ProbeOutcome;
import guywire.network.Failure;
import guywire.network.Network;
import guywire.network.Spot;
import guywire.network.text.Place;
import guywire.prove.Matrix;
import guywire.prove.Reachability;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** A lab's report on the screen: promises, who reaches whom, speed, roaming, and the verdict. */
final class LabView {

  /** Of the pairs that break one line so many are told. */
  private static final int MOST_BROKEN = 8;

  /** So many pairs that are not as proved are told. */
  private static final int MOST_DISAGREEING = 20;

  private final Screen screen;

  LabView(Screen screen) {
    this.screen = screen;
  }

  /**
   * Prints a report.
   *
   * @param proof what groups there are in a network that is too large for a line each
   */
  void print(
      Network network, LabOptions options, LabReport report, Reachability proof, long nanos) {
    screen.tell(
        "try.title",
        screen.styled(Style.STRONG, network.name().text()),
        network.nodes().size() + "",
        network.underlay().sites().size() + "",
        options.tunnels().word(),
        switch (options.apply()) {
          case GUYWIRE -> "";
          case SERVE -> screen.say("try.applied", "guywire serve");
          default -> screen.say("try.applied", options.apply().word());
        });
    if (!report.promises().isEmpty() || !report.lookups().isEmpty()) {
      screen.gap();
      screen.tell("try.promises");
      promises(report);
    }
    if (!report.matrix().isEmpty()) {
      screen.gap();
      matrix(report, proof);
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
  void printFailed(Set<Failure> failures, LabReport report, Reachability proof) {
    screen.gap();
    var parts = failures.stream().map(Object::toString).sorted().toList();
    screen.line(screen.styled(Style.STRONG, screen.say("try.failed", String.join(", ", parts))));
    matrix(report, proof);
  }

  private void promises(LabReport report) {
    var byLine = new LinkedHashMap<Place, List<PromiseResult>>();
    report
        .promises()
        .forEach(r -> byLine.computeIfAbsent(r.promise().place(), _ -> new ArrayList<>()).add(r));
    var table = new Table();
    byLine.forEach((_, results) -> {
      boolean kept = results.stream().allMatch(PromiseResult::kept);
      boolean measured = kept || results.stream().anyMatch(r -> !r.kept() && r.isMeasured());
      table.row(
          measured ? verdictCell(kept) : Cell.of(screen.say("try.not-measured"), Style.WARN),
          Cell.of(results.getFirst().promise().text()),
          Cell.of(kept ? summary(results) : "", Style.DIM));
      var failed = results.stream().filter(result -> !result.kept()).toList();
      failed.stream()
          .limit(MOST_BROKEN)
          .forEach(result -> table.row(Cell.of(""), Cell.of("  " + broken(result))));
      if (failed.size() > MOST_BROKEN) {
        String more = screen.say("check.others", failed.size() - MOST_BROKEN + "");
        table.row(Cell.of(""), Cell.of("  " + more));
      }
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
    boolean timed = first.promise().withinMillis().isPresent();
    if (timed) {
      results.stream()
          .flatMap(result -> result.gap().stream())
          .max(Comparator.comparingDouble(LabReport.Gap::longestMillis))
          .ifPresent(gap -> said.append(gap(gap, results)));
    }
    if (timed && first.via().isEmpty()) {
      said.append(screen.say("try.directly"));
    } else if (timed || !first.promise().via().isEmpty()) {
      said.append(
          screen.say(
              "try.via", String.join(", ", first.via().stream().map(Object::toString).toList())));
    }
    return said.toString();
  }

  /** What a failure cost at most, the streams too, and which way packets went until then. */
  private String gap(LabReport.Gap gap, List<PromiseResult> results) {
    String before =
        gap.before().isEmpty()
            ? screen.say("try.before-directly")
            : screen.say(
                "try.before-via",
                String.join(", ", gap.before().stream().map(Object::toString).toList()));
    return screen.say("try.gap", millis(gap.longestMillis()), gap.lost() + "")
        + stream(results)
        + before;
  }

  /** What it cost the TCP streams beside the flows: that of the one that had it worst. */
  private String stream(List<PromiseResult> results) {
    return results.stream()
        .flatMap(result -> result.gap().flatMap(LabReport.Gap::stream).stream())
        .max(
            Comparator.comparing((LabReport.StreamGap stream) -> !stream.goesOn())
                .thenComparingDouble(LabReport.StreamGap::stillMillis))
        .map(stream ->
            stream.goesOn()
                ? screen.say("try.stream", millis(stream.stillMillis()))
                : screen.say("try.stream-ended"))
        .orElse("");
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
    String gap = result.gap().map(each -> gap(each, List.of(result))).orElse("");
    return packet + ": " + screen.say("outcome." + result.outcome().word()) + seen + gap + via;
  }

  private void matrix(LabReport report, Reachability proof) {
    boolean agree = report.disagreements().isEmpty();
    boolean measured = report.matrix().stream().allMatch(cell -> cell.agrees());
    screen.line(
        screen.say("try.matrix")
            + " "
            + (agree && measured
                ? screen.styled(Style.GOOD, screen.say("try.agree"))
                : agree
                    ? screen.styled(Style.WARN, screen.say("try.partly-measured"))
                    : screen.styled(Style.BAD, screen.say("try.disagree"))));
    var spots = new LinkedHashSet<Spot>();
    report.matrix().forEach(cell -> spots.add(cell.from()));
    report.matrix().forEach(cell -> spots.add(cell.to()));
    var byPair = new HashMap<List<Spot>, List<LabReport.MeasuredCell>>();
    report
        .matrix()
        .forEach(cell ->
            byPair
                .computeIfAbsent(List.of(cell.from(), cell.to()), _ -> new ArrayList<>())
                .add(cell));
    var signs = new ReachSigns(screen);
    if (spots.size() <= MatrixView.MOST_SINGLE) {
      MatrixView.print(
          screen,
          List.copyOf(spots),
          (from, to) -> sign(signs, byPair.getOrDefault(List.of(from, to), List.of())));
    } else {
      GroupView.print(screen, proof, (matrix, cell) -> sign(signs, measured(matrix, cell, byPair)));
    }
    signs.legend();
    long depends =
        report.matrix().stream().filter(cell -> cell.expected() == ExpectedReach.DEPENDS).count();
    if (depends > 0) {
      screen.line("  " + screen.say("try.depends", depends + ""));
    }
    disagreements(report);
  }

  private void disagreements(LabReport report) {
    report.disagreements().stream()
        .limit(MOST_DISAGREEING)
        .forEach(cell ->
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
                            screen.say("outcome." + cell.expected().word())))));
    int left = report.disagreements().size() - MOST_DISAGREEING;
    if (left > 0) {
      screen.line("  " + screen.say("check.others", left + ""));
    }
  }

  /** What was measured between the members of two groups, in one family. */
  private static List<LabReport.MeasuredCell> measured(
      Matrix matrix, Matrix.Cell cell, Map<List<Spot>, List<LabReport.MeasuredCell>> byPair) {
    var found = new ArrayList<LabReport.MeasuredCell>();
    for (var from : matrix.groups().get(cell.from()).spots()) {
      for (var to : matrix.groups().get(cell.to()).spots()) {
        byPair.getOrDefault(List.of(from, to), List.of()).stream()
            .filter(one -> one.target().family() == matrix.family())
            .forEach(found::add);
      }
    }
    return found;
  }

  private static String sign(ReachSigns signs, List<LabReport.MeasuredCell> cells) {
    if (cells.isEmpty()) {
      return "";
    }
    if (cells.stream().anyMatch(cell -> !cell.agrees() && cell.outcome().isMeasured())) {
      return signs.disagrees();
    }
    if (cells.stream().anyMatch(cell -> !cell.agrees())) {
      return signs.unmeasured();
    }
    long reached = cells.stream().filter(cell -> cell.outcome() == ProbeOutcome.REACHED).count();
    return reached == cells.size()
        ? ReachSigns.ALL
        : reached == 0 ? ReachSigns.NONE : signs.partly();
  }

  private String speed(LabReport.MeasuredSpeed speed) {
    return screen.say(
        "try.speed-of",
        speed.from().toString(),
        speed.to().toString(),
        rate(speed.bitsPerSecond()),
        millis(speed.millis()));
  }

  private String roaming(LabReport.RoamedConnection roaming) {
    return screen.say(
        roaming.lived() ? "try.roamed" : "try.roaming-died",
        roaming.node().text(),
        roaming.to().toString(),
        millis(roaming.millis()));
  }

  private void verdict(LabReport report, long nanos) {
    long broken =
        report.promises().stream().filter(r -> !r.kept() && r.isMeasured()).count()
            + report.lookups().stream().filter(result -> !result.kept()).count();
    long all = report.promises().size() + report.lookups().size();
    String seconds = String.format(Locale.ROOT, "%.1f", nanos / 1e9);
    if (report.unmeasured() > 0) {
      screen.line(
          screen.styled(Style.WARN, screen.say("try.unmeasured", report.unmeasured() + "")));
    }
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
