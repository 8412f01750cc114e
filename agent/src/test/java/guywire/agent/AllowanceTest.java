package guywire.agent;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How often an asker is answered. */
class AllowanceTest {

  private static final long SECOND = 1_000_000_000L;

  private final Allowance<String> allowance = new Allowance<>();

  private int granted(String asker, int times, long from, long to) {
    int granted = 0;
    for (int i = 0; i < times; i++) {
      granted += allowance.allows(asker, from + (to - from) * i / times) ? 1 : 0;
    }
    return granted;
  }

  @Test
  void an_agent_that_behaves_is_always_answered() {
    assertThat(granted("b", 30 * 60, 0, 60 * SECOND)).isEqualTo(30 * 60);
  }

  @Test
  void one_that_floods_gets_its_share_and_takes_nothing_from_others() {
    for (int i = 0; i < 10; i++) {
      long from = i * SECOND;
      int flooder = 0;
      int other = 0;
      for (int k = 0; k < 100_000; k++) {
        long now = from + k * SECOND / 100_000;
        flooder += allowance.allows("flooder", now) ? 1 : 0;
        if (k % 5000 == 0) {
          other += allowance.allows("other", now) ? 1 : 0;
        }
      }
      assertThat(flooder).isLessThanOrEqualTo(2 * Allowance.EACH_A_SECOND + 1);
      assertThat(other).isEqualTo(20);
    }
  }

  @Test
  void all_together_are_bounded_too() {
    int granted = 0;
    for (int asker = 0; asker < 1000; asker++) {
      granted += granted("n" + asker, 40, SECOND, SECOND);
    }
    assertThat(granted).isEqualTo(Allowance.ALL_A_SECOND);
  }

  @Test
  void a_clock_that_stands_or_goes_back_grants_nothing() {
    granted("b", 1000, 5 * SECOND, 5 * SECOND);
    assertThat(granted("b", 1000, 5 * SECOND, 4 * SECOND)).isZero();
  }
}
