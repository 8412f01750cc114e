package guywire.plan.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import guywire.network.text.Finding;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever stands in a file, the answer is a definition or findings, and soon. */
class HostileYamlTest {

  @Test
  void a_bomb_of_aliases_is_refused_before_it_unfolds() {
    var yaml = new StringBuilder("network: n\na0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 40; i++) {
      yaml.append("a%d: &a%d [*a%d, *a%d, *a%d]\n".formatted(i, i, i - 1, i - 1, i - 1));
    }
    assertThat(only(yaml.toString()).what().key()).isEqualTo("yaml-alias");
  }

  @Test
  @Timeout(10)
  void depths_are_refused_before_the_stack_ends() {
    assertThat(only("[".repeat(1_000_000)).what().key()).isEqualTo("yaml-deep");
    assertThat(only("{a: ".repeat(500_000)).what().key()).isEqualTo("yaml-deep");
    assertThat(only("- ".repeat(500_000)).what().key()).isEqualTo("yaml-deep");
  }

  @Test
  @Timeout(20)
  void a_large_definition_full_of_mistakes_is_read_in_seconds() {
    var yaml = new StringBuilder("network: n\noverlay: 10.0.0.0/8\nnodes:\n");
    for (int i = 0; i < 3000; i++) {
      yaml.append("  node-%d: {public: 203.0.113.1, sit: home-%d}\n".formatted(i, i));
    }
    yaml.append("expect:\n");
    for (int i = 0; i < 3000; i++) {
      yaml.append("  - nobody-%d reaches nowhere-%d\n".formatted(i, i));
    }
    assertThat(Definition.parse("n.yaml", yaml.toString()).findings()).hasSizeGreaterThan(8000);
  }

  @Test
  void a_byte_order_mark_and_windows_line_ends_are_no_mistake() {
    var reading =
        Definition.parse(
            "n.yaml",
            "\ufeffnetwork: n\r\noverlay: 10.0.0.0/24\r\nnodes:\r\n  a: {public: 192.0.2.1}\r\n");
    assertThat(reading.findings()).isEmpty();
  }

  @Test
  @Timeout(60)
  void mutations_of_every_example_never_crash_the_reader_or_the_planner() throws IOException {
    long seed = Long.getLong("guywire.seed", 20260101L);
    var random = new SplittableRandom(seed);
    for (var example : examples()) {
      for (int i = 0; i < 60; i++) {
        String mutated = mutate(example, random);
        assertThatCode(() -> digest(mutated))
            .as("seed %d:%n%s", seed, mutated)
            .doesNotThrowAnyException();
      }
    }
  }

  /** Reads and plans what can be, and says every finding in both languages. */
  static void digest(String yaml) {
    var reading = Definition.parse("fuzz.yaml", yaml);
    assertThat(reading.definition().isPresent() || !reading.findings().isEmpty()).isTrue();
    say(reading.findings());
    reading
        .definition()
        .ifPresent(definition -> {
          var planned = Planner.plan(definition, KeyStore.ofSeed(1));
          assertThat(planned.network().isPresent() || !planned.findings().isEmpty()).isTrue();
          say(planned.findings());
        });
  }

  private static void say(List<Finding> findings) {
    for (var finding : findings) {
      assertThat(finding.what().in(Locale.SIMPLIFIED_CHINESE)).isNotBlank();
      assertThat(finding.mend().in(Locale.ENGLISH)).isNotBlank();
    }
  }

  private static Finding only(String yaml) {
    var findings = Definition.parse("n.yaml", yaml).findings();
    assertThat(findings).hasSize(1);
    return findings.getFirst();
  }

  private static List<String> examples() throws IOException {
    var texts = new ArrayList<String>();
    try (var files = Files.list(Path.of("../examples"))) {
      for (var file : files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
        texts.add(Files.readString(file));
      }
    }
    return texts;
  }

  /** One to four edits: a word dropped, doubled, swapped with another, or a character changed. */
  private static String mutate(String text, SplittableRandom random) {
    var words = new ArrayList<>(List.of(text.split("(?<=[\\s,:{}\\[\\]])|(?=[\\s,:{}\\[\\]])")));
    for (int edits = random.nextInt(1, 5); edits > 0 && words.size() > 2; edits--) {
      int at = random.nextInt(words.size());
      int other = random.nextInt(words.size());
      switch (random.nextInt(5)) {
        case 0 -> words.remove(at);
        case 1 -> words.add(at, words.get(other));
        case 2 -> words.set(at, words.get(other));
        case 3 -> words.set(at, words.get(at) + (char) random.nextInt(1, 0x300));
        default -> words.add(at, "\n");
      }
    }
    return String.join("", words);
  }
}
