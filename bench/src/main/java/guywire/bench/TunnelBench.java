package guywire.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Guywire's data plane beside other WireGuard programs: two or three hosts in namespaces on this
 * machine, iperf3 and ping through the tunnel, runs interleaved, medians. Prints a Markdown table.
 */
public final class TunnelBench {

  private static final String A = "gbencha";
  private static final String B = "gbenchb";
  private static final String HUB = "gbenchh";
  private static final int MANY_PEERS = 10_000;
  private static final int IDLE_PEERS = 1_000;
  private static final int IDLE_SETTLE_SECONDS = 15;
  private static final int IDLE_SECONDS = 20;

  private static final Pattern RATE =
      Pattern.compile("([\\d.]+) Mbits/sec[^\\n]*receiver", Pattern.MULTILINE);
  private static final Pattern DATAGRAMS = Pattern.compile("(\\d+)/(\\d+) \\([^)]*\\)\\s+receiver");
  private static final Pattern ECHO = Pattern.compile("time=([\\d.]+) ms");

  private final Map<String, List<String>> programs;
  private final int runs;
  private final int seconds;
  private final Map<String, Map<String, List<Double>>> results = new LinkedHashMap<>();

  private TunnelBench(Map<String, List<String>> programs, int runs, int seconds) {
    this.programs = programs;
    this.runs = runs;
    this.seconds = seconds;
  }

  /**
   * Measures and prints.
   *
   * @param arguments {@code [--runs N] [--seconds N] [--newest PATH]}, of which the last is a newer
   *     wireguard-go for a third column
   */
  public static void main(String[] arguments) throws InterruptedException {
    var programs = new LinkedHashMap<String, List<String>>();
    programs.put("guywire", List.of(System.getProperty("guywire.home", ".") + "/guywire-tunnel"));
    programs.put("wireguard-go", List.of("wireguard-go"));
    int runs = 5;
    int seconds = 4;
    for (int i = 0; i + 1 < arguments.length; i += 2) {
      switch (arguments[i]) {
        case "--runs" -> runs = Integer.parseInt(arguments[i + 1]);
        case "--seconds" -> seconds = Integer.parseInt(arguments[i + 1]);
        case "--newest" -> programs.put("newest wireguard-go", List.of(arguments[i + 1]));
        default -> throw new IllegalArgumentException("unknown option " + arguments[i]);
      }
    }
    var bench = new TunnelBench(programs, runs, seconds);
    for (int run = 1; run <= runs; run++) {
      for (String program : programs.keySet()) {
        System.err.println("run " + run + " of " + runs + ": " + program);
        bench.pair(program);
        bench.hub(program);
      }
    }
    for (String program : programs.keySet()) {
      System.err.println("many peers: " + program);
      bench.peers(program);
    }
    bench.print();
  }

  private void record(String program, String measure, double value) {
    results
        .computeIfAbsent(measure, name -> new LinkedHashMap<>())
        .computeIfAbsent(program, name -> new ArrayList<>())
        .add(value);
  }

  private void pair(String program) throws InterruptedException {
    List<String> command = programs.getOrDefault(program, List.of());
    try (Host a = new Host(A, command);
        Host b = new Host(B, command)) {
      record(program, "start to ready, s", a.startSeconds());
      Host.cable(a, b, "10.9.0");
      a.configure(1001, "10.10.0.1");
      b.configure(1002, "10.10.0.2");
      a.peer(b, "10.9.0.2:1002", "10.10.0.2/32");
      b.peer(a, "10.9.0.1:1001", "10.10.0.1/32");
      a.inside("ping", "-c", "3", "-i", "0.2", "10.10.0.2");
      record(program, "memory after start, MB", a.residentMegabytes());
      Process server = b.begin("iperf3", "-s");
      TimeUnit.MILLISECONDS.sleep(300);
      a.inside("iperf3", "-c", "10.10.0.2", "-t", "3", "-C", "cubic");
      List<Host> both = List.of(a, b);
      perCore(program, "TCP 1 flow", both, () -> tcp(a));
      perCore(program, "TCP 4 flows", both, () -> tcp(a, "-P", "4"));
      perCore(program, "TCP reverse", both, () -> tcp(a, "-R"));
      perCore(program, "TCP both ways", both, () -> tcp(a, "--bidir"));
      record(
          program, "memory under load, MB", Math.max(a.residentMegabytes(), b.residentMegabytes()));
      double before = cpu(both);
      record(program, "UDP 64 B, 200 kpps offered: delivered kpps", udp(a, 64, "102.4M"));
      record(program, "UDP 64 B: tunnel cores", (cpu(both) - before) / seconds);
      record(program, "UDP 1372 B, 3 Gb/s offered: delivered kpps", udp(a, 1372, "3G"));
      double[] idle = echoes(a.inside("ping", "-c", "300", "-i", "0.01", "10.10.0.2"));
      record(program, "round trip idle, median ms", quantile(idle, 0.5));
      record(program, "round trip idle, 99 % ms", quantile(idle, 0.99));
      Process load = a.begin("iperf3", "-c", "10.10.0.2", "-t", "" + (seconds + 2), "-C", "cubic");
      TimeUnit.SECONDS.sleep(1);
      double[] loaded = echoes(a.inside("ping", "-c", "200", "-i", "0.02", "10.10.0.2"));
      record(program, "round trip under load, median ms", quantile(loaded, 0.5));
      load.waitFor();
      server.destroy();
      server.waitFor();
    }
  }

