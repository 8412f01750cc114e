package guywire.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Many unlike flows at once: TCP with five segment sizes over IPv4 and IPv6, UDP of four sizes and
 * of sizes by chance, and echoes that have to be fragmented.
 */
final class MixtureBench {

  private static final List<String> SEGMENTS = List.of("", "536", "700", "1000", "1333");
  private static final List<String> DESTINATIONS = List.of(LoadTools.DESTINATION, "fd10::2");
  private static final int FIRST_PORT = 5301;
  private static final int DATAGRAMS_A_SECOND = 1000;
  private static final int DESTINATION = 0x0a0a0002;
  private static final Pattern LOSS = Pattern.compile("([\\d.]+)% packet loss");

  private final String program;
  private final List<String> command;
  private final int seconds;
  private final Results results;

  MixtureBench(String program, List<String> command, int seconds, Results results) {
    this.program = program;
    this.command = command;
    this.seconds = seconds;
    this.results = results;
  }

  /** Through one tunnel. */
  void run() throws InterruptedException {
    TunnelPair.between(command, (a, b) -> mix("15 flows", a, b));
  }

  /** Through a hub that forwards. */
  void throughHub() throws InterruptedException {
    HubBench.between(command, (a, _, b) -> mix("15 flows through a hub", a, b));
  }

  private void mix(String measure, BenchHost a, BenchHost b) throws InterruptedException {
    var servers = new ArrayList<Process>();
    for (int i = 0; i < SEGMENTS.size() * DESTINATIONS.size(); i++) {
      servers.add(b.serve("iperf3", "-s", "-p", "" + (FIRST_PORT + i)));
    }
    LoadTools.tcp(a, 3);
    Program counting = Program.begin(b.name(), Datagrams.class, List.of());
    var clients = new ArrayList<Process>();
    for (String segment : SEGMENTS) {
      for (String destination : DESTINATIONS) {
        String port = "" + (FIRST_PORT + clients.size());
        var client = new ArrayList<>(List.of("iperf3", "-c", destination, "-p", port));
        client.addAll(List.of("-f", "m", "-C", "cubic", "-t", "" + (seconds + 1)));
        client.addAll(segment.isEmpty() ? List.of() : List.of("-M", segment));
        clients.add(a.beginTelling(seconds + 1, client.toArray(String[]::new)));
      }
    }
    Program sending =
        Program.begin(
            a.name(), Datagrams.class, List.of("" + DESTINATION, "" + DATAGRAMS_A_SECOND));
    String echoes =
        a.inside(
            seconds, "sh", "-c", "ping -s 4000 -c " + seconds * 20 + " -i 0.05 10.10.0.2 || true");
    double sent = Double.parseDouble(sending.end());
    double gigabits = 0;
    for (Process client : clients) {
      gigabits += LoadTools.gigabits(Shell.output(client), false);
    }
    double counted = Double.parseDouble(counting.end());
    servers.forEach(Process::destroy);
    for (Process server : servers) {
      server.waitFor(2, TimeUnit.SECONDS);
    }
    results.record(program, measure + ": TCP, Gb/s", gigabits);
    results.record(program, measure + ": UDP lost, %", 100 * (sent - counted) / sent);
    Matcher loss = LOSS.matcher(echoes);
    results.record(
        program,
        measure + ": echoes of 4,000 bytes lost, %",
        loss.find() ? Double.parseDouble(loss.group(1)) : 100);
    Quantiles times = LoadTools.echoes(echoes);
    results.record(program, measure + ": echoes of 4,000 bytes, median ms", times.median());
  }
}
