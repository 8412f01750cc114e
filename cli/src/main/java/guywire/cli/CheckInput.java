package guywire.cli;

import guywire.cli.DefinitionInput.Keys;
import guywire.network.text.Finding;
import guywire.prove.Facts;
import guywire.prove.FactsFile;
import guywire.prove.Subject;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What is to be judged: a definition, or the files of several hosts.
 *
 * @param subject the network, with the places of its parts
 * @param findings what was found while a definition was read
 */
record CheckInput(Subject subject, List<Finding> findings) {

  /**
   * Reads one definition, or any number of configuration files and directories.
   *
   * @param facts the file that says what no configuration does, if there is one
   * @throws WrongInput if a definition has errors
   * @throws Refusal if a file can't be read
   */
  static CheckInput of(List<Path> files, Optional<Path> facts) {
    if (files.size() == 1 && NodeInput.isDefinition(files.getFirst())) {
      var input = DefinitionInput.of(files.getFirst(), Keys.BORROWED);
      return new CheckInput(Subject.planned(input.network()), input.findings());
    }
    Facts known =
        facts
            .map(file -> FactsFile.parse(file.toString(), FileInput.namedText(file)))
            .orElse(Facts.NONE);
    return new CheckInput(FileInput.of(files, known), List.of());
  }
}
