package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** When a queue has stood for too long, and that it is not one if the thread was only away. */
class DelayControlTest {

  private static final long MS = 1_000_000;
  private static final long PACKET = 50_000;

  private final OwnTime own = new OwnTime();
  private final DelayControl control = new DelayControl(own);
  private long now = MS;

  /**
   * Packets leave a queue in which each waited so long, before a thread that works all the time.
   */
  private int stand(long millis, long waited) {
    int told = 0;
    for (long end = now + millis * MS; now < end; now += PACKET) {
      own.sample(Long.MIN_VALUE, now, now);
      told += tells(control, now - waited, now) ? 1 : 0;
    }
    return told;
  }

  /** A packet leaves the queue, and carries the news if it is due. */
  private static boolean tells(DelayControl control, long since, long now) {
    control.left(since, now);
    boolean due = control.isDue(now);
    if (due) {
      control.told(now);
    }
    return due;
  }

  @Test
  void a_short_queue_is_left_alone_for_ever() {
    assertThat(stand(60_000, DelayControl.TARGET_NANOS - 1)).isZero();
  }

  @Test
  void a_burst_is_left_alone_however_often_it_comes() {
    for (int i = 0; i < 100; i++) {
      for (long waited = 0; waited < 5 * MS; waited += PACKET) {
        own.sample(Long.MIN_VALUE, now + waited, now + waited);
        assertThat(tells(control, now, now + waited)).as("burst %d", i).isFalse();
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

  /** A packet or two are there each time that the thread gets the processor: no queue at all. */
  @Test
  void a_thread_that_is_woken_late_tells_nobody() {
    long used = 0;
    for (int i = 0; i < 10_000; i++) {
      long came = now;
      now += 4 * MS;
      own.sample(came, now, used);
      assertThat(tells(control, came, now)).as("wake-up %d", i).isFalse();
      used += PACKET;
      now += PACKET;
    }
  }

  /** How a sender follows what it learns: by halves, or at its own rate whatever it is told. */
  private enum Sender {
    RENO,
    CUBIC,
    BBR
  }

  private record Outcome(double bytes, double meanWait) {}

  /**
   * A transfer over a machine whose thread has the processor for some milliseconds and is then away
   * for others, for ten seconds.
   */
  private static Outcome transfer(
      Sender sender, double onMillis, double awayMillis, boolean controlled) {
    final double bytesPerNano = 1.0;
    final long step = 20_000;
    final double segment = 45_000;
    final double most = 6_000_000;
    var own = new OwnTime();
    var control = new DelayControl(own);
    double window = 10 * segment;
    double wMax = 0;
    long epoch = 0;
    double queued = 0;
    double carried = 0;
    double waits = 0;
    long count = 0;
    long used = 0;
    long lastCut = 0;
    var came = new java.util.ArrayDeque<Long>();
    double credit = 0;
    double acknowledged = 0;
    long period = (long) ((onMillis + awayMillis) * MS);
    boolean wasOn = false;
    for (long t = MS; t < 10_000 * MS; t += step) {
      boolean on = period == 0 || t % period < onMillis * MS;
      while (queued + segment <= window) {
        came.add(t);
        queued += segment;
      }
      if (!on) {
        wasOn = false;
        continue;
      }
      if (!wasOn && !came.isEmpty()) {
        own.sample(came.peek(), t, used);
      }
      wasOn = true;
      used += step;
      credit = came.isEmpty() ? 0 : credit + step * bytesPerNano;
      boolean cut = false;
      while (!came.isEmpty() && credit >= segment) {
        credit -= segment;
        long since = came.remove();
        own.sample(since, t + step, used);
        boolean told = controlled && tells(control, since, t + step);
        cut |= told && t - lastCut > 2 * MS;
        queued -= segment;
        carried += segment;
        acknowledged += segment;
        waits += t - since;
        count++;
      }
      if (cut && sender != Sender.BBR) {
        wMax = window;
        epoch = t;
        lastCut = t;
        window = Math.max(2 * segment, window * (sender == Sender.RENO ? 0.5 : 0.7));
      } else if (acknowledged >= window) {
        acknowledged = 0;
        double seconds = (t - epoch) / 1e9;
        window += sender == Sender.RENO || wMax == 0 ? segment : 0;
        if (sender == Sender.CUBIC && wMax > 0) {
          double k = Math.cbrt(wMax / 1448 * 0.3 / 0.4);
          double cubic = 1448 * 0.4 * Math.pow(seconds - k, 3) + wMax;
          window = Math.max(window + segment / 8, Math.min(cubic, window * 1.5));
        }
        if (sender == Sender.BBR) {
          window = 3_000_000;
        }
        window = Math.min(window, most);
      }
    }
    return new Outcome(carried, waits / Math.max(1, count));
  }

  /** With two and four other busy processes on two processors, and with a slice now and then. */
  @ParameterizedTest
  @CsvSource({
    "RENO, 3, 9",
    "CUBIC, 3, 9",
    "BBR, 3, 9",
    "CUBIC, 3, 4.5",
    "CUBIC, 1, 3",
    "RENO, 4, 20"
  })
  void where_the_processor_is_others_it_costs_no_throughput(Sender sender, double on, double away) {
    Outcome without = transfer(sender, on, away, false);
    Outcome with = transfer(sender, on, away, true);
    assertThat(with.bytes()).isGreaterThan(0.98 * without.bytes());
    if (sender != Sender.BBR) {
      assertThat(with.meanWait()).isLessThan(0.4 * without.meanWait());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"RENO", "CUBIC"})
  void where_the_processor_is_ours_the_queue_stays_short_at_full_speed(Sender sender) {
    Outcome without = transfer(sender, 1, 0, false);
    Outcome with = transfer(sender, 1, 0, true);
    assertThat(without.meanWait()).as("nanoseconds, left alone").isGreaterThan(3 * MS);
    assertThat(with.meanWait()).as("nanoseconds").isLessThan(1.2 * MS);
    assertThat(with.bytes()).isGreaterThan(0.95 * without.bytes());
  }

  /** The processor shared with the sender, as on a machine with nothing else to do. */
  @Test
  void what_the_sender_itself_takes_of_the_processor_is_no_excuse() {
    Outcome without = transfer(Sender.CUBIC, 0.6, 0.4, false);
    Outcome with = transfer(Sender.CUBIC, 0.6, 0.4, true);
    assertThat(without.meanWait()).isGreaterThan(3 * MS);
    assertThat(with.meanWait()).isLessThan(2 * MS);
    assertThat(with.bytes()).isGreaterThan(0.9 * without.bytes());
  }
}
