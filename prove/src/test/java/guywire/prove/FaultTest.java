package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.text.Finding;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is asked of every fault; subclasses give the cases in a method of that name. */
abstract class FaultTest {

  @ParameterizedTest
  @MethodSource("cases")
  void a_fault_is_found_where_it_is_and_only_there(FaultCase fault) {
    var shown = fault.shows().get();
    var silent = fault.silent().get();
    assertThat(fault.isAmong(shown)).as("shows; found is %s", said(shown)).isTrue();
    assertThat(fault.isAmong(silent)).as("silent; found is %s", said(silent)).isFalse();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void it_can_be_said_in_both_languages(FaultCase fault) {
    for (var finding : fault.shows().get()) {
      for (var text : List.of(finding.what(), finding.mend())) {
        assertThat(text.in(Locale.ENGLISH)).isNotBlank().doesNotContain("{");
        assertThat(text.in(Locale.SIMPLIFIED_CHINESE)).matches("(?s).*\\p{IsHan}.*");
      }
    }
  }

  private static List<String> said(List<Finding> findings) {
    return findings.stream().map(f -> f.code() + " " + f.what().key() + ": " + f.what()).toList();
  }
}
