package guywire.plan.definition;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.text.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What docs/definition.md shows is what the reader reads. */
class DescriptionTest {

  private static final Path DESCRIPTION = Path.of("../docs/definition.md");

  static Stream<String> blocks() throws IOException {
    return Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL)
        .matcher(Files.readString(DESCRIPTION))
        .results()
        .map(result -> result.group(1))
        .toList()
        .stream();
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void every_piece_it_shows_can_be_read(String block) {
    String rest = block.contains("nodes:") ? "" : "network: n\noverlay: 10.9.0.0/16\nnodes: {}\n";
    // The pieces use names that stand in other pieces.
    assertThat(Definition.parse("piece.yaml", rest + block).findings())
        .extracting(Finding::code)
        .isSubsetOf("D09");
  }

  @Test
  void it_lists_every_key() throws IOException {
    String text = Files.readString(DESCRIPTION);
    for (var keys : List.of(DefinitionReader.KEYS, SiteReader.KEYS, NodeReader.KEYS)) {
      for (var key : keys) {
        assertThat(text).containsPattern("`" + key + "[`:]");
      }
    }
    for (var key : DefinitionReader.DNS_KEYS) {
      assertThat(text).contains(key + ":");
    }
  }
}
