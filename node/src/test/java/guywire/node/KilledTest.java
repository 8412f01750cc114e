package guywire.node;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.NodeConfig;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** As {@link EndedInTheMiddleTest}, with a real process that really ends, on a real host. */
class KilledTest {

  /** A process that takes a host from one configuration to another and ends at a step. */
  static final class Doomed {
    private Doomed() {}

    /** Arguments: the machine's pid, the seed, the step; whether it waits there for its end. */
    public static void main(String[] arguments) {
      var nodes = new RandomNodes(new Random(Long.parseLong(arguments[1])), false);
      nodes.next();
      int[] left = {Integer.parseInt(arguments[2])};
      NodeSetup.apply(
          nodes.next(),
          Machine.of(Long.parseLong(arguments[0])),
          TunnelProgram.WIREGUARD_GO,
          _ -> {
            if (left[0]-- == 0) {
              if (!Boolean.parseBoolean(arguments[3])) {
                Runtime.getRuntime().halt(137);
              }
              System.out.println("waits");
              System.out.flush();
              SlowSetup.stop();
            }
          });
    }
  }

  /**
   * A host that is one configuration, and the step at which its change to another ends.
   *
   * @param a what it is
   * @param b what it is to be
   * @param before how it was without either
   * @param steps how many there are
   */
  private record Change(
      TestMachine machine, NodeConfig a, NodeConfig b, String before, int step, int steps) {

    static Change begin(TestMachine machine, TestMachine other, Random random) throws Exception {
      machine.connect(other, "192.0.2.1", "192.0.2.2");
      String before = machine.settings();
      var nodes = new RandomNodes(random, false);
      var a = nodes.next();
      var b = nodes.next();
      NodeSetup.apply(a, machine.machine(), TunnelProgram.WIREGUARD_GO, Progress.SILENT);
      int steps = NodeSetup.drift(b, machine.machine(), TunnelProgram.WIREGUARD_GO).size();
      return new Change(machine, a, b, before, random.nextInt(steps), steps);
    }

    Process doomed(long seed, boolean waits) throws IOException {
      return new ProcessBuilder(
              LongProcess.java(
                  "64m",
                  Doomed.class.getName(),
                  String.valueOf(machine.machine().pid().orElseThrow()),
                  String.valueOf(seed),
                  String.valueOf(step),
                  String.valueOf(waits)))
          .redirectError(ProcessBuilder.Redirect.INHERIT)
          .start();
    }

    void isAll(NodeConfig wanted) {
      assertThat(NodeSetup.drift(wanted, machine.machine(), TunnelProgram.WIREGUARD_GO)).isEmpty();
    }

    /** Takes all nodes back, after which nothing of them is left. */
    void leavesNothing() throws Exception {
      for (var name : NodeState.recorded(machine.machine())) {
        NodeSetup.takeBack(machine.machine(), name, Progress.SILENT);
      }
      assertThat(machine.settings()).as("step %d of %d", step, steps).isEqualTo(before);
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void a_change_that_is_killed_is_mended_by_the_next_command(long seed) throws Exception {
    try (var machine = new TestMachine();
        var other = new TestMachine()) {
      var random = new Random(seed);
      var change = Change.begin(machine, other, random);
      assertThat(change.doomed(seed, false).waitFor()).isEqualTo(137);

      if (random.nextBoolean()) {
        NodeSetup.apply(change.b(), machine.machine(), TunnelProgram.WIREGUARD_GO, Progress.SILENT);
        change.isAll(change.b());
      }
      change.leavesNothing();
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void a_change_that_is_interrupted_is_undone_before_the_command_ends(long seed) throws Exception {
    try (var machine = new TestMachine();
        var other = new TestMachine()) {
      var change = Change.begin(machine, other, new Random(seed));
      String atA = machine.settings();
      var command = change.doomed(seed, true);
      assertThat(command.inputReader().lines().anyMatch("waits"::equals)).isTrue();
      command.destroy();
      command.waitFor();
      assertThat(machine.settings())
          .as("step %d of %d", change.step(), change.steps())
          .isEqualTo(atA);
      change.isAll(change.a());
      change.leavesNothing();
    }
  }

  /** A process that is a node on its own host, for what a machine in namespaces does otherwise. */
  static final class Local {
    private Local() {}

    /** Arguments: what the node's name server is, or nothing; then what is to be done. */
    public static void main(String[] arguments) {
      var node = Nodes.node(guywire.protocol.PrivateKey.generate(new Random(1)), "10.9.0.1/24");
      if (!arguments[0].isEmpty()) {
        node.dns =
            new guywire.network.DnsClient(
                java.util.List.of(guywire.address.IpAddress.parse(arguments[0])),
                java.util.List.of("home.internal"));
      }
      var applied =
          NodeSetup.apply(
              node.config(), Machine.LOCAL, TunnelProgram.WIREGUARD_GO, Progress.SILENT);
      System.out.println(applied.changes().size());
      if (arguments[1].equals("down")) {
        applied.takeBack();
      }
    }
  }

  private static String local(TestMachine machine, String dns, String then) {
    var command = LongProcess.java("64m", Local.class.getName(), dns, then);
    return machine.run(command.toArray(String[]::new));
  }

  @Test
  void resolvconf_is_given_the_settings_and_they_are_taken_from_it_again() throws Exception {
    try (var machine = new TestMachine()) {
      local(machine, "10.9.0.53", "stay");
      assertThat(machine.run("resolvconf", "-l", "wg0"))
          .contains("nameserver 10.9.0.53")
          .contains("search home.internal");
      assertThat(local(machine, "10.9.0.53", "stay")).endsWith("0");
      machine.run("resolvconf", "-d", "wg0", "-f");
      assertThat(local(machine, "10.9.0.53", "stay")).endsWith("1");
      assertThat(local(machine, "10.9.0.54", "stay")).endsWith("1");
      assertThat(machine.run("resolvconf", "-l", "wg0")).contains("nameserver 10.9.0.54");
      assertThat(local(machine, "", "stay")).endsWith("1");
      assertThat(machine.succeeds("resolvconf", "-l", "wg0")).isFalse();
      local(machine, "10.9.0.53", "down");
      assertThat(machine.succeeds("resolvconf", "-l", "wg0")).isFalse();
    }
  }

  @Test
  void where_there_was_no_file_for_the_resolver_there_is_none_again() throws Exception {
    try (var machine = new TestMachine()) {
      machine.run(
          "sh",
          "-c",
          "umount /etc/resolv.conf && rm /etc/resolv.conf"
              + " && mount --bind /dev/null $(readlink -f $(command -v resolvconf))");
      local(machine, "10.9.0.53", "stay");
      assertThat(machine.run("cat", "/etc/resolv.conf")).contains("nameserver 10.9.0.53");
      local(machine, "10.9.0.53", "down");
      assertThat(machine.succeeds("test", "-e", "/etc/resolv.conf")).isFalse();
    }
  }

  /** A process that is killed when it has told the kernel to go on listening to routers. */
  static final class Listening {
    private Listening() {}

    /** Arguments: the machine's pid. */
    public static void main(String[] arguments) {
      var node = Nodes.node(guywire.protocol.PrivateKey.generate(new Random(1)), "10.9.0.1/24");
      node.forwardingIpv6 = guywire.network.Forwarding.ON;
      boolean[] listens = {false};
      NodeSetup.apply(
          node.config(),
          Machine.of(Long.parseLong(arguments[0])),
          TunnelProgram.WIREGUARD_GO,
          step -> {
            if (listens[0]) {
              Runtime.getRuntime().halt(137);
            }
            listens[0] = step.toString().contains("accept_ra");
          });
    }
  }

  @Test
  void who_was_killed_listens_to_routers_no_more_than_before() throws Exception {
    try (var machine = new TestMachine();
        var other = new TestMachine()) {
      machine.connect(other, "192.0.2.1", "192.0.2.2");
      machine.run("ip", "-6", "address", "add", "fe80::1/64", "dev", "eth0", "nodad");
      machine.run(
          "ip", "-6", "route", "add", "default", "via", "fe80::2", "dev", "eth0", "proto", "ra");
      String before = machine.settings();
      var command =
          LongProcess.java(
              "64m",
              Listening.class.getName(),
              String.valueOf(machine.machine().pid().orElseThrow()));
      assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isEqualTo(137);
      assertThat(machine.run("sysctl", "-n", "net.ipv6.conf.eth0.accept_ra")).isEqualTo("2");

      NodeSetup.takeBack(machine.machine(), Nodes.WG0, Progress.SILENT);
      assertThat(machine.run("sysctl", "-n", "net.ipv6.conf.eth0.accept_ra")).isEqualTo("1");
      assertThat(machine.settings()).isEqualTo(before);
    }
  }
}
