package guywire.format.tunnel;

import guywire.format.Formats;
import guywire.format.input.Format;
import guywire.format.input.SourceFile;
import guywire.network.Name;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kept hostile input, to every importer. */
class ImporterCorpusTest {

  private static final Path INPUTS =
      Path.of("src/test/resources/guywire/format/tunnel/ImporterFuzzTestInputs");

  static List<Path> inputs() throws IOException {
    try (var walk = Files.walk(INPUTS)) {
      return walk.filter(Files::isRegularFile).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("inputs")
  void every_importer_digests_it(Path input) throws IOException {
    String text = new String(Files.readAllBytes(input), StandardCharsets.UTF_8);
    for (var format : Format.values()) {
      for (var name : List.of("network", "a.netdev", "a.network", "a.nft", "a.rsc")) {
        var file = new SourceFile(name, text);
        Formats.importer(format)
            .ifPresent(it -> ImporterFuzzTest.check(it.read(new Name("node"), List.of(file))));
      }
    }
  }
}
