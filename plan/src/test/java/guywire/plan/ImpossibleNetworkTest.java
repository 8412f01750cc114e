package guywire.plan;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.text.Severity;
import guywire.plan.definition.Definition;
import guywire.plan.definition.WrongCases;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is said about networks that can't work. */
class ImpossibleNetworkTest {

  /** Messages about the key store, tested with it. */
  private static final List<String> ABOUT_KEYS =
      List.of("key-another", "key-damaged", "key-unsafe", "key-failed");

  static List<WrongCases.Case> cases() throws IOException {
    return WrongCases.of(ImpossibleNetworkTest.class, "impossible.txt");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void each_impossibility_gets_one_finding_at_its_place(WrongCases.Case wrong) {
    var reading = Definition.parse("wrong.yaml", wrong.yaml());
    assertThat(reading.findings()).isEmpty();
    var planned = Planner.plan(reading.definition().orElseThrow(), KeyStore.ofSeed(1));
    var finding = planned.findings().getFirst();
    assertThat(finding.code() + " " + finding.what().key() + " " + finding.place())
        .isEqualTo(wrong.code() + " " + wrong.key() + " wrong.yaml:" + wrong.at());
    assertThat(planned.network().isPresent()).isEqualTo(finding.severity() == Severity.WARNING);
    for (var locale : List.of(Locale.ENGLISH, Locale.SIMPLIFIED_CHINESE)) {
      for (var said : List.of(finding.what().in(locale), finding.mend().in(locale))) {
        assertThat(said).isNotBlank().doesNotContain("\n").doesNotContainPattern("\\{\\d");
      }
    }
    assertThat(planned.findings()).as("no finding follows from another").hasSize(1);
  }

  @Test
  void every_message_is_seen() throws IOException {
    var seen = new TreeSet<String>(ABOUT_KEYS);
    cases().forEach(wrong -> seen.add(wrong.key()));
    var properties = new Properties();
    try (var in = Planner.class.getResourceAsStream("messages.properties")) {
      assertThat(in).isNotNull();
      properties.load(new java.io.InputStreamReader(in, StandardCharsets.UTF_8));
    }
    var keys = new TreeSet<>(properties.stringPropertyNames());
    keys.removeIf(key -> key.endsWith(".mend"));
    assertThat(seen).isEqualTo(keys);
  }
}
