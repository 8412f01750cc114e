package guywire.cli;

import guywire.cli.DefinitionInput.Keys;
import guywire.format.Imported;
import guywire.format.SourceFile;
import guywire.format.WgQuickImporter;
import guywire.network.Hook;
import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.network.text.Finding;
import guywire.network.text.Severity;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One node's configuration, from a definition or from a wg-quick file.
 *
 * @param config the configuration
 * @param findings what is doubtful about it
 */
record NodeInput(NodeConfig config, List<Finding> findings) {

  /**
   * Reads the configuration of one node.
   *
   * @param file a definition (.yaml, .yml), or a wg-quick file (.conf)
   * @param node the node, if the file is a definition
   * @throws WrongInput with every error in the file
   * @throws Refusal if there is no such file or node
   */
  static NodeInput of(Path file, Optional<String> node) {
    if (!Files.isRegularFile(file)) {
      throw Refusal.unreadable("no-file", file.toString());
    }
    return isDefinition(file) ? planned(file, node) : imported(file);
  }

  /** Whether the name says that the file is a definition. */
  static boolean isDefinition(Path file) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".yaml") || name.endsWith(".yml");
  }

  /** The commands that the file wants run. */
  List<Hook> hooks() {
    return config.hooks();
  }

  private static NodeInput planned(Path file, Optional<String> node) {
    var input = DefinitionInput.of(file, Keys.KEPT);
    var names = input.network().nodes().stream().map(each -> each.name().text()).toList();
    String wanted =
        node.orElseThrow(
            () -> Refusal.unreadable("which-node", file.toString(), String.join(", ", names)));
    return Name.tryParse(wanted)
        .flatMap(input.network()::node)
        .map(config -> new NodeInput(config, input.findings()))
        .orElseThrow(() -> Refusal.unreadable("explain-unknown", wanted, String.join(", ", names)));
  }

  private static NodeInput imported(Path file) {
    String content;
    try {
      content = Files.readString(file);
    } catch (CharacterCodingException e) {
      throw Refusal.unreadable("not-text", file.toString());
    } catch (IOException e) {
      throw Refusal.unreadable("cannot-read", file.toString());
    }
    Imported imported =
        new WgQuickImporter()
            .read(new Name("this-host"), List.of(new SourceFile(file.toString(), content)))
            .getFirst();
    if (imported.findings().stream().anyMatch(f -> f.severity() == Severity.ERROR)) {
      throw new WrongInput(imported.findings());
    }
    return new NodeInput(imported.node(), imported.findings());
  }
}
