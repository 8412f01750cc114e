package guywire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is larger than any input is refused in one line, without its being held in memory. */
@Timeout(60)
class InputLimitsTest {

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"check", "import"})
  void a_file_without_an_end_is_refused(String command) {
    var said = Said.by(command, "/dev/zero");
    assertThat(said.text().strip().lines()).as(said.text()).hasSizeLessThanOrEqualTo(2);
    assertThat(said.text()).doesNotContain("Exception").doesNotContain("OutOfMemory");
    assertThat(said.code()).isNotZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"check", "plan", "render"})
  void a_definition_or_file_of_a_million_brackets_is_refused_in_one_line(String command)
      throws IOException {
    var file = Files.writeString(directory.resolve("network.yaml"), "[".repeat(1_000_000));
    var said = Said.by(command, file.toString());
    assertThat(said.text()).as(command).isNotBlank().hasSizeLessThan(1000);
    assertThat(said.text()).doesNotContain("Exception").doesNotContain("StackOverflow");
    assertThat(said.code()).isNotZero();
  }

  @Test
  void facts_of_a_million_brackets_are_refused_in_one_line() throws IOException {
    var conf =
        Files.writeString(directory.resolve("wg0.conf"), "[Interface]\nAddress = 10.0.0.1/24\n");
    var facts = Files.writeString(directory.resolve("facts.yaml"), "[".repeat(1_000_000));
    var said = Said.by("check", conf.toString(), "--facts", facts.toString());
    assertThat(said.text()).contains("16").doesNotContain("StackOverflow");
    assertThat(said.text().length()).isLessThan(4000);
    assertThat(said.code()).isNotZero();
  }

  /** 10 million prefixes are 130 MB: more than the files of any network. */
  @Test
  void ten_million_allowed_ips_are_refused_in_one_line() throws IOException {
    Path file = directory.resolve("wg0.conf");
    try (var out = Files.newBufferedWriter(file)) {
      out.write("[Interface]\nAddress = 10.0.0.1/24\n[Peer]\nAllowedIPs = 10.0.0.0/32");
      for (int i = 0; i < 10_000_000; i++) {
        out.write(", 10." + (i >> 16 & 255) + "." + (i >> 8 & 255) + "." + (i & 255) + "/32");
      }
    }
    var said = Said.by("check", file.toString());
    assertThat(said.text().strip().lines()).as(said.text()).hasSize(1);
    assertThat(said.text()).contains("64");
    assertThat(said.code()).isNotZero();
  }
}
