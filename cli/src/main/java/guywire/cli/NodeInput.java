package guywire.cli;

import guywire.cli.DefinitionInput.KeySource;
import guywire.format.Formats;
import guywire.format.input.Format;
import guywire.format.input.Imported;
import guywire.format.input.SourceFile;
import guywire.network.Hook;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.text.Finding;
import guywire.network.text.Severity;
import guywire.plan.KeyStore;
import guywire.plan.OwnKeys;
import guywire.protocol.PublicKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One node's configuration, from a definition or from a wg-quick file.
 *
 * @param config the configuration
 * @param findings what is doubtful about it
 * @param made its public key, if its private key was made just now
 */
record NodeInput(NodeConfig config, List<Finding> findings, Optional<PublicKey> made) {

  /**
   * Reads the configuration of one node.
   *
   * @param file a definition (.yaml, .yml), or a wg-quick file (.conf)
   * @param node the node, if the file is a definition
   * @throws WrongInput with every error in the file
   * @throws Refusal if there is no such file or node, or a key of a peer is not known here
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
    Optional<Name> named = node.flatMap(Name::tryParse);
    if (named.isEmpty()) {
      var names = names(DefinitionInput.of(file, KeySource.BORROWED).network());
      throw node.isEmpty()
          ? Refusal.unreadable("which-node", file.toString(), names)
          : Refusal.unreadable("explain-unknown", node.get(), names);
    }
    Name own = named.get();
    var known = DefinitionInput.of(file, KeySource.BORROWED);
    if (known.network().node(own).isEmpty()) {
      throw Refusal.unreadable("explain-unknown", own.text(), names(known.network()));
    }
    var keys = new OwnKeys(KeyStore.beside(file.toAbsolutePath()), own);
    var input = DefinitionInput.of(file, keys);
    NodeConfig config = input.network().node(own).orElseThrow();
    requireKnownPeers(config, keys, file);
    return new NodeInput(config, input.findings(), keys.made());
  }

  private static String names(Network network) {
    return network.nodes().stream()
        .map(each -> each.name().text())
        .collect(Collectors.joining(", "));
  }

  /** Another host's key can't be made here: nobody there would have it. */
  private static void requireKnownPeers(NodeConfig config, OwnKeys keys, Path file) {
    var unknown =
        config.interfaces().stream()
            .flatMap(tunnel -> tunnel.peers().stream())
            .flatMap(peer -> peer.name().stream())
            .filter(keys.unknown()::contains)
            .map(Name::text)
            .distinct()
            .collect(Collectors.joining(", "));
    if (!unknown.isEmpty()) {
      String own =
          config.interfaces().stream()
              .flatMap(tunnel -> tunnel.publicKey().stream())
              .map(Object::toString)
              .findFirst()
              .orElse("");
      throw Refusal.unreadable(
          "unknown-keys",
          unknown,
          file.toString(),
          config.name().text(),
          own,
          KeyStore.beside(file).toString());
    }
    if (!keys.unshared().isEmpty()) {
      throw Refusal.unreadable(
          "unknown-shared-keys",
          keys.unshared().stream().map(Name::text).collect(Collectors.joining(", ")),
          keys.sharedFile(keys.unshared().getFirst()).toString());
    }
  }

  private static NodeInput imported(Path file) {
    String content = FileInput.namedText(file);
    Imported imported =
        Formats.importer(Format.WG_QUICK)
            .orElseThrow()
            .read(new Name("this-host"), List.of(new SourceFile(file.toString(), content)))
            .getFirst();
    if (imported.findings().stream().anyMatch(f -> f.severity() == Severity.ERROR)) {
      throw new WrongInput(imported.findings());
    }
    return new NodeInput(imported.node(), imported.findings(), Optional.empty());
  }
}
