package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** When a queue has stood for too long. */
class DelayControlTest {

  private static final long MS = 1_000_000;
  private static final long PACKET = 50_000;

  private final DelayControl control = new DelayControl();
  private long now;

  /** Packets leave a queue in which each waited so long; how many were told. */
  private int stand(long millis, long waited) {
    int told = 0;
    for (long end = now + millis * MS; now < end; now += PACKET) {
      told += control.tells(waited, now) ? 1 : 0;
    }
    return told;
  }

  @Test
  void a_short_queue_is_left_alone_for_ever() {
    assertThat(stand(60_000, DelayControl.TARGET_NANOS - 1)).isZero();
  }

  @Test
  void a_burst_is_left_alone_however_often_it_comes() {
    for (int i = 0; i < 100; i++) {
      for (long waited = 0; waited < 6 * MS; waited += PACKET) {
        assertThat(control.tells(waited, now + waited)).as("burst %d", i).isFalse();
      }
      now += 100 * MS;
    }
  }

  @Test
  void a_standing_queue_is_told_of_slowly_at_first_then_more_often() {
    assertThat(stand(50, 4 * MS)).isEqualTo(1);
    assertThat(stand(950, 4 * MS)).isBetween(20, 40);
    assertThat(stand(1000, 4 * MS)).isBetween(50, 100);
  }

  @Test
  void a_queue_that_runs_empty_now_and_then_but_is_long_on_the_whole_is_told_of() {
    int told = 0;
    for (int i = 0; i < 50; i++) {
      told += stand(6, 4 * MS);
      told += stand(2, 0);
    }
    assertThat(told).isPositive();
  }

  @Test
  void after_the_queue_has_gone_it_begins_slowly_again() {
    stand(5000, 4 * MS);
    assertThat(stand(1000, 0)).as("until the mean is down").isLessThan(30);
    assertThat(stand(1000, 0)).isZero();
    assertThat(stand(120, 4 * MS)).isLessThanOrEqualTo(2);
  }
}
