package guywire.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** What the benchmark reads out of what iperf3 and ping print, and out of its own options. */
class LoadToolsTest {

  @Test
  void a_rate_is_the_receivers_and_both_ways_are_added() {
    String output =
        """
        [  5][TX-C]   0.00-3.00   sec   656 MBytes  1836 Mbits/sec   12             sender
        [  5][TX-C]   0.00-3.00   sec   656 MBytes  1835 Mbits/sec                  receiver
        [  7][RX-C]   0.00-3.00   sec   900 MBytes  2515 Mbits/sec                  receiver
        """;
    assertThat(LoadTools.gigabits(output, true)).isEqualTo(4.350);
    assertThat(LoadTools.gigabits(output, false)).isEqualTo(2.515);
  }

  @Test
  void full_speed_is_reached_at_the_end_of_the_first_interval_from_which_it_lasts() {
    var output = new StringBuilder();
    double[] rates = {10, 20, 95, 40, 60, 92, 97, 100, 101, 99, 100, 100, 100, 100, 100, 100};
    for (int i = 0; i < rates.length; i++) {
      output.append(
          String.format(
              Locale.ROOT,
              "[  5]  %5.2f-%.2f  sec  50.0 MBytes  %.0f Mbits/sec    0   3.00 MBytes\n",
              i * 0.1,
              (i + 1) * 0.1,
              rates[i]));
    }
    output.append("[  5]   0.00-1.60   sec  1.00 GBytes  80 Mbits/sec    receiver\n");
    assertThat(LoadTools.secondsToFullSpeed(output.toString())).isEqualTo(0.6);
  }

  @Test
  void a_second_of_a_flow_is_the_sum_of_its_tenths() {
    var output = new StringBuilder();
    for (int i = 0; i < 25; i++) {
      output.append(
          String.format(
              Locale.ROOT,
              "[  5]  %5.2f-%.2f  sec  50.0 MBytes  %d Mbits/sec    0   3.00 MBytes\n",
              i * 0.1,
              (i + 1) * 0.1,
              i < 10 ? 500 : 3000));
    }
    output.append("[  5]   0.00-2.50   sec  1.00 GBytes  80 Mbits/sec    receiver\n");
    double[] rates = LoadTools.gigabitsBySecond(output.toString(), 2);
    assertThat(rates).containsExactly(new double[] {0.5, 3}, within(1e-9));
  }

  @Test
  void echoes_give_their_median_and_their_tail() {
    var output = new StringBuilder();
    for (int i = 1; i <= 200; i++) {
      output.append("64 bytes from 10.10.0.2: icmp_seq=1 ttl=64 time=" + i / 10.0 + " ms\n");
    }
    Quantiles echoes = LoadTools.echoes(output.toString());
    assertThat(echoes.median()).isEqualTo(10.05);
    assertThat(echoes.at(0.99)).isEqualTo(19.8);
    assertThat(LoadTools.echoes("100% packet loss").median()).isNaN();
  }

  @Test
  void rows_are_chosen_by_name() {
    assertThat(Row.parse("both-ways,hub")).containsExactly(Row.BOTH_WAYS, Row.HUB);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Row.parse("speed"))
        .withMessageContaining("rtt-load");
  }

  @Test
  void a_command_that_was_ended_because_it_took_too_long_is_said_to_be_so() {
    assertThatIllegalStateException()
        .isThrownBy(() -> Shell.run("timeout", "0.01", "sleep", "100"))
        .withMessageContaining("has not ended in time");
    assertThat(Shell.limited(4, List.of("iperf3", "-t", "4")))
        .containsExactly("timeout", "-k", "5", "64", "iperf3", "-t", "4");
  }
}
