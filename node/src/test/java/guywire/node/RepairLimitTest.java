package guywire.node;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.node.RepairLimit.Decision;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When mending goes on and when it gives up, in virtual time. */
class RepairLimitTest {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  private final RepairLimit<String> limit = new RepairLimit<>();

  private Decision pull(String thing, long at) {
    var answer = limit.ask(thing, at);
    if (answer == Decision.MEND) {
      limit.mended(thing, at);
    }
    return answer;
  }

  @Test
  void what_is_undone_three_times_within_a_minute_is_left_alone_for_ten() {
    assertThat(pull("route", 0)).isEqualTo(Decision.MEND);
    assertThat(pull("route", 10 * SECOND)).isEqualTo(Decision.MEND);
    assertThat(pull("route", 20 * SECOND)).isEqualTo(Decision.MEND);
    assertThat(pull("route", 30 * SECOND)).isEqualTo(Decision.GIVES_UP);
    assertThat(limit.left(30 * SECOND)).containsExactly("route");
    // Said once.
    assertThat(pull("route", 31 * SECOND)).isEqualTo(Decision.LEAVES);
    assertThat(pull("rule", 31 * SECOND)).as("another thing").isEqualTo(Decision.MEND);
    assertThat(pull("route", 30 * SECOND + 10 * MINUTE - 1)).isEqualTo(Decision.LEAVES);
    assertThat(pull("route", 30 * SECOND + 10 * MINUTE)).isEqualTo(Decision.MEND);
    assertThat(limit.left(30 * SECOND + 10 * MINUTE)).isEmpty();
  }

  @Test
  void what_is_undone_now_and_then_is_always_mended() {
    for (long at = 0; at < 100 * MINUTE; at += MINUTE / 3) {
      assertThat(pull("route", at)).as("at %d", at).isEqualTo(Decision.MEND);
    }
  }

  @Test
  void what_could_not_be_mended_is_tried_again_for_ever() {
    for (long at = 0; at < 10 * MINUTE; at += SECOND) {
      assertThat(limit.ask("route", at)).isEqualTo(Decision.MEND);
    }
  }

  @Test
  void whoever_says_anew_how_it_shall_be_is_heeded_at_once() {
    for (int i = 0; i < 4; i++) {
      pull("route", i);
    }
    assertThat(pull("route", 5)).isEqualTo(Decision.LEAVES);
    limit.forget();
    assertThat(pull("route", 6)).isEqualTo(Decision.MEND);
  }

  @Test
  void in_no_minute_of_any_hour_something_is_mended_more_than_three_times() {
    for (int seed = 0; seed < 50; seed++) {
      var random = new Random(seed);
      var one = new RepairLimit<String>();
      var times = new ArrayDeque<Long>();
      var all = new ArrayList<Long>();
      long quickest = 1 + random.nextInt(40);
      for (long at = 0; at < 60 * MINUTE; at += random.nextLong(quickest * SECOND) + 1) {
        if (one.ask("it", at) == Decision.MEND) {
          one.mended("it", at);
          times.add(at);
          all.add(at);
        }
        while (!times.isEmpty() && at - times.getFirst() >= MINUTE) {
          times.removeFirst();
        }
        assertThat(times).as("seed %d at %d", seed, at).hasSizeLessThanOrEqualTo(3);
      }
      assertThat(all)
          .as("seed %d: it is never given up for ever", seed)
          .last()
          .matches(last -> last > 45 * MINUTE);
    }
  }
}
