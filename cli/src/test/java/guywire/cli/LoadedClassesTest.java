package guywire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the JVM loads for a command that looks at a node or keeps one: all of Guywire is on the
 * class path, and nothing of it that reads definitions and files, or proves.
 */
class LoadedClassesTest {

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "show",
        "status",
        "doctor",
        "why 10.99.0.1",
        "ping 10.99.0.1",
        "down wg99",
        "join not-a-link",
        "agent --help",
      })
  void a_command_of_a_node_loads_neither_definitions_nor_files_nor_the_prover(String words)
      throws IOException, InterruptedException {
    var log = directory.resolve("classes.log");
    var command = new ArrayList<>(GuywireProcess.command(words.split(" ")));
    command.add(1, "-Xlog:class+load:file=" + log);
    var said = GuywireProcess.run(GuywireProcess.builder(command, directory), "");
    assertThat(said.text()).doesNotContain("Exception");
    assertThat(loaded(log)).contains("guywire.cli.GuywireCommand");
    assertThat(loaded(log))
        .noneMatch(
            name -> name.matches("guywire\\.(plan|format|prove|recognise|control|lab)\\..*"));
  }

  private static List<String> loaded(Path log) throws IOException {
    try (var lines = Files.lines(log)) {
      return lines
          .map(line -> line.replaceFirst("^(\\[[^]]*\\])+ ", "").replaceFirst(" .*", ""))
          .filter(name -> name.startsWith("guywire."))
          .toList();
    }
  }
}
