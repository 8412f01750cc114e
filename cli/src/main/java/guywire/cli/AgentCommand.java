package guywire.cli;

import guywire.agent.AgentProgram;
import guywire.linux.ServiceNotice;
import guywire.node.SetupFailure;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code guywire agent}: is this host's agent, in the foreground. */
@Command(name = "agent", mixinStandardHelpOptions = true)
final class AgentCommand implements Callable<Integer> {

  @Override
  public Integer call() {
    try {
      // It ends with the process.
      AgentProgram.stay(() -> ServiceNotice.ready(System.getenv()));
    } catch (SetupFailure e) {
      throw new Refusal(ExitCode.BROKEN, e.text());
    }
    return ExitCode.HOLDS;
  }
}
