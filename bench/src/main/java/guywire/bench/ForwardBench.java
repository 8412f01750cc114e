package guywire.bench;

import guywire.address.IpAddress;
import guywire.agent.ForwardMessage;
import guywire.agent.ForwardMessage.Reply;
import guywire.agent.ForwardRequest;
import guywire.lab.Lab;
import guywire.lab.LabHost;
import guywire.lab.LabListener;
import guywire.lab.LabOptions;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.Transport;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import java.io.IOException;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures how much a forward that was asked for carries, held against the tunnel that it is asked
 * through: TCP from the asker to the gateway itself, and to a machine behind it by the gateway's
 * port, in turns, in a lab.
 */
final class ForwardBench {

  private static final Name ASKER = new Name("macbook");
  private static final Name GATEWAY = new Name("home-gw");
  private static final String TARGET = "home-server";

  /** As the example has it. */
  private static final IpAddress TARGET_ADDRESS = IpAddress.parse("192.168.1.10");

  /** Where iperf3 listens unless it is told otherwise. */
  private static final int IPERF_PORT = 5201;

  private static final int PORT = 2222;

  /** What the example lets through, and what is measured here. */
  private static final String LINE = "on tcp/22, udp/5353\n";

  private static final String MEASURED =
      "on tcp/" + IPERF_PORT + "\n  - macbook may reach home-gw on tcp/" + IPERF_PORT + "\n";

  private static final String PLAIN = "the tunnel alone";
  private static final String FORWARDED = "the forward";
  private static final int SECONDS = 8;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Lab lab;

  private ForwardBench(Lab lab) {
    this.lab = lab;
  }

  /**
   * Prints the table.
   *
   * @param words the definition; how often each is measured
   */
  public static void main(String[] words) throws IOException {
    int runs = Integer.parseInt(words[1]);
    try (var lab = Lab.start(network(words[0]), LabOptions.USUAL, LabListener.SILENT)) {
      System.out.print(new ForwardBench(lab).measured(runs).table(runs));
    }
    System.exit(0);
  }

  private static Network network(String file) throws IOException {
    String text = Files.readString(Path.of(file));
    String changed = text.substring(0, text.indexOf("expect:")).replace(LINE, MEASURED);
    var definition = Definition.parse(file, changed).definition().orElseThrow();
    return Planner.plan(definition, KeyStore.ofSeed(1)).network().orElseThrow();
  }

  private Results measured(int runs) throws IOException {
    var usual = lab.network().node(GATEWAY).orElseThrow().interfaces().getFirst();
    var gateway = InetAddress.getByName(usual.addresses().getFirst().address().toString());
    var servers = new ArrayList<Process>();
    try {
      for (var name : List.of(GATEWAY.text(), TARGET)) {
        servers.add(in(name, List.of("iperf3", "-s")));
      }
      var asked =
          ForwardRequest.ask(
              lab.controlOf(ASKER).call(() -> DatagramChannel.open(StandardProtocolFamily.INET)),
              gateway,
              ForwardMessage.open(1, Transport.TCP, PORT, TARGET_ADDRESS, IPERF_PORT, 3600),
              PATIENCE);
      if (!asked.flatMap(ForwardMessage::reply).equals(Optional.of(Reply.DONE))) {
        throw new IllegalStateException("the gateway does not forward: " + asked);
      }
      var results = new Results(List.of(FORWARDED, PLAIN));
      for (int i = 0; i < runs; i++) {
        for (var way : List.of("", "-R")) {
          String measure = way.isEmpty() ? "to the server, Gb/s" : "from the server, Gb/s";
          results.record(PLAIN, measure, gigabits(gateway, IPERF_PORT, way));
          results.record(FORWARDED, measure, gigabits(gateway, PORT, way));
        }
      }
      return results;
    } finally {
      servers.forEach(Process::destroy);
    }
  }

  private double gigabits(InetAddress to, int port, String way) throws IOException {
    var command = new ArrayList<>(List.of("iperf3", "-c", to.getHostAddress(), "-p", "" + port));
    command.addAll(List.of("-f", "m", "-C", "cubic", "-t", "" + SECONDS));
    if (!way.isEmpty()) {
      command.add(way);
    }
    // The server of the run before may not listen yet.
    for (int i = 0; ; i++) {
      double rate =
          LoadTools.gigabits(
              Shell.output(in(ASKER.text(), Shell.limited(SECONDS, command))), false);
      if (rate > 0) {
        return rate;
      }
      if (i == 10) {
        throw new IllegalStateException(String.join(" ", command) + ": nothing arrives");
      }
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
    }
  }

  private Process in(String machine, List<String> command) throws IOException {
    var all =
        new ArrayList<>(
            lab.hosts().stream()
                .filter(host -> host.name().equals(machine))
                .findFirst()
                .map(LabHost::enter)
                .orElseThrow());
    all.addAll(command);
    return new ProcessBuilder(all).redirectErrorStream(true).start();
  }
}
