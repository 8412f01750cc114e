package guywire.cli;

import guywire.cli.DefinitionInput.KeySource;
import guywire.cli.Screen.Style;
import guywire.format.Formats;
import guywire.format.output.Rendered;
import guywire.format.output.RenderedDirectory.WriteOptions;
import guywire.format.output.RenderedDirectory.Written;
import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.network.Platform;
import guywire.plan.KeyStore;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code guywire render}: writes what each device needs, in its own language. */
@Command(name = "render", mixinStandardHelpOptions = true)
final class RenderCommand implements Callable<Integer> {

  private final Screen screen;

  @Parameters(index = "0", paramLabel = "NETWORK", descriptionKey = "network")
  private Path file = Path.of("");

  @Option(names = "--out", paramLabel = "DIR", descriptionKey = "render.out")
  private Optional<Path> out = Optional.empty();

  @Option(names = "--node", paramLabel = "NODE", descriptionKey = "render.node")
  private Optional<String> only = Optional.empty();

  @Option(
      names = "--as",
      paramLabel = "PLATFORM",
      completionCandidates = Platforms.class,
      descriptionKey = "render.as")
  private Optional<String> as = Optional.empty();

  @Option(names = "--force", descriptionKey = "render.force")
  private boolean force;

  @Option(names = "--qr", descriptionKey = "render.qr")
  private boolean qr;

  RenderCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    if (out.isEmpty() && !qr) {
      throw Refusal.unreadable("render-where");
    }
    var input = DefinitionInput.of(file, KeySource.KEPT);
    FindingsView.print(screen, input.findings());
    var chosen = chosen(input);
    withKeys(input);
    var files = new NodeFiles(screen);
    var extent = new WriteOptions(only.isEmpty(), force);
    var cleared =
        out.map(directory -> files.write(directory, input.network().name(), chosen, extent));
    boolean errors = false;
    for (Rendered written : chosen) {
      var rendering = written.rendering();
      errors |= rendering.hasErrors();
      screen.line(
          screen.styled(Style.STRONG, written.directory())
              + "  ("
              + written.platform().word()
              + ")");
      FindingsView.print(screen, rendering.findings());
      out.map(directory -> directory.resolve(written.directory()))
          .ifPresent(home ->
              rendering.files().forEach(each -> screen.line("  " + home.resolve(each.path()))));
      boolean scans = written.platform() == Platform.IOS || written.platform() == Platform.ANDROID;
      // A code is a private key on the screen: only for who scans it, unless the node is named.
      if (qr && (scans || only.isPresent())) {
        files.showCodes(written);
      }
    }
    cleared.ifPresent(written -> report(files, written));
    return errors ? ExitCode.BROKEN : ExitCode.HOLDS;
  }

  /** The files of the nodes that were asked for, with those that they share with others. */
  private List<Rendered> chosen(DefinitionInput input) {
    var names = new HashSet<String>();
    nodes(input).forEach(node -> names.add(node.name().text()));
    var platform = platform();
    var all =
        input.network().nodes().stream()
            .map(node ->
                platform.isPresent() && names.contains(node.name().text())
                    ? node.on(platform.get())
                    : node)
            .toList();
    boolean inCluster =
        all.stream()
            .anyMatch(n -> n.platform() == Platform.PROXMOX && names.contains(n.name().text()));
    return Formats.render(all, screen.locale()).stream()
        .filter(written ->
            names.contains(written.directory())
                || (inCluster && written.directory().equals(Rendered.PROXMOX_CLUSTER)))
        .toList();
  }

  private List<NodeConfig> nodes(DefinitionInput input) {
    if (only.isEmpty()) {
      return input.network().nodes();
    }
    return Name.tryParse(only.get())
        .flatMap(input.network()::node)
        .map(List::of)
        .orElseThrow(() ->
            Refusal.unreadable(
                "explain-unknown",
                only.get(),
                String.join(
                    ", ", input.network().nodes().stream().map(n -> n.name().text()).toList())));
  }

  /** A file without the key would be copied over the only one that has it. */
  private void withKeys(DefinitionInput input) {
    for (var node : nodes(input)) {
      boolean missing = node.interfaces().stream().anyMatch(t -> t.privateKey().isEmpty());
      if (missing && !input.keysOnDevices().contains(node.name())) {
        var store = KeyStore.beside(file);
        throw Refusal.unreadable(
            "render-no-key", node.name().text(), store.resolve(node.name() + ".key").toString());
      }
    }
  }

  private Optional<Platform> platform() {
    return as.map(RenderCommand::platform);
  }

  /** The platform with this word. */
  static Platform platform(String word) {
    return Platform.tryParse(word)
        .orElseThrow(() -> Refusal.unreadable("render-no-platform", word, platforms()));
  }

  /** The words of all platforms. */
  static String platforms() {
    return String.join(", ", new Platforms());
  }

  /** The same, one by one, for completion. */
  static final class Platforms implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(Platform.values()).map(Platform::word).iterator();
    }
  }

  /** Says what became of the files of an earlier run. */
  private void report(NodeFiles files, Written cleared) {
    if (!cleared.removed().isEmpty()) {
      screen.tell("render.removed", files.some(cleared.removed()));
    }
    if (!cleared.left().isEmpty()) {
      screen.tell("render.left", files.some(cleared.left()));
    }
  }
}
