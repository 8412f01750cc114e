package guywire.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** iperf3 and ping through a tunnel: how they are called and what they say. */
final class LoadTools {

  /** The inner address that everything is sent to. */
  static final String DESTINATION = "10.10.0.2";

  private static final Pattern RATE = Pattern.compile("([\\d.]+) Mbits/sec[^\\n]*receiver");
  private static final Pattern INTERVAL =
      Pattern.compile(
          "(\\d+\\.\\d+)-(\\d+\\.\\d+)\\s+sec\\s+[\\d.]+ MBytes\\s+([\\d.]+) Mbits/sec");
  private static final Pattern DATAGRAMS = Pattern.compile("(\\d+)/(\\d+) \\([^)]*\\)\\s+receiver");
  private static final Pattern ECHO = Pattern.compile("time=([\\d.]+) ms");

  /** How long full speed must last to be called so. */
  private static final int STEADY_INTERVALS = 3;

  private LoadTools() {}

  /** The iperf3 call of a TCP test. */
  static String[] tcpCommand(int seconds, String... more) {
    var command = new ArrayList<>(List.of("iperf3", "-c", DESTINATION, "-f", "m", "-C", "cubic"));
    command.addAll(List.of("-t", "" + seconds));
    command.addAll(List.of(more));
    return command.toArray(String[]::new);
  }

  /** Gb/s delivered by TCP, both directions together. */
  static double tcp(BenchHost client, int seconds, String... more) {
    boolean sum = Arrays.asList(more).contains("--bidir");
    return gigabits(client.inside(seconds, tcpCommand(seconds, more)), sum);
  }

  /** The last "receiver" line's rate, or the sum of them. */
  static double gigabits(String output, boolean sum) {
    double last = 0;
    double all = 0;
    Matcher rate = RATE.matcher(output);
    while (rate.find()) {
      last = Double.parseDouble(rate.group(1));
      all += last;
    }
    return (sum ? all : last) / 1000;
  }

  /** Thousands of UDP datagrams delivered each second. */
  static double udp(BenchHost client, int seconds, int bytes, String bitsPerSecond) {
    String output =
        client.inside(
            seconds,
            "iperf3",
            "-c",
            DESTINATION,
            "-f",
            "m",
            "-u",
            "-b",
            bitsPerSecond,
            "-l",
            "" + bytes,
            "-w",
            "4M",
            "-t",
            "" + seconds);
    Matcher match = DATAGRAMS.matcher(output);
    if (!match.find()) {
      return 0;
    }
    return (Long.parseLong(match.group(2)) - Long.parseLong(match.group(1))) / 1000.0 / seconds;
  }

  /**
   * When a flow that began on a cold tunnel was at full speed: the end of the first intervals in a
   * row whose mean is 90 % of the steady rate, which is the median of the second half.
   *
   * @param output iperf3's, with intervals of 0.1 s
   */
  static double secondsToFullSpeed(String output) {
    var ends = new ArrayList<Double>();
    var rates = new ArrayList<Double>();
    Matcher interval = INTERVAL.matcher(output);
    while (interval.find()) {
      double from = Double.parseDouble(interval.group(1));
      double to = Double.parseDouble(interval.group(2));
      if (to - from < 0.2) {
        ends.add(to);
        rates.add(Double.parseDouble(interval.group(3)));
      }
    }
    double[] second =
        rates.subList(rates.size() / 2, rates.size()).stream().mapToDouble(r -> r).toArray();
    double wanted = 0.9 * Quantiles.of(second).median();
    for (int i = STEADY_INTERVALS; i <= rates.size(); i++) {
      var window = rates.subList(i - STEADY_INTERVALS, i);
      if (window.stream().mapToDouble(r -> r).average().orElse(0) >= wanted) {
        return ends.get(i - STEADY_INTERVALS);
      }
    }
    return Double.NaN;
  }

  /**
   * Gb/s in each second of a flow.
   *
   * @param output iperf3's, with intervals of 0.1 s
   */
  static double[] gigabitsBySecond(String output, int seconds) {
    var rates = new double[seconds];
    Matcher interval = INTERVAL.matcher(output);
    while (interval.find()) {
      double from = Double.parseDouble(interval.group(1));
      double length = Double.parseDouble(interval.group(2)) - from;
      if (length < 0.2 && from < seconds) {
        rates[(int) (from + 0.05)] += Double.parseDouble(interval.group(3)) * length / 1000;
      }
    }
    return rates;
  }

  /** Round trips in milliseconds. */
  static Quantiles echoes(BenchHost client, int count, double intervalSeconds) {
    int seconds = (int) (count * intervalSeconds);
    return echoes(
        client.inside(seconds, "ping", "-c", "" + count, "-i", "" + intervalSeconds, DESTINATION));
  }

  static Quantiles echoes(String output) {
    return Quantiles.of(
        ECHO.matcher(output)
            .results()
            .mapToDouble(match -> Double.parseDouble(match.group(1)))
            .toArray());
  }
}
