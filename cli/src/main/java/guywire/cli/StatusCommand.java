package guywire.cli;

import guywire.agent.AgentStatus;
import guywire.agent.AgentStatus.DestinationStatus;
import guywire.agent.AgentStatus.WayStatus;
import guywire.cli.Screen.Style;
import guywire.node.DriftReport;
import guywire.node.Machine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code guywire status}: by which ways this host reaches the others now. */
@Command(name = "status", mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {

  /** To the upper left corner of a terminal, and nothing below. */
  private static final String CLEAR = "\033[H\033[J";

  private final Screen screen;

  @Option(names = "--json", descriptionKey = "json")
  private boolean json;

  @Option(names = "--watch", descriptionKey = "status.watch")
  private boolean watch;

  StatusCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() throws InterruptedException {
    show(AgentStatus.all(Machine.LOCAL));
    while (watch) {
      TimeUnit.SECONDS.sleep(1);
      var agents = AgentStatus.all(Machine.LOCAL);
      if (!json && screen.hasColour()) {
        screen.drawing(CLEAR);
      }
      show(agents);
    }
    return ExitCode.HOLDS;
  }

  private void show(List<AgentStatus> agents) {
    if (json) {
      screen.line(AgentStatus.json(agents, screen.locale()));
      return;
    }
    if (agents.isEmpty()) {
      screen.tell("status.none");
    }
    for (var agent : agents) {
      screen.line(screen.styled(Style.STRONG, screen.say("status.node", agent.node().text())));
      for (var destination : agent.destinations()) {
        show(destination);
      }
      for (var mapping : agent.mappings()) {
        FindingsView.paragraph(screen, "  ", mapping.words().in(screen.locale()));
      }
      for (var mend : agent.mends()) {
        show(mend);
      }
      screen.gap();
    }
  }

  private void show(DestinationStatus destination) {
    var used = destination.used();
    screen.line(
        "  "
            + screen.styled(Style.STRONG, destination.node().text())
            + " "
            + destination.address()
            + "  "
            + used.map(this::name).orElse("-")
            + ", "
            + screen.say("status.since", duration(destination.sinceSeconds())));
    for (var way : destination.ways()) {
      screen.line(
          "    "
              + (way.used() ? "> " : "  ")
              + name(way)
              + ": "
              + screen.styled(style(way), how(way)));
    }
  }

  private void show(DriftReport mend) {
    var style =
        switch (mend.outcome()) {
          case MENDED -> Style.WARN;
          case GIVEN_UP, FAILED -> Style.BAD;
        };
    var age =
        Duration.between(Instant.ofEpochSecond(mend.atSeconds()), Clock.systemUTC().instant());
    String when = screen.say("show.ago", duration(Math.max(0, age.toSeconds())));
    FindingsView.paragraph(
        screen, "  " + screen.styled(style, when) + "  ", mend.words().in(screen.locale()));
  }

  private static Style style(WayStatus way) {
    return switch (way.life()) {
      case ALIVE -> Style.GOOD;
      case RETURNING -> Style.WARN;
      case SILENT, GONE -> Style.BAD;
      case UNKNOWN -> Style.STRONG;
    };
  }

  private String name(WayStatus way) {
    return WayWords.name(screen, way.tunnel(), way.via());
  }

  private String how(WayStatus way) {
    String last =
        way.answeredMillisAgo().isPresent()
            ? screen.say("status.answered", duration(way.answeredMillisAgo().getAsLong() / 1000))
            : screen.say("status.never");
    return switch (way.life()) {
      case ALIVE ->
          screen.say(
              "status.alive",
              String.format(Locale.ROOT, "%.1f", way.roundTripMicros().orElse(0) / 1000.0),
              String.valueOf(way.lossPercent()));
      case RETURNING -> screen.say("status.returning");
      case SILENT -> screen.say("status.silent", last);
      case UNKNOWN -> screen.say("status.unknown", last);
      case GONE -> screen.say("status.gone", way.tunnel().text());
    };
  }

  private String duration(long seconds) {
    return Durations.said(screen, seconds);
  }
}
