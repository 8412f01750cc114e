package guywire.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayWindowTest {

  private final ReplayWindow window = new ReplayWindow();

  @Test
  void each_counter_is_accepted_once_in_any_order_within_the_window() {
    assertThat(window.accept(0)).isTrue();
    assertThat(window.accept(0)).isFalse();
    assertThat(window.accept(8128)).isTrue();
    assertThat(window.accept(1)).isTrue();
    assertThat(window.accept(1)).isFalse();
    assertThat(window.accept(8127)).isTrue();
    assertThat(window.accept(8129)).isTrue();
    assertThat(window.accept(0)).isFalse();
  }

  @Test
  void what_is_further_back_than_8128_is_too_old() {
    window.accept(100_000);
    assertThat(window.accept(100_000 - 8128)).isTrue();
    assertThat(window.accept(100_000 - 8129)).isFalse();
  }

  @Test
  void a_jump_over_the_whole_window_forgets_all_of_it() {
    for (int i = 0; i < 9000; i++) {
      window.accept(i);
    }
    assertThat(window.accept(1L << 40)).isTrue();
    for (long i = (1L << 40) - 8128; i < 1L << 40; i++) {
      assertThat(window.accept(i)).isTrue();
    }
  }

  @Test
  void the_last_counter_is_the_one_before_the_limit() {
    assertThat(window.accept(Limits.REJECT_AFTER_MESSAGES)).isFalse();
    assertThat(window.accept(-1)).isFalse();
    assertThat(window.isExhausted()).isFalse();
    assertThat(window.accept(Limits.REJECT_AFTER_MESSAGES - 1)).isTrue();
    assertThat(window.isExhausted()).isTrue();
    assertThat(window.accept(Limits.REJECT_AFTER_MESSAGES - 1)).isFalse();
  }

  /** The oracle remembers everything. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void any_sequence_equals_a_set(long seed) {
    var random = new SplittableRandom(seed);
    Set<Long> seen = new HashSet<>();
    long highest = -1;
    long base = random.nextLong(1L << 50);
    for (int step = 0; step < 300_000; step++) {
      long counter =
          switch (random.nextInt(10)) {
            case 0 -> base + random.nextInt(100);
            case 1 -> Math.max(0, highest - 8128 + random.nextInt(5) - 2);
            case 2 -> Math.max(0, highest) + random.nextInt(200);
            case 3 -> random.nextInt(1000) == 0 ? Math.max(0, highest) + 9000 : highest + 1;
            default -> Math.max(0, highest - random.nextInt(9000));
          };
      boolean expected = counter + 8128 >= highest && seen.add(counter);
      assertThat(window.accept(counter)).as("seed %d step %d", seed, step).isEqualTo(expected);
      highest = Math.max(highest, expected ? counter : highest);
    }
  }
}