  private void hub(String program) throws InterruptedException {
    List<String> command = programs.getOrDefault(program, List.of());
    try (Host a = new Host(A, command);
        Host hub = new Host(HUB, command);
        Host b = new Host(B, command)) {
      Host.cable(a, hub, "10.9.1");
      Host.cable(b, hub, "10.9.2");
      hub.inside("sysctl", "-qw", "net.ipv4.ip_forward=1");
      a.configure(1001, "10.10.0.1");
      hub.configure(1000, "10.10.0.254");
      b.configure(1002, "10.10.0.2");
      a.peer(hub, "10.9.1.2:1000", "10.10.0.0/24");
      b.peer(hub, "10.9.2.2:1000", "10.10.0.0/24");
      hub.peer(a, "10.9.1.1:1001", "10.10.0.1/32");
      hub.peer(b, "10.9.2.1:1002", "10.10.0.2/32");
      a.inside("ping", "-c", "3", "-i", "0.2", "10.10.0.2");
      Process server = b.begin("iperf3", "-s");
      TimeUnit.MILLISECONDS.sleep(300);
      a.inside("iperf3", "-c", "10.10.0.2", "-t", "3", "-C", "cubic");
      perCore(program, "forwarded by a hub (its core)", List.of(hub), () -> tcp(a));
      server.destroy();
      server.waitFor();
    }
  }

  private void peers(String program) throws InterruptedException {
    List<String> command = programs.getOrDefault(program, List.of());
    try (Host a = new Host(A, command)) {
      a.configure(1001, "10.10.0.1");
      a.setPeers(IDLE_PEERS);
      TimeUnit.SECONDS.sleep(IDLE_SETTLE_SECONDS);
      long before = a.wakeups();
      TimeUnit.SECONDS.sleep(IDLE_SECONDS);
      record(
          program,
          "wake-ups a second, 1,000 idle peers",
          (a.wakeups() - before) / (double) IDLE_SECONDS);
      long start = System.nanoTime();
      a.setPeers(MANY_PEERS);
      record(program, "10,000 peers by setconf, s", (System.nanoTime() - start) / 1e9);
    }
  }

  /** Gb/s, and Gb/s for each core that the hosts' programs used meanwhile. */
  private void perCore(String program, String measure, List<Host> hosts, Supplier<Double> work) {
    double before = cpu(hosts);
    double gigabits = work.get();
    double cores = (cpu(hosts) - before) / seconds;
    record(program, measure + ", Gb/s", gigabits);
    record(program, measure + ", Gb/s per tunnel core", gigabits / cores);
  }

  private static double cpu(List<Host> hosts) {
    return hosts.stream().mapToDouble(Host::cpuSeconds).sum();
  }

  private double tcp(Host client, String... more) {
    var command =
        new ArrayList<>(
            List.of("iperf3", "-c", "10.10.0.2", "-f", "m", "-C", "cubic", "-t", "" + seconds));
    command.addAll(List.of(more));
    String output = client.inside(command.toArray(String[]::new));
    // With several flows the sum comes last; both ways, each way has its line.
    double last = 0;
    double sum = 0;
    Matcher rate = RATE.matcher(output);
    while (rate.find()) {
      last = Double.parseDouble(rate.group(1));
      sum += last;
    }
    return (Arrays.asList(more).contains("--bidir") ? sum : last) / 1000;
  }

  private double udp(Host client, int bytes, String rate) {
    String output =
        client.inside(
            "iperf3",
            "-c",
            "10.10.0.2",
            "-f",
            "m",
            "-u",
            "-b",
            rate,
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

  private static double[] echoes(String output) {
    return ECHO.matcher(output)
        .results()
        .mapToDouble(match -> Double.parseDouble(match.group(1)))
        .sorted()
        .toArray();
  }

  private static double quantile(double[] sorted, double share) {
    return sorted.length == 0
        ? Double.NaN
        : sorted[(int) Math.min(sorted.length - 1, share * sorted.length)];
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
  }

  private void print() {
    var names = List.copyOf(programs.keySet());
    System.out.println("| median of " + runs + " | " + String.join(" | ", names) + " | ratio |");
    System.out.println("|---" + "|---".repeat(names.size() + 1) + "|");
    for (var measure : results.entrySet()) {
      var row = new StringBuilder("| ").append(measure.getKey());
      for (String name : names) {
        double value = median(measure.getValue().getOrDefault(name, List.of()));
        row.append(" | ").append(String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.1f", value));
      }
      double ratio =
          median(measure.getValue().getOrDefault(names.get(0), List.of()))
              / median(measure.getValue().getOrDefault(names.get(1), List.of()));
      row.append(" | ").append(String.format(Locale.ROOT, "%.2f |", ratio));
      System.out.println(row);
    }
  }
}
