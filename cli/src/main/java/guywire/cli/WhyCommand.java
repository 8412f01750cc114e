package guywire.cli;

import guywire.cli.Reached.ByWay;
import guywire.cli.Screen.Style;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code guywire why}: by which way this host reaches another, and why not by the others. */
@Command(name = "why", mixinStandardHelpOptions = true)
final class WhyCommand implements Callable<Integer> {

  private final Screen screen;

  @Parameters(arity = "1..2", paramLabel = "[FROM] TO", descriptionKey = "why.words")
  private List<String> words = List.of();

  @Option(names = "--json", descriptionKey = "json")
  private boolean json;

  WhyCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    var from = words.size() == 2 ? Optional.of(words.getFirst()) : Optional.<String>empty();
    var reached = Reached.of(from, words.getLast());
    boolean works = reached.used().filter(way -> !way.diagnosis().cause().isFault()).isPresent();
    if (json) {
      print(reached, works);
    } else {
      show(reached);
    }
    return works ? ExitCode.HOLDS : ExitCode.BROKEN;
  }

  private void show(Reached reached) {
    screen.line(
        screen.styled(
                Style.STRONG,
                reached.from().map(name -> name.text() + " -> ").orElse("") + reached.to())
            + (reached.to().equals(reached.address().toString()) ? "" : " " + reached.address()));
    for (var way : reached.ways()) {
      String since =
          way.used() && reached.sinceSeconds().isPresent()
              ? ", "
                  + screen.say(
                      "status.since", Durations.said(screen, reached.sinceSeconds().getAsLong()))
              : "";
      screen.line(
          (way.used() ? "  > " : "    ")
              + screen.styled(style(way), WayWords.name(screen, way.tunnel(), way.via()))
              + since);
      FindingsView.paragraph(screen, "      ", way.diagnosis().why().in(screen.locale()));
      way.router()
          .ifPresent(said -> FindingsView.paragraph(screen, "      ", said.in(screen.locale())));
    }
  }

  private static Style style(ByWay way) {
    return way.diagnosis().cause().isFault() ? Style.BAD : Style.GOOD;
  }

  private void print(Reached reached, boolean works) {
    var object = Json.object();
    reached.from().ifPresent(name -> object.put("from", name.text()));
    object.put("to", reached.to());
    object.put("address", reached.address().toString());
    object.put("works", works);
    reached.sinceSeconds().ifPresent(seconds -> object.put("since-seconds", seconds));
    var ways = object.putArray("ways");
    for (var way : reached.ways()) {
      var one = ways.addObject();
      one.put("tunnel", way.tunnel().text());
      var via = one.putArray("via");
      way.via().forEach(name -> via.add(name.text()));
      one.put("used", way.used());
      one.put("cause", way.diagnosis().cause().name().toLowerCase(Locale.ROOT).replace('_', '-'));
      one.put("lan", way.diagnosis().lan());
      one.set("why", Json.text(way.diagnosis().why(), screen.locale()));
      way.router().ifPresent(said -> one.set("router", Json.text(said, screen.locale())));
    }
    Json.print(screen, object);
  }
}
