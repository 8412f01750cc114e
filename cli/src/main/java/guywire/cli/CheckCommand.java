package guywire.cli;

import guywire.address.IpAddress.Family;
import guywire.cli.DefinitionInput.KeySource;
import guywire.cli.Screen.Style;
import guywire.cli.Table.Cell;
import guywire.network.Promise;
import guywire.network.Spot;
import guywire.network.text.Finding;
import guywire.network.text.Place;
import guywire.network.text.Severity;
import guywire.prove.Faults;
import guywire.prove.Journey;
import guywire.prove.Judgement;
import guywire.prove.Judgement.PromiseVerdict;
import guywire.prove.LookupJudgement;
import guywire.prove.Outages;
import guywire.prove.Outages.Outage;
import guywire.prove.Reach;
import guywire.prove.Reachability;
import guywire.recognise.FileCollector;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code guywire check}: proves, without a packet, what is wrong and who reaches whom. */
@Command(name = "check", mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {

  private final Screen screen;

  /** How many cut pairs of a failure are named before the rest is counted. */
  private static final int MOST_CUT = 6;

  @Parameters(arity = "1..*", paramLabel = "NETWORK|FILES", descriptionKey = "check.files")
  private List<Path> files = List.of();

  @Option(names = "--facts", paramLabel = "FILE", descriptionKey = "facts")
  private Optional<Path> facts = Optional.empty();

  @Mixin private FailOption fail = new FailOption();

  @Option(names = "--single-failures", descriptionKey = "check.single-failures")
  private boolean singleFailures;

  @Option(names = "--all", descriptionKey = "check.all")
  private boolean all;

  @Option(names = "--json", descriptionKey = "json")
  private boolean json;

  CheckCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    var input = CheckInput.of(files, facts, KeySource.PROVEN);
    var network = input.subject().network();
    var proof = Reachability.of(network, fail.of(network));
    var findings = new ArrayList<>(input.findings());
    findings.addAll(Faults.in(input.subject(), proof));
    List<Judgement> judgements = proof.judgements();
    List<LookupJudgement> lookups = proof.lookups();
    boolean holds =
        judgements.stream().noneMatch(j -> j.verdict() == PromiseVerdict.BROKEN)
            && lookups.stream().noneMatch(j -> j.verdict() == PromiseVerdict.BROKEN)
            && findings.stream().noneMatch(f -> f.severity() == Severity.ERROR);
    if (json) {
      Json.stream(
          screen,
          out ->
              new CheckJson(out, screen.locale())
                  .write(
                      network,
                      findings,
                      proof,
                      judgements,
                      singleFailures ? Optional.of(Outages.of(network)) : Optional.empty(),
                      holds));
      return holds ? ExitCode.HOLDS : ExitCode.BROKEN;
    }
    FindingsView.print(screen, findings, all);
    if (!findings.isEmpty()) {
      screen.gap();
    }
    screen.tell("check.matrix", screen.styled(Style.STRONG, network.name().text()));
    var signs = new ReachSigns(screen);
    if (proof.spots().size() <= MatrixView.MOST_SINGLE) {
      MatrixView.print(screen, proof.spots(), (from, to) -> signs.sign(reaches(proof, from, to)));
      signs.legend();
      ConditionsView.print(screen, proof, proof.spots());
    } else {
      GroupView.print(
          screen,
          proof,
          (matrix, cell) ->
              signs.sign(
                  proof
                      .reach(cell.sampleFrom(), cell.sampleTo(), matrix.family())
                      .map(List::of)
                      .orElse(List.of())));
      signs.legend();
      ConditionsView.print(screen, proof);
    }
    if (!judgements.isEmpty() || !lookups.isEmpty()) {
      screen.gap();
      screen.tell("try.promises");
      promises(judgements, lookups);
    }
    counterexamples(judgements);
    if (singleFailures) {
      screen.gap();
      outages(Outages.of(network));
    }
    screen.gap();
    screen.line(verdict(judgements, lookups, findings, holds));
    return holds ? ExitCode.HOLDS : ExitCode.BROKEN;
  }

  private void outages(List<Outage> outages) {
    screen.tell(outages.isEmpty() ? "check.no-outages" : "check.outages");
    for (var outage : outages) {
      String cut =
          outage.cut().stream()
              .map(cell -> cell.sampleFrom() + " -> " + cell.sampleTo())
              .distinct()
              .limit(MOST_CUT)
              .collect(Collectors.joining(", "));
      screen.line("  " + screen.styled(Style.STRONG, outage.failure().toString()));
      if (!cut.isEmpty()) {
        FindingsView.paragraph(
            screen,
            "    ",
            screen.say("check.cut", cut)
                + (outage.cut().size() > MOST_CUT
                    ? " " + screen.say("check.and-so-on", (outage.cut().size() - MOST_CUT) + "")
                    : ""));
      }
      outage.broken().stream()
          .map(judgement -> judgement.promise().text())
          .distinct()
          .forEach(text -> screen.line("    " + screen.say("check.breaks", text)));
    }
  }

  private String verdict(
      List<Judgement> judgements,
      List<LookupJudgement> lookups,
      List<Finding> findings,
      boolean holds) {
    long broken =
        Stream.concat(
                judgements.stream().map(Judgement::verdict),
                lookups.stream().map(LookupJudgement::verdict))
            .filter(verdict -> verdict == PromiseVerdict.BROKEN)
            .count();
    int all = judgements.size() + lookups.size();
    String promises =
        all == 0
            ? screen.say("check.no-promises")
            : broken == 0
                ? screen.say("check.holds", all + "")
                : screen.say("check.fails", broken + "", all + "");
    String found =
        screen.say(
            "check.found",
            count(findings, Severity.ERROR),
            count(findings, Severity.WARNING),
            count(findings, Severity.INFO));
    long unread =
        findings.stream()
            .filter(f -> f.code().equals(FileCollector.UNREAD) && f.severity() == Severity.ERROR)
            .count();
    String left = unread == 0 ? "" : " " + screen.say("check.unread", unread + "");
    return screen.styled(holds ? Style.GOOD : Style.BAD, promises + " " + found + left);
  }

  private static String count(List<Finding> findings, Severity severity) {
    return findings.stream().filter(finding -> finding.severity() == severity).count() + "";
  }

  /** What of one spot is open to another, at each of its addresses that the other can mean. */
  static List<Reach> reaches(Reachability proof, Spot from, Spot to) {
    var reaches = new ArrayList<Reach>();
    for (var family : Family.values()) {
      if (proof.speaks(from, family) || from instanceof Spot.Outside) {
        proof.reach(from, to, family).ifPresent(reaches::add);
      }
    }
    return reaches;
  }

  /** The packet that breaks a promise; of a line about many pairs one is enough. */
  private void counterexamples(List<Judgement> judgements) {
    var byLine = new LinkedHashMap<Place, List<Judgement>>();
    for (var judgement : judgements) {
      if (judgement.verdict() == PromiseVerdict.BROKEN) {
        byLine.computeIfAbsent(judgement.promise().place(), _ -> new ArrayList<>()).add(judgement);
      }
    }
    for (var ofLine : byLine.values()) {
      for (var judgement : all ? ofLine : ofLine.subList(0, 1)) {
        screen.gap();
        screen.tell("check.counterexample", judgement.promise().text());
        new Journey(judgement.promise().from(), judgement.answer())
            .lines(screen.locale())
            .forEach(line -> screen.line("  " + line));
      }
      if (ofLine.size() > 1 && !all) {
        screen.line("  " + screen.say("check.more-broken", ofLine.size() - 1 + ""));
      }
    }
  }

  private void promises(List<Judgement> judgements, List<LookupJudgement> lookups) {
    var byLine = new LinkedHashMap<Place, List<Judgement>>();
    for (var judgement : judgements) {
      byLine.computeIfAbsent(judgement.promise().place(), _ -> new ArrayList<>()).add(judgement);
    }
    var table = new Table();
    byLine.forEach((_, ofLine) -> {
      Optional<Judgement> worst =
          ofLine.stream()
              .filter(judgement -> judgement.verdict() != PromiseVerdict.KEPT)
              .max(Comparator.comparing(Judgement::verdict));
      Promise promise = ofLine.getFirst().promise();
      table.row(
          cell(worst.map(Judgement::verdict).orElse(PromiseVerdict.KEPT)),
          Cell.of(promise.text()),
          Cell.of(
              worst.flatMap(Judgement::why).map(why -> why.in(screen.locale())).orElse(""),
              Style.DIM));
    });
    var lookupsByLine = new LinkedHashMap<Place, List<LookupJudgement>>();
    for (var judgement : lookups) {
      lookupsByLine
          .computeIfAbsent(judgement.lookup().place(), _ -> new ArrayList<>())
          .add(judgement);
    }
    lookupsByLine.forEach((_, ofLine) -> {
      LookupJudgement worst =
          ofLine.stream().max(Comparator.comparing(LookupJudgement::verdict)).orElseThrow();
      table.row(
          cell(worst.verdict()),
          Cell.of(worst.lookup().text()),
          Cell.of(worst.why().map(why -> why.in(screen.locale())).orElse(""), Style.DIM));
    });
    table.print(screen, "  ");
  }

  private Cell cell(PromiseVerdict verdict) {
    return switch (verdict) {
      case KEPT -> Cell.of(screen.say("try.kept"), Style.GOOD);
      case DEPENDS -> Cell.of(screen.say("check.depends"), Style.WARN);
      case BROKEN -> Cell.of(screen.say("try.broken"), Style.BAD);
    };
  }
}
