package guywire.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code guywire completion}: what makes a shell complete the commands of this program. */
@Command(name = "completion", mixinStandardHelpOptions = true)
final class CompletionCommand implements Callable<Integer> {

  private final Screen screen;

  @Parameters(index = "0", paramLabel = "bash|zsh|fish", descriptionKey = "completion.shell")
  private String shell = "";

  CompletionCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    var completion = Words.parse(Completion.class, shell, "completion-shell");
    screen.line(completion.of(Main.everyCommand(screen)).stripTrailing());
    return ExitCode.HOLDS;
  }
}
