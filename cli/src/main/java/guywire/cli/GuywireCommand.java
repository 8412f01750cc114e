package guywire.cli;

import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;

/** The root of the command line: the list of commands. */
@Command(
    name = "guywire",
    resourceBundle = "guywire.cli.help",
    versionProvider = GuywireCommand.Version.class,
    mixinStandardHelpOptions = true)
final class GuywireCommand implements Runnable {

  /** The commands, in the order in which they are listed. */
  static final SequencedMap<String, Class<?>> COMMANDS = new LinkedHashMap<>();

  static {
    COMMANDS.put("try", TryCommand.class);
    COMMANDS.put("check", CheckCommand.class);
    COMMANDS.put("explain", ExplainCommand.class);
    COMMANDS.put("diff", DiffCommand.class);
    COMMANDS.put("render", RenderCommand.class);
    COMMANDS.put("import", ImportCommand.class);
    COMMANDS.put("up", UpCommand.class);
    COMMANDS.put("down", DownCommand.class);
    COMMANDS.put("show", ShowCommand.class);
    COMMANDS.put("status", StatusCommand.class);
    COMMANDS.put("why", WhyCommand.class);
    COMMANDS.put("ping", PingCommand.class);
    COMMANDS.put("speed", SpeedCommand.class);
    COMMANDS.put("doctor", DoctorCommand.class);
    COMMANDS.put("agent", AgentCommand.class);
    COMMANDS.put("serve", ServeCommand.class);
    COMMANDS.put("backup", BackupCommand.class);
    COMMANDS.put("login", LoginCommand.class);
    COMMANDS.put("apply", ApplyCommand.class);
    COMMANDS.put("history", HistoryCommand.class);
    COMMANDS.put("restore", RestoreCommand.class);
    COMMANDS.put("nodes", NodesCommand.class);
    COMMANDS.put("join", JoinCommand.class);
    COMMANDS.put("approve", ApproveCommand.class);
    COMMANDS.put("devices", DevicesCommand.class);
    COMMANDS.put("device", DeviceCommand.class);
    COMMANDS.put("tokens", TokensCommand.class);
    COMMANDS.put("webhooks", WebhooksCommand.class);
    COMMANDS.put("audit", AuditCommand.class);
    COMMANDS.put("genkey", GenkeyCommand.class);
    COMMANDS.put("pubkey", PubkeyCommand.class);
    COMMANDS.put("genpsk", GenpskCommand.class);
    COMMANDS.put("completion", CompletionCommand.class);
    COMMANDS.put("help", HelpCommand.class);
  }

  /** The version: of the package that it was installed from, else of the build. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      var built = Optional.ofNullable(GuywireCommand.class.getPackage().getImplementationVersion());
      String installed = System.getProperty("guywire.version", built.orElse("(unpackaged)"));
      return new String[] {"guywire " + installed};
    }
  }

  @picocli.CommandLine.Spec
  private picocli.CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

  @picocli.CommandLine.Mixin private CommonOptions common = new CommonOptions();

  @Override
  public void run() {
    java.util.Objects.requireNonNull(spec).commandLine().usage(spec.commandLine().getOut());
  }
}
