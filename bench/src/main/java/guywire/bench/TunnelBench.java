package guywire.bench;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Guywire's data plane beside other WireGuard programs: two or three hosts in namespaces on this
 * machine, iperf3 and ping through the tunnel, runs interleaved, medians. Prints a Markdown table.
 */
public final class TunnelBench {

  private static final String GUYWIRE = "guywire";
  private static final String REFERENCE = "wireguard-go";
  private static final String NEWEST = "newest wireguard-go";

  private static final String USAGE =
      "usage: tunnels [--runs N] [--seconds N] [--only ROW,ROW...] [--program NAME] [--newest PATH]";

  private TunnelBench() {}

  /**
   * Measures and prints.
   *
   * @param arguments {@code [--runs N] [--seconds N] [--only ROWS] [--program NAME] [--newest
   *     PATH]}: how often, how long each, which rows, which program alone, and a newer wireguard-go
   *     for a third column
   */
  public static void main(String[] arguments) throws InterruptedException {
    var programs = new LinkedHashMap<String, List<String>>();
    programs.put(GUYWIRE, List.of(System.getProperty("guywire.home", ".") + "/guywire-tunnel"));
    programs.put(REFERENCE, List.of("wireguard-go"));
    int runs = 5;
    int seconds = 4;
    String alone = "";
    Set<Row> rows = EnumSet.allOf(Row.class);
    try {
      for (int i = 0; i < arguments.length; i += 2) {
        String value = i + 1 < arguments.length ? arguments[i + 1] : "";
        switch (arguments[i]) {
          case "--runs" -> runs = Integer.parseInt(value);
          case "--seconds" -> seconds = Integer.parseInt(value);
          case "--only" -> rows = Row.parse(value);
          case "--program" -> alone = value;
          case "--newest" -> programs.put(NEWEST, List.of(value));
          default -> throw new IllegalArgumentException("unknown option " + arguments[i]);
        }
      }
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage() + "\n" + USAGE);
      System.exit(2);
    }
    measure(programs, rows, runs, seconds, alone);
  }

  private static void measure(
      Map<String, List<String>> programs, Set<Row> rows, int runs, int seconds, String alone)
      throws InterruptedException {
    var results = new Results(List.copyOf(programs.keySet()));
    double equalGigabits =
        rows.contains(Row.RTT_EQUAL)
            ? new PairBench(REFERENCE, List.of("wireguard-go"), rows, seconds, results).capacity()
            : 0;
    for (int run = 1; run <= runs; run++) {
      for (var program : programs.entrySet()) {
        String name = program.getKey();
        if (!alone.isEmpty() && !alone.equals(name)) {
          continue;
        }
        System.err.println("run " + run + " of " + runs + ": " + name);
        var pair = new PairBench(name, program.getValue(), rows, seconds, results);
        if (rows.stream().anyMatch(Row.OF_A_PAIR::contains)) {
          pair.run(equalGigabits);
        }
        if (rows.contains(Row.WARM_UP)) {
          pair.warmUp(0);
          pair.warmUp(2);
        }
        if (rows.contains(Row.BUSY_2)) {
          pair.busy(2);
        }
        if (rows.contains(Row.BUSY_4)) {
          pair.busy(4);
        }
        if (rows.contains(Row.HUB)) {
          new HubBench(name, program.getValue(), seconds, results).run();
        }
        var mixture = new MixtureBench(name, program.getValue(), seconds, results);
        if (rows.contains(Row.MIXED)) {
          mixture.run();
        }
        if (rows.contains(Row.MIXED_HUB)) {
          mixture.throughHub();
        }
        var strangers = new StrangersBench(name, program.getValue(), seconds, results);
        for (Strangers.Kind kind : Strangers.Kind.values()) {
          if (rows.contains(kind.row())) {
            strangers.run(kind);
          }
        }
        var peers = new PeersBench(name, program.getValue(), results);
        // Waiting for nothing to happen takes long, and hardly wavers.
        if (rows.contains(Row.IDLE) && run == 1) {
          peers.idle();
        }
        if (rows.contains(Row.IDLE_LATER) && run == 1) {
          peers.ended();
        }
        if (rows.contains(Row.SETCONF)) {
          peers.setconf();
        }
        if (rows.contains(Row.HANDSHAKES)) {
          peers.handshakes();
        }
      }
    }
    System.out.print(results.table(runs));
  }
}
