package guywire.cli;

import guywire.cli.Screen.Style;
import guywire.network.InterfaceName;
import guywire.network.text.Text;
import guywire.node.Machine;
import guywire.node.NodeState;
import guywire.node.NodeState.PeerState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code guywire show}: the tunnel interfaces of this host as they are now. */
final class ShowCommand implements Callable<Integer>, SpokenCommand {

  private final Screen screen;
  private String wanted = "";
  private boolean json;

  /** What is shown, written at once: a node has thousands of lines. */
  private final StringBuilder said = new StringBuilder();

  ShowCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public CommandSpec spec() {
    return SpokenCommand.begin(this, "show")
        .addPositional(
            PositionalParamSpec.builder()
                .index("0")
                .paramLabel("INTERFACE")
                .arity("0..1")
                .type(String.class)
                .descriptionKey("show.interface")
                .setter(SpokenCommand.<String>setter(value -> wanted = value))
                .build())
        .addOption(
            OptionSpec.builder("--json")
                .type(boolean.class)
                .descriptionKey("json")
                .setter(SpokenCommand.<Boolean>setter(value -> json = value))
                .build());
  }

  @Override
  public Integer call() {
    List<NodeState> states = NodeState.all(Machine.LOCAL);
    if (!wanted.isEmpty()) {
      var name =
          InterfaceName.tryParse(wanted)
              .orElseThrow(() -> Refusal.unreadable("not-an-interface", wanted));
      states = states.stream().filter(state -> state.name().equals(name)).toList();
      if (states.isEmpty()) {
        throw new Refusal(ExitCode.BROKEN, Text.of(Refusal.class, "show-no-interface", wanted));
      }
    }
    if (json) {
      screen.line(NodeState.json(states, screen.locale()));
      return ExitCode.HOLDS;
    }
    if (states.isEmpty()) {
      screen.tell("show.none");
    }
    Instant now = Clock.systemUTC().instant();
    for (var state : states) {
      show(state, now);
    }
    if (!said.isEmpty()) {
      screen.line(said.substring(0, said.length() - 1));
    }
    return ExitCode.HOLDS;
  }

  private void show(NodeState state, Instant now) {
    line(
        screen.styled(Style.GOOD, screen.say("show.interface"))
            + ": "
            + screen.styled(Style.STRONG, state.name().text())
            + state.node().map(node -> "  (" + node + ")").orElse(""));
    if (!state.running()) {
      field("show.program", screen.styled(Style.BAD, screen.say("show.dead")));
      showHealth(state);
      line("");
      return;
    }
    field("show.public-key", state.publicKey().map(Object::toString).orElse("-"));
    field("show.program", state.program());
    field("show.port", state.listenPort() == 0 ? "-" : state.listenPort() + "");
    field("show.addresses", String.join(", ", state.addresses()));
    field("show.mtu", state.mtu() + "");
    if (state.firewallMark() != 0) {
      field("show.mark", "0x" + Long.toHexString(state.firewallMark()));
    }
    showHealth(state);
    for (var peer : state.peers()) {
      line("");
      show(peer, now);
    }
    line("");
  }

  /** What was dropped, what died, and what is no longer as it was set up. */
  private void showHealth(NodeState state) {
    if (!state.drops().isEmpty()) {
      var drops = new ArrayList<String>();
      state.drops().forEach((reason, count) -> drops.add(reason + " " + count));
      field("show.drops", String.join(", ", drops));
    }
    for (var helper : state.helpers()) {
      field(
          "show.helper",
          helper.name()
              + ", "
              + (helper.alive()
                  ? screen.say("show.alive")
                  : screen.styled(Style.BAD, screen.say("show.died"))));
    }
    for (var difference : state.drift()) {
      field("show.drift", screen.styled(Style.WARN, difference.in(screen.locale())));
    }
    if (!state.drift().isEmpty()) {
      line("  " + screen.say("show.again"));
    }
  }

  private void show(PeerState peer, Instant now) {
    line(
        screen.styled(Style.WARN, screen.say("show.peer"))
            + ": "
            + screen.styled(Style.STRONG, peer.publicKey().toString()));
    if (peer.hasPresharedKey()) {
      field("show.preshared-key", screen.say("show.hidden"));
    }
    peer.endpoint().ifPresent(endpoint -> field("show.endpoint", endpoint));
    field("show.allowed-ips", String.join(", ", peer.allowedIps()));
    field(
        "show.handshake",
        peer.latestHandshake()
            .map(at -> ago(Duration.between(at, now)))
            .orElse(screen.say("show.never")));
    field(
        "show.transfer",
        screen.say("show.received-sent", bytes(peer.receivedBytes()), bytes(peer.sentBytes())));
    if (peer.keepaliveSeconds() > 0) {
      field("show.keepalive", screen.say("show.every", peer.keepaliveSeconds() + ""));
    }
  }

  private void line(String text) {
    said.append(text).append('\n');
  }

  private void field(String key, String value) {
    line("  " + screen.say(key) + ": " + value);
  }

  private String ago(Duration age) {
    if (age.isNegative()) {
      return screen.say("show.future");
    }
    long days = age.toDays();
    String text =
        (days > 0 ? screen.say("show.days", days + "") + " " : "")
            + (age.toHours() > 0 ? screen.say("show.hours", age.toHoursPart() + "") + " " : "")
            + (age.toMinutes() > 0
                ? screen.say("show.minutes", age.toMinutesPart() + "") + " "
                : "")
            + screen.say("show.seconds", age.toSecondsPart() + "");
    return screen.say("show.ago", text);
  }

  static String bytes(long count) {
    String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
    double value = count;
    int unit = 0;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return unit == 0 ? count + " B" : String.format(Locale.ROOT, "%.2f %s", value, units[unit]);
  }
}
