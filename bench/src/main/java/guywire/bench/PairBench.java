package guywire.bench;

import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Two hosts with one program and the traffic between them. */
final class PairBench {

  /** So many that a hundredth of them is more than a handful. */
  private static final int IDLE_ECHOES = 1500;

  private static final int WARM_UP_SECONDS = 3;
  private static final int COLD_SECONDS = 6;
  private static final int SETTLE_SECONDS = 8;

  private final String program;
  private final List<String> command;
  private final Set<Row> rows;
  private final int seconds;
  private final Results results;

  PairBench(String program, List<String> command, Set<Row> rows, int seconds, Results results) {
    this.program = program;
    this.command = command;
    this.rows = rows;
    this.seconds = seconds;
    this.results = results;
  }

  /** Gb/s that this program carries in one TCP flow. */
  double capacity() throws InterruptedException {
    var gigabits = new double[1];
    TunnelPair.between(command, (a, b) -> gigabits[0] = LoadTools.tcp(a, WARM_UP_SECONDS));
    return gigabits[0];
  }

  /** The rows of a warm tunnel. */
  void run(double equalGigabits) throws InterruptedException {
    TunnelPair.between(
        command,
        (a, b) -> {
          record(Row.START, "start to ready, s", a.startSeconds());
          if (rows.contains(Row.MEMORY)) {
            TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
            record(Row.MEMORY, "memory 8 s after start, MB", a.residentMegabytes());
          }
          if (rows.stream().anyMatch(row -> row != Row.START)) {
            LoadTools.tcp(a, WARM_UP_SECONDS);
            throughput(a, b);
            roundTrips(a, equalGigabits);
          }
        });
  }

  private void throughput(BenchHost a, BenchHost b) {
    List<BenchHost> both = List.of(a, b);
    perCore(Row.TCP, "TCP 1 flow", both, () -> LoadTools.tcp(a, seconds));
    perCore(Row.TCP4, "TCP 4 flows", both, () -> LoadTools.tcp(a, seconds, "-P", "4"));
    perCore(Row.REVERSE, "TCP reverse", both, () -> LoadTools.tcp(a, seconds, "-R"));
    perCore(Row.BOTH_WAYS, "TCP both ways", both, () -> LoadTools.tcp(a, seconds, "--bidir"));
    record(
        Row.MEMORY,
        "memory under load, MB",
        Math.max(a.residentMegabytes(), b.residentMegabytes()));
    if (rows.contains(Row.UDP64)) {
      double before = BenchHost.cpuSeconds(both);
      double delivered = LoadTools.udp(a, seconds, 64, "102.4M");
      double cores = (BenchHost.cpuSeconds(both) - before) / seconds;
      record(Row.UDP64, "UDP 64 B, 200 kpps offered: delivered kpps", delivered);
      record(Row.UDP64, "UDP 64 B, 200 kpps offered: tunnel cores", cores);
    }
    if (rows.contains(Row.UDP1372)) {
      double delivered = LoadTools.udp(a, seconds, 1372, "3G");
      record(Row.UDP1372, "UDP 1372 B, 3 Gb/s offered: delivered kpps", delivered);
    }
  }

  private void roundTrips(BenchHost a, double equalGigabits) throws InterruptedException {
    if (rows.contains(Row.RTT_IDLE)) {
      // What the load before has left behind (retransmissions, delayed acknowledgements) is over.
      TimeUnit.SECONDS.sleep(1);
      Quantiles idle = LoadTools.echoes(a, IDLE_ECHOES, 0.01);
      record(Row.RTT_IDLE, "round trip idle, median ms", idle.median());
      record(Row.RTT_IDLE, "round trip idle, 99 % ms", idle.at(0.99));
    }
    if (rows.contains(Row.RTT_LOAD)) {
      loaded(Row.RTT_LOAD, "round trip under full load", a);
    }
    if (rows.contains(Row.RTT_EQUAL)) {
      long bits = (long) (equalGigabits * 0.9e9);
      loaded(Row.RTT_EQUAL, "round trip at 90 % of wireguard-go's capacity", a, "-b", "" + bits);
    }
  }

  private void loaded(Row row, String measure, BenchHost a, String... load)
      throws InterruptedException {
    if (rows.contains(row)) {
      echoes(measure, a, load);
    }
  }

  /** Echoes beside a flow. */
  private void echoes(String measure, BenchHost a, String... load) throws InterruptedException {
    Process flow = a.begin(seconds + 2, LoadTools.tcpCommand(seconds + 2, load));
    TimeUnit.SECONDS.sleep(1);
    Quantiles echoes = LoadTools.echoes(a, seconds * 50, 0.02);
    results.record(program, measure + ", median ms", echoes.median());
    results.record(program, measure + ", 99 % ms", echoes.at(0.99));
    flow.waitFor();
  }

  /** What a tunnel that has carried nothing yet carries second by second, on a machine so busy. */
  void warmUp(int busy) throws InterruptedException {
    TunnelPair.between(
        command,
        (a, b) -> {
          try (var others = new BusyProcesses(busy)) {
            String output = a.inside(COLD_SECONDS, LoadTools.tcpCommand(COLD_SECONDS, "-i", "0.1"));
            String where = others.isNone() ? "" : ", " + others;
            double full = LoadTools.secondsToFullSpeed(output);
            results.record(program, "to full speed under load" + where + ", s", full);
            double[] rates = LoadTools.gigabitsBySecond(output, COLD_SECONDS);
            for (int i = 0; i < rates.length; i++) {
              results.record(
                  program, "second " + (i + 1) + " of a flow" + where + ", Gb/s", rates[i]);
            }
          }
        });
  }

  /** One flow, and echoes beside another, on a machine so busy. */
  void busy(int count) throws InterruptedException {
    TunnelPair.between(
        command,
        (a, b) -> {
          LoadTools.tcp(a, WARM_UP_SECONDS);
          try (var others = new BusyProcesses(count)) {
            results.record(program, "TCP 1 flow, " + others + ", Gb/s", LoadTools.tcp(a, seconds));
            echoes("round trip under full load, " + others, a);
          }
        });
  }

  private void record(Row row, String measure, double value) {
    if (rows.contains(row)) {
      results.record(program, measure, value);
    }
  }

  private void perCore(Row row, String measure, List<BenchHost> hosts, Supplier<Double> work) {
    if (rows.contains(row)) {
      BenchHost.perCore(results, program, measure, hosts, seconds, work);
    }
  }
}
