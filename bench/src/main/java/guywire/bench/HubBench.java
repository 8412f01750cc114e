package guywire.bench;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** Two hosts that speak with each other through a third one: tunnel in, tunnel out. */
final class HubBench {

  private static final String A = "gbencha";
  private static final String B = "gbenchb";
  private static final String HUB = "gbenchh";

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
      a.inside("ping", "-c", "3", "-i", "0.2", Traffic.DESTINATION);
      Process server = b.begin("iperf3", "-s");
      TimeUnit.MILLISECONDS.sleep(300);
      Traffic.tcp(a, 3);
      Host.perCore(
          results,
          program,
          "forwarded by a hub (its core)",
          List.of(hub),
          seconds,
          () -> Traffic.tcp(a, seconds));
      server.destroy();
      server.waitFor();
    }
  }
}
