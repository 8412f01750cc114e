package guywire.cli;

import guywire.cli.DefinitionInput.Keys;
import guywire.cli.Screen.Style;
import guywire.format.Formats;
import guywire.format.QrCode;
import guywire.format.Rendered;
import guywire.format.RenderedDirectory;
import guywire.format.RenderedDirectory.Extent;
import guywire.format.RenderedDirectory.InTheWay;
import guywire.format.RenderedDirectory.OfAnother;
import guywire.format.RenderedDirectory.Written;
import guywire.format.RenderedFile;
import guywire.guard.UnsafeFileException;
import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.network.Platform;
import guywire.plan.KeyStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code guywire render}: writes what each device needs, in its own language. */
@Command(name = "render", resourceBundle = "guywire.cli.help", mixinStandardHelpOptions = true)
final class RenderCommand implements Callable<Integer> {

  /** So many paths are named in a line; of more only the number is said. */
  private static final int NAMED = 4;

  private final Screen screen;

  @Parameters(index = "0", paramLabel = "NETWORK", descriptionKey = "network")
  private Path file = Path.of("");

  @Option(names = "--out", paramLabel = "DIR", descriptionKey = "render.out")
  private Optional<Path> out = Optional.empty();

  @Option(names = "--node", paramLabel = "NODE", descriptionKey = "render.node")
  private Optional<String> only = Optional.empty();

  @Option(names = "--as", paramLabel = "PLATFORM", descriptionKey = "render.as")
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
    var input = DefinitionInput.of(file, Keys.KEPT);
    FindingsView.print(screen, input.findings());
    var chosen = chosen(input);
    withKeys(input);
    var cleared = out.map(directory -> write(directory, input, chosen));
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
        showCodes(written);
      }
    }
    cleared.ifPresent(this::report);
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
    return as.map(word ->
        Platform.tryParse(word)
            .orElseThrow(() ->
                Refusal.unreadable(
                    "render-no-platform",
                    word,
                    String.join(
                        ", ", Arrays.stream(Platform.values()).map(Platform::word).toList()))));
  }

  private Written write(Path directory, DefinitionInput input, List<Rendered> chosen) {
    try {
      var extent = new Extent(only.isEmpty(), force);
      var target = new RenderedDirectory(directory);
      return switch (target.write(input.network().name(), chosen, extent)) {
        case Written written -> written;
        case InTheWay(var paths) ->
            throw Refusal.unreadable("render-in-the-way", directory.toString(), some(paths));
        case OfAnother(var other) ->
            throw Refusal.unreadable("render-another", directory.toString(), other.text());
      };
    } catch (UnsafeFileException e) {
      throw Refusal.unsafe(e);
    } catch (IOException e) {
      throw Refusal.unreadable("render-cannot-write", directory.toString());
    }
  }

  /** Says what became of the files of an earlier run. */
  private void report(Written cleared) {
    if (!cleared.removed().isEmpty()) {
      screen.tell("render.removed", some(cleared.removed()));
    }
    if (!cleared.left().isEmpty()) {
      screen.tell("render.left", some(cleared.left()));
    }
  }

  /** The first few of many paths. */
  private String some(List<String> paths) {
    String first = String.join(", ", paths.subList(0, Math.min(NAMED, paths.size())));
    return paths.size() <= NAMED
        ? first
        : screen.say("render.and-more", first, paths.size() - NAMED + "");
  }

  /** A device that has no place for a file shows its wg-quick text as a QR code. */
  private void showCodes(Rendered written) {
    var texts = new ArrayList<RenderedFile>();
    for (RenderedFile each : written.rendering().files()) {
      if (each.path().endsWith(".conf") && each.isSecret()) {
        texts.add(each);
      }
    }
    if (texts.isEmpty()) {
      screen.tell("render.no-qr", written.directory());
    }
    for (RenderedFile text : texts) {
      QrCode.of(text.text())
          .ifPresentOrElse(
              code -> screen.drawing(code.terminal(screen.hasColour())),
              () -> screen.tell("render.qr-too-long", text.path()));
    }
  }
}
