package guywire.cli;

import guywire.network.text.MessageBundle;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import picocli.CommandLine.Help;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ScopeType;

/** The root of the command line: the list of commands. */
final class GuywireCommand implements Runnable, SpokenCommand {

  /** The name of the command that is the help of another. */
  static final String HELP = "help";

  private static final String BUNDLE = "guywire.cli.help";

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
    COMMANDS.put("log", LogCommand.class);
    COMMANDS.put("why", WhyCommand.class);
    COMMANDS.put("ping", PingCommand.class);
    COMMANDS.put("speed", SpeedCommand.class);
    COMMANDS.put("forward", ForwardCommand.class);
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
    COMMANDS.put(HELP, HelpCommand.class);
  }

  /** The version: of the package that it was installed from, else of the build. */
  static final class InstalledVersion implements IVersionProvider {
    @Override
    public String[] getVersion() {
      var built = Optional.ofNullable(GuywireCommand.class.getPackage().getImplementationVersion());
      String installed = System.getProperty("guywire.version", built.orElse("(unpackaged)"));
      return new String[] {"guywire " + installed};
    }
  }

  private final CommandSpec spec = SpokenCommand.begin(this, "guywire");

  private GuywireCommand() {}

  /** The root without a command below it, whose help is in a language. */
  static CommandSpec in(Locale locale) {
    return silent().resourceBundle(MessageBundle.of(BUNDLE, locale));
  }

  /** The same without any text of its help. */
  static CommandSpec silent() {
    return new GuywireCommand().spec();
  }

  @Override
  public CommandSpec spec() {
    // Main has heeded the language before the words are read, because help depends on it.
    return spec.versionProvider(new InstalledVersion())
        .addOption(
            OptionSpec.builder("--lang")
                .paramLabel("en|zh-CN")
                .type(String.class)
                .scopeType(ScopeType.INHERIT)
                .descriptionKey("lang")
                .build());
  }

  /**
   * The list of all commands in the help of the root: of each no more than its headline is read.
   */
  static String list(Help help) {
    var headlines = help.commandSpec().resourceBundle();
    var listed = new LinkedHashMap<String, Help>();
    for (String name : COMMANDS.keySet()) {
      var command = CommandSpec.create().name(name);
      command.usageMessage().header(headlines.getString("guywire." + name + ".usage.header"));
      listed.put(name, new Help(command, help.colorScheme()));
    }
    return help.commandList(listed);
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
