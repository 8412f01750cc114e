package guywire.cli;

import guywire.network.InterfaceName;
import guywire.network.text.Text;
import guywire.node.Machine;
import guywire.node.NodeSetup;
import guywire.node.SetupFailure;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code guywire down}: takes back what {@code guywire up} did to this host. */
@Command(name = "down", mixinStandardHelpOptions = true)
final class DownCommand implements Callable<Integer> {

  private final Screen screen;

  @Parameters(
      index = "0",
      paramLabel = "INTERFACE",
      arity = "0..1",
      defaultValue = "wg0",
      descriptionKey = "down.interface")
  private String wanted = "wg0";

  DownCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    var name =
        InterfaceName.tryParse(wanted)
            .orElseThrow(() -> Refusal.unreadable("not-an-interface", wanted));
    try {
      boolean done =
          NodeSetup.takeBack(
              Machine.LOCAL, name, what -> screen.progress(what.in(screen.locale()), ""));
      if (!done) {
        throw new Refusal(ExitCode.BROKEN, Text.of(Refusal.class, "down-not-ours", name.text()));
      }
    } catch (SetupFailure e) {
      throw new Refusal(ExitCode.BROKEN, e.text());
    }
    screen.tell("down.done", name.text());
    return ExitCode.HOLDS;
  }
}
