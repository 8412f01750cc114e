package guywire.bench;

import java.util.List;

/** Two hosts that speak with each other through a third one: tunnel in, tunnel out. */
final class HubBench {

  private static final String A = "gbencha";
  private static final String B = "gbenchb";
  private static final String HUB = "gbenchh";

  /** What is done between the first host and the last. */
  interface Work {
    void with(BenchHost a, BenchHost hub, BenchHost b) throws InterruptedException;
  }

  private final String program;
  private final List<String> command;
  private final int seconds;
  private final Results results;

  HubBench(String program, List<String> command, int seconds, Results results) {
    this.program = program;
    this.command = command;
    this.seconds = seconds;
    this.results = results;
  }

  void run() throws InterruptedException {
    between(
        command,
        (a, hub, b) -> {
          LoadTools.tcp(a, 3);
          BenchHost.perCore(
              results,
              program,
              "forwarded by a hub (its core)",
              List.of(hub),
              seconds,
              () -> LoadTools.tcp(a, seconds));
        });
  }

  /** Does something between a host and the hub that forwards what it sends to another one. */
  static void between(List<String> command, Work work) throws InterruptedException {
    try (BenchHost a = new BenchHost(A, command);
        BenchHost hub = new BenchHost(HUB, command);
        BenchHost b = new BenchHost(B, command)) {
      BenchHost.cable(a, hub, "10.9.1");
      BenchHost.cable(b, hub, "10.9.2");
      hub.inside("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
      a.configure(1001, 1);
      hub.configure(1000, 254);
      b.configure(1002, 2);
      a.peer(hub, "10.9.1.2:1000", "10.10.0.0/24,fd10::/64");
      b.peer(hub, "10.9.2.2:1000", "10.10.0.0/24,fd10::/64");
      hub.peer(a, "10.9.1.1:1001", BenchHost.inner(1));
      hub.peer(b, "10.9.2.1:1002", BenchHost.inner(2));
      TunnelPair.serve(a, b, () -> work.with(a, hub, b));
    }
  }
}
