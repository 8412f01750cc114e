package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.text.Severity;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every network in examples/ keeps what it promises, and nothing in it is called a fault. */
class ExamplesTest {

  private static final Path EXAMPLES = Path.of("../examples");

  static Stream<String> examples() throws IOException {
    try (var files = Files.list(EXAMPLES)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".yaml"))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void every_promise_is_kept(String example) {
    var definition = Definition.read(EXAMPLES.resolve(example)).definition().orElseThrow();
    var network = Planner.plan(definition, KeyStore.ofSeed(1)).network().orElseThrow();
    var reachability = Reachability.of(network);
    assertThat(network.promises()).isNotEmpty();
    for (var judgement : reachability.judgements()) {
      assertThat(judgement.verdict())
          .as(
              "%s (%s)%n%s",
              judgement.promise().text(),
              judgement.why(),
              new Journey(judgement.promise().from(), judgement.answer())
                  .lines(Locale.ENGLISH).stream().collect(Collectors.joining("\n")))
          .isEqualTo(Judgement.PromiseVerdict.KEPT);
    }
    assertThat(reachability.lookups())
        .allSatisfy(lookup ->
            assertThat(lookup.verdict())
                .as("%s: %s", lookup.lookup().text(), lookup.why())
                .isEqualTo(Judgement.PromiseVerdict.KEPT));
  }

  @ParameterizedTest
  @MethodSource("examples")
  void nothing_is_called_a_fault(String example) {
    var definition = Definition.read(EXAMPLES.resolve(example)).definition().orElseThrow();
    var network = Planner.plan(definition, KeyStore.ofSeed(1)).network().orElseThrow();
    assertThat(Faults.in(Subject.planned(network)))
        .filteredOn(finding -> finding.severity() != Severity.INFO)
        .extracting(finding -> finding.code() + " " + finding.what())
        .isEmpty();
  }
}
