package guywire.bench;

import java.util.List;

/** Two hosts that speak with each other through a third one: tunnel in, tunnel out. */
final class HubBench {

  private static final String A = "gbencha";
  private static final String B = "gbenchb";
  private static final String HUB = "gbenchh";

  /** What is done between the first host and the last. */
  interface Work {
    void with(Host a, Host hub, Host b) throws InterruptedException;
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
          Traffic.tcp(a, 3);
          Host.perCore(
              results,
              program,
              "forwarded by a hub (its core)",
              List.of(hub),
              seconds,
              () -> Traffic.tcp(a, seconds));
        });
  }

  /** Does something between a host and the hub that forwards what it sends to another one. */
  static void between(List<String> command, Work work) throws InterruptedException {
    try (Host a = new Host(A, command);
        Host hub = new Host(HUB, command);
        Host b = new Host(B, command)) {
      Host.cable(a, hub, "10.9.1");
      Host.cable(b, hub, "10.9.2");
      hub.inside("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
      a.configure(1001, 1);
      hub.configure(1000, 254);
      b.configure(1002, 2);
      a.peer(hub, "10.9.1.2:1000", "10.10.0.0/24,fd10::/64");
      b.peer(hub, "10.9.2.2:1000", "10.10.0.0/24,fd10::/64");
      hub.peer(a, "10.9.1.1:1001", Host.inner(1));
      hub.peer(b, "10.9.2.1:1002", Host.inner(2));
      Pair.serve(a, b, () -> work.with(a, hub, b));
    }
  }
}
