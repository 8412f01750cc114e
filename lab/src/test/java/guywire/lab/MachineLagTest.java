package guywire.lab;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A machine that is behind says so, and patience grows with it. */
class MachineLagTest {

  /** A machine that wakes its sleepers late, by so much. */
  private static final class Machine implements MachineLag.MachineClock {
    private long now;
    private long behind;

    @Override
    public long nanos() {
      return now;
    }

    @Override
    public void sleep(long nanos) {
      now += nanos + behind;
    }
  }

  private final Machine machine = new Machine();
  private final MachineLag lag = new MachineLag(machine);

  private MachineLag.Stretch stretch(int ticks, long millisBehind) {
    machine.behind = millisBehind * 1_000_000;
    var watch = lag.watch();
    for (int i = 0; i < ticks; i++) {
      lag.tick();
    }
    return watch.stretch();
  }

  @Test
  void a_machine_that_keeps_up_is_no_excuse() {
    assertThat(stretch(100, 0).isTooSlow()).isFalse();
    assertThat(stretch(100, 5).isTooSlow()).isFalse();
    assertThat(lag.factor()).isLessThan(1.5);
  }

  @Test
  void one_long_pause_or_many_short_ones_are() {
    stretch(100, 0);
    machine.behind = 500_000_000;
    var watch = lag.watch();
    lag.tick();
    machine.behind = 0;
    for (int i = 0; i < 1000; i++) {
      lag.tick();
    }
    assertThat(watch.stretch().isTooSlow()).isTrue();
    assertThat(stretch(100, 50).isTooSlow()).isTrue();
  }

  @Test
  void a_pause_before_a_probe_does_not_count_for_it() {
    stretch(3, 500);
    assertThat(stretch(100, 0).isTooSlow()).isFalse();
  }

  @Test
  void patience_grows_with_the_delay_and_shrinks_again() {
    stretch(300, 60);
    assertThat(lag.factor()).isBetween(3.5, 4.5);
    stretch(300, 10_000);
    assertThat(lag.factor()).isEqualTo(8);
    stretch(1000, 0);
    assertThat(lag.factor()).isLessThan(1.2);
  }
}
