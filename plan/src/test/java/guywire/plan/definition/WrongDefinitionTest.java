package guywire.plan.definition;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.text.Finding;
import guywire.network.text.Severity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is said about definitions that can't be read. */
class WrongDefinitionTest {

  /** Messages about files rather than about what stands in them: tested below one by one. */
  private static final List<String> ABOUT_FILES =
      List.of("file-big", "file-binary", "file-directory", "file-missing", "file-unreadable");

  static List<WrongCases.Case> cases() throws IOException {
    return WrongCases.of(WrongDefinitionTest.class, "wrong.txt");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void each_mistake_gets_one_finding_at_its_place(WrongCases.Case wrong) {
    var reading = Definition.parse("wrong.yaml", wrong.yaml());
    assertThat(reading.definition()).isEmpty();
    assertThat(reading.findings()).extracting(Finding::code).first().isEqualTo(wrong.code());
    var finding = reading.findings().getFirst();
    assertThat(finding.what().key()).isEqualTo(wrong.key());
    assertThat(finding.severity()).isEqualTo(Severity.ERROR);
    assertThat(finding.place()).hasToString("wrong.yaml:" + wrong.at());
    for (var locale : List.of(Locale.ENGLISH, Locale.SIMPLIFIED_CHINESE)) {
      for (var said : List.of(finding.what().in(locale), finding.mend().in(locale))) {
        assertThat(said).isNotBlank().doesNotContain("\n").doesNotContainPattern("\\{\\d");
      }
    }
    assertThat(reading.findings()).as("no finding follows from another").hasSize(1);
  }

  @Test
  void every_message_is_seen() throws IOException {
    var seen = new TreeSet<String>(ABOUT_FILES);
    cases().forEach(wrong -> seen.add(wrong.key()));
    assertThat(seen).isEqualTo(keys(Definition.class));
  }

  /** The keys of the messages beside a class, without those of the mends. */
  static TreeSet<String> keys(Class<?> owner) throws IOException {
    var keys = new TreeSet<String>();
    for (var file : List.of("messages.properties", "messages_zh_CN.properties")) {
      var properties = new Properties();
      try (var in = owner.getResourceAsStream(file)) {
        assertThat(in).isNotNull();
        properties.load(new java.io.InputStreamReader(in, StandardCharsets.UTF_8));
      }
      var found = new TreeSet<>(properties.stringPropertyNames());
      found.removeIf(key -> key.endsWith(".mend"));
      found.forEach(key -> assertThat(properties).containsKey(key + ".mend"));
      assertThat(keys.isEmpty() || keys.equals(found)).isTrue();
      keys.addAll(found);
    }
    return keys;
  }

  @Test
  void all_mistakes_are_told_at_once_by_their_place() {
    var reading =
        Definition.parse(
            "n.yaml",
            """
            network: My Network
            overlay: 10.0.0.1/24
            nodes:
              a: {public: 1.2.3}
              b: {site: home, listen: 0}
            expect:
              - a reeches b
            """);
    assertThat(reading.findings())
        .extracting(finding -> finding.code() + " " + finding.place())
        .containsExactly(
            "D07 n.yaml:1:10",
            "D06 n.yaml:2:10",
            "D06 n.yaml:4:15",
            "D09 n.yaml:5:13",
            "D06 n.yaml:5:27",
            "D10 n.yaml:7:7");
  }

  @Test
  void a_misspelt_key_is_answered_with_the_right_one() {
    var reading = Definition.parse("n.yaml", "netwrok: n\noverlay: 10.0.0.0/24\nnodes: {}\n");
    assertThat(reading.findings().getFirst().mend()).asString().contains("Did you mean network?");
  }

  @Test
  void a_prefix_with_host_bits_is_answered_with_the_prefix_that_was_meant() {
    var reading = Definition.parse("n.yaml", "network: n\noverlay: 10.1.2.3/16\nnodes: {}\n");
    assertThat(reading.findings().getFirst().mend()).hasToString("Write 10.1.0.0/16.");
  }

  @Test
  void a_file_that_is_no_definition_gets_one_line(@TempDir Path directory) throws IOException {
    var binary = Files.write(directory.resolve("binary"), new byte[] {(byte) 0xff, 0, 1, 2});
    var zeros = Files.write(directory.resolve("zeros"), new byte[] {'a', 0, 'b'});
    var big = Files.write(directory.resolve("big"), new byte[(8 << 20) + 1]);
    assertThat(only(directory)).isEqualTo("file-directory");
    assertThat(only(directory.resolve("missing.yaml"))).isEqualTo("file-missing");
    assertThat(only(binary)).isEqualTo("file-binary");
    assertThat(only(zeros)).isEqualTo("file-binary");
    assertThat(only(big)).isEqualTo("file-big");
    assertThat(only(binary.resolve("under-a-file"))).isEqualTo("file-unreadable");
  }

  private static String only(Path file) {
    var findings = Definition.read(file).findings();
    assertThat(findings).hasSize(1);
    assertThat(findings.getFirst().place().file()).isEqualTo(file.toString());
    assertThat(findings.getFirst().what().in(Locale.SIMPLIFIED_CHINESE)).isNotBlank();
    return findings.getFirst().what().key();
  }
}
