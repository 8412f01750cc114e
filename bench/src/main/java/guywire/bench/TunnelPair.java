package guywire.bench;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** Two hosts with one program and a tunnel between them, in whose second iperf3 serves. */
final class TunnelPair {

  private static final String A = "gbencha";
  private static final String B = "gbenchb";

  /** What is done between them. */
  interface Work {
    void with(BenchHost a, BenchHost b) throws InterruptedException;
  }

  /** What is done while iperf3 serves. */
  interface Served {
    void run() throws InterruptedException;
  }

  private TunnelPair() {}

  static void between(List<String> command, Work work) throws InterruptedException {
    try (BenchHost a = new BenchHost(A, command);
        BenchHost b = new BenchHost(B, command)) {
      BenchHost.cable(a, b, "10.9.0");
      a.configure(1001, 1);
      b.configure(1002, 2);
      a.peer(b, "10.9.0.2:1002", BenchHost.inner(2));
      b.peer(a, "10.9.0.1:1001", BenchHost.inner(1));
      serve(a, b, () -> work.with(a, b));
    }
  }

  /** Does something when the second host has answered the first and serves. */
  static void serve(BenchHost a, BenchHost b, Served work) throws InterruptedException {
    a.inside("ping", "-c", "3", "-i", "0.2", LoadTools.DESTINATION);
    Process server = b.serve("iperf3", "-s");
    TimeUnit.MILLISECONDS.sleep(300);
    try {
      work.run();
    } finally {
      server.destroy();
      server.waitFor();
    }
  }
}
