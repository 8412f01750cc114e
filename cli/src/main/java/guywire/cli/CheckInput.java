package guywire.cli;

import guywire.cli.DefinitionInput.KeySource;
import guywire.format.input.BootFiles;
import guywire.format.input.Format;
import guywire.format.input.Imported;
import guywire.format.input.SourceFile;
import guywire.lab.WrittenNode;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.Part;
import guywire.network.text.Finding;
import guywire.prove.Facts;
import guywire.prove.Subject;
import guywire.recognise.HostFiles;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is to be judged: a definition, or the files of several hosts.
 *
 * @param subject the network, with the places of its parts
 * @param findings what was found while a definition was read
 * @param written what stands on the disks of the hosts; empty for a definition
 */
record CheckInput(Subject subject, List<Finding> findings, Map<Name, WrittenNode> written) {

  /**
   * Reads one definition, or any number of configuration files and directories.
   *
   * @param facts the file that says what no configuration does, if there is one
   * @param keys where a definition's keys come from
   * @throws WrongInput if a definition has errors
   * @throws Refusal if a file can't be read
   */
  static CheckInput of(List<Path> files, Optional<Path> facts, KeySource keys) {
    if (files.size() == 1 && NodeInput.isDefinition(files.getFirst())) {
      var input = DefinitionInput.of(files.getFirst(), keys);
      return new CheckInput(Subject.planned(input.network()), input.findings(), Map.of());
    }
    Facts known = FileInput.facts(facts);
    var found = FileInput.collect(files, facts);
    var subject = FileInput.of(found, known);
    var written = new LinkedHashMap<Name, WrittenNode>();
    for (var host : found.hosts()) {
      written.put(host.node().name(), written(host, found, known));
    }
    return new CheckInput(subject, List.of(), written);
  }

  /** The files of a host, if wg-quick can use all of them as they are, and what its boot reads. */
  private static WrittenNode written(Imported host, HostFiles found, Facts facts) {
    var files = new LinkedHashMap<InterfaceName, String>();
    for (var tunnel : host.node().interfaces()) {
      String place = host.places().of(new Part.Tunnel(tunnel.name())).file();
      found.files().stream()
          .filter(file -> file.name().equals(place))
          .filter(file -> Format.detect(file).equals(Optional.of(Format.WG_QUICK)))
          .findFirst()
          .ifPresent(file -> files.put(tunnel.name(), file.content()));
    }
    var boot = found.byHost().getOrDefault(host.node().name(), List.of());
    boolean all = files.size() == host.node().interfaces().size();
    var known = facts.of(host.node().name());
    return all
        ? WrittenNode.of(host.node(), files, known)
            .withBoot(
                boot.stream()
                    .flatMap(file -> BootFiles.settings(file).stream())
                    .map(setting -> setting.key() + "=" + setting.value())
                    .toList(),
                boot.stream().filter(BootFiles::isRuleset).map(SourceFile::content).toList())
        : WrittenNode.of(host.node(), Map.of(), known);
  }
}
