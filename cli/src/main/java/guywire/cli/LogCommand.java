package guywire.cli;

import guywire.agent.AgentStatus;
import guywire.cli.Screen.Style;
import guywire.network.InterfaceName;
import guywire.node.Machine;
import guywire.node.NodeState;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code guywire log}: what happens to the tunnels of this host. */
@Command(name = "log", mixinStandardHelpOptions = true)
final class LogCommand implements Callable<Integer> {

  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

  private final Screen screen;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "INTERFACE",
      descriptionKey = "log.interface")
  private String wanted = "";

  @Option(
      names = {"-f", "--follow"},
      descriptionKey = "log.follow")
  private boolean follow;

  @Option(names = "--json", descriptionKey = "log.json")
  private boolean json;

  LogCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() throws InterruptedException {
    var only =
        wanted.isEmpty()
            ? Optional.<InterfaceName>empty()
            : Optional.of(
                InterfaceName.tryParse(wanted)
                    .orElseThrow(() -> Refusal.unreadable("not-an-interface", wanted)));
    var look = look(only);
    var known = HostEvents.before(look, screen.locale());
    if (known.isEmpty() && !follow && !json) {
      screen.tell("log.none");
    }
    say(known);
    while (follow) {
      TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
      var now = look(only);
      say(HostEvents.between(look, now, screen.locale()));
      look = now;
    }
    return ExitCode.HOLDS;
  }

  /** Of all tunnels; or of one, of which no agent tells apart what it chooses and mends. */
  private static HostEvents.Look look(Optional<InterfaceName> only) {
    var interfaces =
        NodeState.all(Machine.LOCAL).stream()
            .filter(state -> only.map(state.name()::equals).orElse(true))
            .toList();
    var agents = only.isPresent() ? List.<AgentStatus>of() : AgentStatus.all(Machine.LOCAL);
    return new HostEvents.Look(Clock.systemUTC().instant(), interfaces, agents);
  }

  /** The facts in their order; a way as it is called everywhere. */
  private String[] arguments(HostEvent event) {
    var facts = event.facts();
    return switch (event.kind()) {
      case WAY, WAY_LOST ->
          new String[] {
            fact(facts, "node"),
            fact(facts, "to"),
            fact(facts, "via").equals(HostEvents.DIRECT)
                ? screen.say("status.direct", fact(facts, "interface"))
                : screen.say("status.via", fact(facts, "via"), fact(facts, "interface"))
          };
      default -> facts.values().toArray(String[]::new);
    };
  }

  private static String fact(Map<String, String> facts, String name) {
    return Objects.requireNonNull(facts.get(name));
  }

  private void say(List<HostEvent> events) {
    for (var event : events) {
      if (json) {
        screen.line(event.json().toString());
      } else {
        String when = TIME.format(event.at().atZone(ZoneId.systemDefault()));
        String what = screen.say("log." + event.kind().word(), arguments(event));
        screen.line(when + "  " + (event.kind().isBad() ? screen.styled(Style.WARN, what) : what));
      }
    }
  }
}
