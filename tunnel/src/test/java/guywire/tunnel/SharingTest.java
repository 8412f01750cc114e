package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SharingTest {

  private final Load load = new Load(100);

  @Test
  void a_thread_that_hardly_sleeps_has_too_much_and_one_that_rests_has_not() {
    assertThat(Sharing.BY_LOAD.isTooMuch(0.97)).isTrue();
    assertThat(Sharing.BY_LOAD.isTooMuch(0.9)).isFalse();
  }

  @Test
  void what_two_threads_do_goes_to_one_only_when_it_leaves_that_room_to_spare() {
    assertThat(Sharing.BY_LOAD.isLittle(0.5, 0.3)).isTrue();
    assertThat(Sharing.BY_LOAD.isLittle(0.5, 0.4)).isFalse();
    assertThat(Sharing.BY_LOAD.enough()).isLessThan(Sharing.BY_LOAD.full());
  }

  @Test
  void one_thread_never_has_too_much_and_two_never_too_little_where_the_user_chose() {
    assertThat(Sharing.parse("1").isTooMuch(1)).isFalse();
    assertThat(Sharing.parse("2").isTooMuch(0)).isTrue();
    assertThat(Sharing.parse("2").isLittle(0, 0)).isFalse();
  }

  @Test
  void a_choice_that_is_none_is_named() {
    assertThat(Sharing.parse("")).isEqualTo(Sharing.BY_LOAD);
    assertThat(Sharing.parse("auto")).isEqualTo(Sharing.BY_LOAD);
    assertThatThrownBy(() -> Sharing.parse("3"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("GUYWIRE_THREADS is auto, 1 or 2, not 3");
  }

  @Test
  void a_load_is_the_processor_time_of_a_window_by_its_length() {
    load.restart(1000, 500);
    assertThat(load.isDue(1099)).isFalse();
    assertThat(load.isDue(1100)).isTrue();
    assertThat(load.measure(1200, 650)).isEqualTo(0.75);
    assertThat(load.share()).isEqualTo(0.75);
    assertThat(load.measure(1300, 650)).as("the next window").isZero();
  }

  @Test
  void a_sleep_before_the_work_counts_as_rest() {
    load.restart(0, 0);
    assertThat(load.measure(10_000, 90)).isLessThan(0.01);
  }
}
