package guywire.node;

import guywire.protocol.PrivateKey;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** A process that sets up a full tunnel and stops for good at its first route. */
final class SlowSetup {

  private SlowSetup() {}

  static List<String> command(Machine machine, PrivateKey key, PrivateKey other) {
    return LongProcess.java(
        "64m",
        SlowSetup.class.getName(),
        String.valueOf(machine.pid().orElseThrow()),
        key.base64(),
        other.base64());
  }

  /** Arguments: the machine's pid, and two keys made for this test alone. */
  public static void main(String[] arguments) {
    var node =
        Nodes.node(PrivateKey.parse(arguments[1]).orElseThrow(), "10.9.0.1/24")
            .peer(
                PrivateKey.parse(arguments[2]).orElseThrow(),
                Optional.empty(),
                "192.0.2.77:51820",
                "0.0.0.0/0");
    node.forwarding = guywire.network.Forwarding.ON;
    NodeSetup.apply(
        node.config(),
        Machine.of(Long.parseLong(arguments[0])),
        TunnelProgram.WIREGUARD_GO,
        step -> {
          System.out.println(step);
          System.out.flush();
          if (step.key().equals("step.route")) {
            stop();
          }
        });
  }

  /** Stops this thread until it is interrupted, as it is when the process is told to end. */
  static void stop() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
