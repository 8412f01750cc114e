package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever stands in a file of facts, the answer is one finding, and soon. */
class HostileFactsTest {

  private static final int MOST = 1_000_000;

  @ParameterizedTest
  @ValueSource(strings = {"[", "{a: ", "- ", "? ", "a:\n ", "[{", "!x [", "&a ["})
  @Timeout(20)
  void depths_are_refused_before_the_stack_ends(String piece) {
    var facts = FactsFile.parse("facts.yaml", piece.repeat(MOST / piece.length()));
    assertThat(facts.findings()).hasSize(1);
  }

  @Test
  @Timeout(20)
  void a_bomb_of_aliases_does_not_unfold() {
    var yaml = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 40; i++) {
      yaml.append("a%d: &a%d [*a%d, *a%d, *a%d]\n".formatted(i, i, i - 1, i - 1, i - 1));
    }
    assertThat(FactsFile.parse("facts.yaml", yaml.toString()).findings()).isNotEmpty();
  }

  @Test
  void what_is_larger_than_any_facts_is_refused() {
    assertThat(FactsFile.parse("facts.yaml", "a: b\n".repeat(MOST)).findings()).hasSize(1);
  }
}
