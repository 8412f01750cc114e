package guywire.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The root of the command line: the list of commands. */
@Command(
    name = "guywire",
    resourceBundle = "guywire.cli.help",
    version = "guywire 0.1.0",
    mixinStandardHelpOptions = true,
    subcommands = {
      TryCommand.class,
      CheckCommand.class,
      ExplainCommand.class,
      DiffCommand.class,
      RenderCommand.class,
      ImportCommand.class,
      UpCommand.class,
      DownCommand.class,
      ShowCommand.class,
      GenkeyCommand.class,
      PubkeyCommand.class,
      GenpskCommand.class,
      HelpCommand.class
    })
final class GuywireCommand implements Runnable {

  @picocli.CommandLine.Spec
  private picocli.CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

  @picocli.CommandLine.Mixin private CommonOptions common = new CommonOptions();

  @Override
  public void run() {
    java.util.Objects.requireNonNull(spec).commandLine().usage(spec.commandLine().getOut());
  }
}
