package guywire.cli;

import guywire.cli.DefinitionInput.Keys;
import guywire.cli.Screen.Style;
import guywire.network.config.Name;
import guywire.network.config.NodeConfig;
import guywire.network.config.Platform;
import guywire.network.format.Formats;
import guywire.network.format.QrCode;
import guywire.network.format.Rendered;
import guywire.network.format.RenderedFile;
import guywire.network.format.RenderedFiles;
import guywire.network.format.Rendering;
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

  private final Screen screen;

  @Parameters(index = "0", paramLabel = "NETWORK", descriptionKey = "network")
  private Path file = Path.of("");

  @Option(names = "--out", paramLabel = "DIR", descriptionKey = "render.out")
  private Optional<Path> out = Optional.empty();

  @Option(names = "--node", paramLabel = "NODE", descriptionKey = "render.node")
  private Optional<String> only = Optional.empty();

  @Option(names = "--as", paramLabel = "PLATFORM", descriptionKey = "render.as")
  private Optional<String> as = Optional.empty();

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
    boolean errors = false;
    for (Rendered written : chosen(input)) {
      var rendering = written.rendering();
      errors |= rendering.hasErrors();
      screen.line(
          screen.styled(Style.STRONG, written.directory())
              + "  ("
              + written.platform().word()
              + ")");
      FindingsView.print(screen, rendering.findings());
      out.ifPresent(directory -> write(directory.resolve(written.directory()), rendering));
      if (qr && !written.directory().equals(Rendered.PROXMOX_CLUSTER)) {
        showCodes(written);
      }
    }
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

  private void write(Path directory, Rendering rendering) {
    try {
      new RenderedFiles(rendering.files()).writeTo(directory);
    } catch (IOException e) {
      throw Refusal.unreadable("render-cannot-write", directory.toString());
    }
    for (RenderedFile written : rendering.files()) {
      screen.line("  " + directory.resolve(written.path()));
    }
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
              code -> screen.line(code.terminal(screen.hasColour())),
              () -> screen.tell("render.qr-too-long", text.path()));
    }
  }
}
