package guywire.cli;

import guywire.network.text.Text;
import guywire.node.HookPermission;
import guywire.node.Machine;
import guywire.node.NodeSetup;
import guywire.node.SetupFailure;
import guywire.node.TunnelProgram;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code guywire up}: makes this host the node that a file says. */
final class UpCommand implements Callable<Integer>, SpokenCommand {

  private final Screen screen;
  private Path file = Path.of("");
  private Optional<String> node = Optional.empty();
  private TunnelProgram tunnel = TunnelProgram.AUTOMATIC;
  private boolean runHooks;

  UpCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public CommandSpec spec() {
    return SpokenCommand.begin(this, "up")
        .addPositional(
            PositionalParamSpec.builder()
                .index("0")
                .paramLabel("FILE")
                .required(true)
                .type(Path.class)
                .descriptionKey("up.file")
                .setter(SpokenCommand.<Path>setter(value -> file = value))
                .build())
        .addOption(
            OptionSpec.builder("--node")
                .paramLabel("NODE")
                .type(String.class)
                .descriptionKey("up.node")
                .setter(SpokenCommand.<String>setter(value -> node = Optional.of(value)))
                .build())
        .addOption(
            OptionSpec.builder("--tunnel")
                .paramLabel("PROGRAM")
                .type(TunnelProgram.class)
                .converters(TunnelProgram::named)
                .descriptionKey("up.tunnel")
                .setter(SpokenCommand.<TunnelProgram>setter(value -> tunnel = value))
                .build())
        .addOption(
            OptionSpec.builder("--run-hooks")
                .type(boolean.class)
                .descriptionKey("up.run-hooks")
                .setter(SpokenCommand.<Boolean>setter(value -> runHooks = value))
                .build());
  }

  @Override
  public Integer call() {
    var input = NodeInput.of(file, node);
    if (input.config().interfaces().isEmpty()) {
      throw Refusal.unreadable("no-interface", file.toString());
    }
    FindingsView.print(screen, input.findings());
    input
        .made()
        .ifPresent(key -> screen.tell("up.key-made", input.config().name().text(), key.toString()));
    for (var hook : input.hooks()) {
      screen.tell(runHooks ? "up.hook-runs" : "up.hook-left", hook.when().key(), hook.command());
    }
    try {
      var applied =
          NodeSetup.apply(
              input.config(),
              Machine.LOCAL,
              tunnel,
              runHooks ? HookPermission.RUN : HookPermission.SHOWN,
              what -> screen.progress(what.in(screen.locale()), ""));
      if (applied.changes().isEmpty()) {
        screen.tell("up.unchanged", applied.name().text());
      }
      for (Text change : applied.changes()) {
        screen.line("  " + change.in(screen.locale()));
      }
      screen.tell("up.done", applied.name().text());
      return ExitCode.HOLDS;
    } catch (SetupFailure e) {
      throw new Refusal(ExitCode.BROKEN, e.text());
    }
  }
}
