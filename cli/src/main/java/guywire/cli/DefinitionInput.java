package guywire.cli;

import guywire.network.Name;
import guywire.network.Network;
import guywire.network.text.Finding;
import guywire.plan.KeyStore;
import guywire.plan.Planned;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import guywire.plan.definition.NodeEntry;
import guywire.plan.definition.ReadDefinition;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A definition file, read and planned.
 *
 * @param network the network
 * @param keysOnDevices the nodes whose devices have their private keys and keep them
 * @param findings what is doubtful about the definition
 */
record DefinitionInput(Network network, Set<Name> keysOnDevices, List<Finding> findings) {

  /** Where the keys of the nodes come from. */
  enum KeySource {
    /** From the key store beside the definition, which is made if need be. */
    KEPT,
    /** From the key store as far as there is one; otherwise made up for this run. */
    BORROWED,
    /** The same, but nobody will use them: where there is none a number stands in for it. */
    PROVEN
  }

  /**
   * Reads and plans a definition.
   *
   * @throws Refusal if there is no such file
   * @throws WrongInput with every error, if it can't be read or can't work
   */
  static DefinitionInput of(Path file, KeySource keys) {
    Path directory = KeyStore.beside(file.toAbsolutePath());
    return of(
        file,
        switch (keys) {
          case KEPT -> KeyStore.directory(directory);
          case BORROWED -> KeyStore.borrowing(directory);
          case PROVEN -> KeyStore.proving(directory);
        });
  }

  /** As {@link #of(Path, Keys)}, with keys from this store. */
  static DefinitionInput of(Path file, KeyStore store) {
    if (!Files.isRegularFile(file)) {
      throw Refusal.unreadable("no-file", file.toString());
    }
    ReadDefinition reading = Definition.read(file);
    var findings = new ArrayList<>(reading.findings());
    var definition = reading.definition().orElseThrow(() -> new WrongInput(findings));
    Planned planned = Planner.plan(definition, store);
    findings.addAll(planned.findings());
    return new DefinitionInput(
        planned.network().orElseThrow(() -> new WrongInput(findings)),
        definition.nodes().stream()
            .filter(NodeEntry::keyOnDevice)
            .map(NodeEntry::name)
            .collect(Collectors.toSet()),
        findings);
  }
}
