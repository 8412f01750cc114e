package guywire.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WaitTest {

  @Test
  void a_wake_up_ends_a_wait_and_is_then_cleared() {
    try (var wakeup = new Wakeup()) {
      var poll = new Poll(wakeup.fd());
      Thread.ofPlatform().start(wakeup::signal);
      poll.await();
      assertThat(poll.ready(0)).isTrue();
      assertThat(wakeup.clear()).isTrue();
      assertThat(wakeup.clear()).isFalse();
      assertThat(poll.await(1_000_000)).isFalse();
    }
  }

  @Test
  void an_alarm_is_due_at_its_time_and_not_before() {
    try (var alarm = new Alarm()) {
      long due = Clock.bootNanos() + 20_000_000;
      alarm.set(due);
      var poll = new Poll(alarm.fd());
      assertThat(poll.await(5_000_000_000L)).isTrue();
      assertThat(Clock.bootNanos()).isGreaterThanOrEqualTo(due);
      alarm.set(Long.MAX_VALUE);
      assertThat(poll.await(1_000_000)).isFalse();
      alarm.set(1);
      assertThat(poll.await(5_000_000_000L)).isTrue();
    }
  }

  @Test
  void an_alarm_that_was_due_is_silent_once_it_was_taken_note_of_until_it_is_set_again() {
    try (var alarm = new Alarm()) {
      var poll = new Poll(alarm.fd());
      alarm.set(1);
      poll.await();
      alarm.clear();
      assertThat(poll.look()).isFalse();
      alarm.clear();
      alarm.set(1);
      poll.await();
      assertThat(poll.ready(0)).isTrue();
    }
  }

  @Test
  void the_wall_clock_is_that_of_the_jdk() {
    assertThat(Clock.unixNanos() / 1_000_000_000L)
        .isBetween(System.currentTimeMillis() / 1000 - 2, System.currentTimeMillis() / 1000 + 2);
  }

  @Test
  void a_watch_for_suspends_wakes_nobody_as_long_as_there_is_none() {
    try (var watch = new SuspendWatch()) {
      var poll = new Poll(watch.fd());
      assertThat(poll.await(50_000_000L)).isFalse();
      assertThat(watch.clear()).isFalse();
      long asleep = Clock.suspendedNanos();
      assertThat(asleep).isNotNegative().isLessThan(Clock.bootNanos());
      assertThat(watch.hasSlept(asleep + 1_000_000_000L)).isTrue();
      assertThat(watch.hasSlept(asleep + 1_000_000_000L)).as("told once").isFalse();
    }
  }
}
