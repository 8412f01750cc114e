package guywire.cli;

import guywire.cli.Screen.Style;
import guywire.cli.Table.Cell;
import guywire.node.Machine;
import guywire.node.Ping;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code guywire ping}: echo requests to another node by each of the ways to it. */
@Command(name = "ping", mixinStandardHelpOptions = true)
final class PingCommand implements Callable<Integer> {

  private static final int MOST = 1000;

  private final Screen screen;

  @Parameters(index = "0", paramLabel = "TO", descriptionKey = "ping.to")
  private String to = "";

  @Option(
      names = "--count",
      paramLabel = "NUMBER",
      defaultValue = "3",
      descriptionKey = "ping.count")
  private int count = 3;

  @Option(names = "--json", descriptionKey = "json")
  private boolean json;

  PingCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    if (count < 1 || count > MOST) {
      throw Refusal.unreadable("ping-count", String.valueOf(MOST));
    }
    var reached = Reached.of(Optional.empty(), to);
    List<Ping> pings = new ArrayList<>();
    for (var way : reached.ways()) {
      screen.progress(WayWords.name(screen, way.tunnel(), way.via()), "");
      pings.add(Ping.through(Machine.LOCAL, way.tunnel(), reached.address(), count));
    }
    if (json) {
      print(reached, pings);
    } else {
      show(reached, pings);
    }
    for (int i = 0; i < pings.size(); i++) {
      if (reached.ways().get(i).used() && pings.get(i).received() > 0) {
        return ExitCode.HOLDS;
      }
    }
    return ExitCode.BROKEN;
  }

  private void show(Reached reached, List<Ping> pings) {
    var table = new Table();
    for (int i = 0; i < pings.size(); i++) {
      var way = reached.ways().get(i);
      var ping = pings.get(i);
      String said =
          screen.say("ping.answers", String.valueOf(ping.received()), String.valueOf(ping.sent()));
      table.row(
          Cell.of(way.used() ? ">" : " "),
          Cell.of(WayWords.name(screen, way.tunnel(), way.via())),
          Cell.of(said, ping.received() > 0 ? Style.GOOD : Style.BAD),
          Cell.of(
              ping.roundTripMicros().isPresent()
                  ? String.format(
                      Locale.ROOT, "%.2f ms", ping.roundTripMicros().getAsLong() / 1000.0)
                  : ""));
    }
    table.print(screen, "  ");
  }

  private void print(Reached reached, List<Ping> pings) {
    var object = Json.object();
    object.put("to", reached.to());
    object.put("address", reached.address().toString());
    var ways = object.putArray("ways");
    for (int i = 0; i < pings.size(); i++) {
      var one = ways.addObject();
      one.put("tunnel", reached.ways().get(i).tunnel().text());
      var via = one.putArray("via");
      reached.ways().get(i).via().forEach(name -> via.add(name.text()));
      one.put("used", reached.ways().get(i).used());
      one.put("sent", pings.get(i).sent());
      one.put("received", pings.get(i).received());
      pings.get(i).roundTripMicros().ifPresent(micros -> one.put("round-trip-micros", micros));
    }
    Json.print(screen, object);
  }
}
