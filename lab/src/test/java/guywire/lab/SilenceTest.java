package guywire.lab;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How long nothing came of a flow, in a time of its own. */
class SilenceTest {

  private final Silence silence = new Silence();

  private void answers(long... nanos) {
    for (long at : nanos) {
      silence.answered(at);
    }
  }

  @Test
  void what_lay_before_the_failure_does_not_count_but_the_silence_that_goes_on_does() {
    answers(0, 500, 510);
    silence.begin();
    assertThat(silence.longest(510)).isZero();
    answers(900, 910);
    assertThat(silence.longest(915)).isEqualTo(390);
  }

  @Test
  void a_silence_that_has_not_ended_counts_until_now() {
    answers(0, 10);
    silence.begin();
    assertThat(silence.longest(5_000)).isEqualTo(4_990);
    assertThat(silence.current(5_000)).isEqualTo(4_990);
  }

  @Test
  void who_never_answered_is_silent_for_ever() {
    silence.begin();
    assertThat(silence.current(10)).isEqualTo(Long.MAX_VALUE);
    assertThat(silence.answers()).isZero();
  }
}
