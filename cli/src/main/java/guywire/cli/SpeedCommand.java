package guywire.cli;

import guywire.agent.WayDiagnosis;
import guywire.cli.Screen.Style;
import guywire.node.Machine;
import guywire.node.NodeState;
import guywire.node.Speed;
import guywire.protocol.Endpoint;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code guywire speed}: how fast packets go to another node and back, inside the tunnel that leads
 * there now and outside of it, to the machine at its other end.
 */
@Command(name = "speed", mixinStandardHelpOptions = true)
final class SpeedCommand implements Callable<Integer> {

  /** What WireGuard adds to a packet: 32 bytes of its own, 8 of UDP, and an IP header. */
  private static final int IPV4_OVERHEAD = 60;

  private static final int IPV6_OVERHEAD = 80;

  /** Where nobody knows what a tunnel carries: what every IPv6 line does. */
  private static final int LEAST_MTU = 1280;

  private final Screen screen;

  @Parameters(index = "0", paramLabel = "NODE", descriptionKey = "speed.to")
  private String to = "";

  @Option(names = "--json", descriptionKey = "json")
  private boolean json;

  SpeedCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    var reached = Reached.of(Optional.empty(), to);
    var way = reached.used().orElse(reached.ways().getFirst());
    var interfaces = NodeState.all(Machine.LOCAL);
    int mtu =
        interfaces.stream()
            .filter(state -> state.name().equals(way.tunnel()))
            .mapToInt(NodeState::mtu)
            .filter(bytes -> bytes > 0)
            .findFirst()
            .orElse(LEAST_MTU);
    screen.progress(screen.say("speed.inside"), "");
    var inside = Speed.to(Machine.LOCAL, Optional.of(way.tunnel()), reached.address(), mtu);
    screen.progress(screen.say("speed.outside"), "");
    var outside =
        WayDiagnosis.endpoint(way.tunnel(), reached.address(), interfaces)
            .map(Endpoint::address)
            .map(address ->
                Speed.to(
                    Machine.LOCAL,
                    Optional.empty(),
                    address,
                    mtu + (address.isIpv4() ? IPV4_OVERHEAD : IPV6_OVERHEAD)));
    if (json) {
      var object = Json.object();
      object.put("to", reached.to());
      object.put("tunnel", way.tunnel().text());
      var via = object.putArray("via");
      way.via().forEach(name -> via.add(name.text()));
      put(object.putObject("inside"), inside);
      outside.ifPresent(speed -> put(object.putObject("outside"), speed));
      Json.print(screen, object);
    } else {
      screen.line(
          screen.styled(Style.STRONG, reached.to())
              + " "
              + WayWords.name(screen, way.tunnel(), way.via()));
      var table = new Table();
      row(table, "speed.inside", Optional.of(inside));
      row(table, "speed.outside", outside);
      table.print(screen, "  ");
    }
    return inside.isAnswered() ? ExitCode.HOLDS : ExitCode.BROKEN;
  }

  private void row(Table table, String key, Optional<Speed> measured) {
    String said =
        measured
            .map(speed ->
                speed.isAnswered()
                    ? screen.say(
                        "speed.measured",
                        rate(speed.bitsPerSecond()),
                        String.format(
                            Locale.ROOT, "%.2f", speed.roundTripMicros().orElse(0) / 1000.0),
                        String.valueOf(speed.packetBytes()))
                    : screen.say("speed.silent"))
            .orElseGet(() -> screen.say("speed.nowhere"));
    boolean good = measured.filter(Speed::isAnswered).isPresent();
    table.row(
        Table.Cell.of(screen.say(key)),
        Table.Cell.of(measured.map(speed -> speed.address().toString()).orElse("")),
        Table.Cell.of(said, good ? Style.GOOD : Style.WARN));
  }

  private static String rate(long bitsPerSecond) {
    return bitsPerSecond >= 1_000_000_000
        ? String.format(Locale.ROOT, "%.1f Gb/s", bitsPerSecond / 1e9)
        : String.format(Locale.ROOT, "%.1f Mb/s", bitsPerSecond / 1e6);
  }

  private static void put(ObjectNode object, Speed speed) {
    object.put("address", speed.address().toString());
    object.put("packet-bytes", speed.packetBytes());
    object.put("bits-per-second", speed.bitsPerSecond());
    speed.roundTripMicros().ifPresent(micros -> object.put("round-trip-micros", micros));
  }
}
