package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * An interface moved to another network namespace: its packets come and go there, its datagrams
 * still by the namespace that it was made in.
 */
@Timeout(60)
class MovedInterfaceTest {

  @Test
  void it_works_elsewhere_is_set_down_and_up_and_gets_its_mtu_there_and_moves_back() {
    var guywire = Pair.Program.guywire();
    try (Pair pair = new Pair(guywire, guywire).configured(false, 1420)) {
      assertThat(pair.reaches("10.10.0.2")).isTrue();
      String home = pair.a.namespaceName;
      String inner = home + "i";
      Shell.run("ip", "netns", "add", inner);
      try {
        move(pair, home, inner);
        Pair.await("the port to be free", () -> !listens(pair));
        configure(pair, inner, 1301);
        Pair.await("the port to be taken at home", () -> listens(pair));
        assertThat(run(inner, "ss", "-Huln")).isEmpty();
        Pair.await("a ping from there", () -> pings(inner));
        // Padding ends at the MTU, which was set after the move.
        assertPadded(pair, inner, 1301);
        for (int i = 0; i < 5; i++) {
          Shell.run("ip", "-n", inner, "link", "set", pair.a.interfaceName, "down");
          Pair.await("the port to be free", () -> !listens(pair));
          Shell.run("ip", "-n", inner, "link", "set", pair.a.interfaceName, "up");
          Pair.await("the port to be taken", () -> listens(pair));
        }
        Pair.await("a ping after that", () -> pings(inner));

        move(pair, inner, home);
        configure(pair, home, 1203);
        Pair.await("a ping from home", () -> pings(home));
        assertPadded(pair, home, 1203);
        assertThat(pair.a.logText()).doesNotContain("error");
      } finally {
        Shell.run("ip", "netns", "del", inner);
      }
    }
  }

  @Test
  void it_ends_with_the_namespace_that_it_was_moved_to() {
    var guywire = Pair.Program.guywire();
    try (Pair pair = new Pair(guywire, guywire)) {
      String inner = pair.a.namespaceName + "i";
      Shell.run("ip", "netns", "add", inner);
      move(pair, pair.a.namespaceName, inner);
      Shell.run("ip", "netns", "del", inner);
      Pair.await("the end of the process", () -> !pair.a.process.isAlive());
      assertThat(pair.a.socket()).doesNotExist();
      assertThat(pair.b.process.isAlive()).isTrue();
    }
  }

  private static void move(Pair pair, String from, String to) {
    Shell.run("ip", "-n", from, "link", "set", pair.a.interfaceName, "netns", to);
  }

  private static void configure(Pair pair, String namespace, int mtu) {
    String name = pair.a.interfaceName;
    Shell.run("ip", "-n", namespace, "addr", "add", "10.10.0.1/24", "dev", name);
    Shell.run("ip", "-n", namespace, "link", "set", name, "mtu", String.valueOf(mtu), "up");
  }

  private static boolean listens(Pair pair) {
    return run(pair.a.namespaceName, "ss", "-Huln").contains(":1001");
  }

  private static boolean pings(String namespace, String... options) {
    var command = new ArrayList<>(List.of("ping", "-c", "1", "-W", "2"));
    command.addAll(List.of(options));
    command.add("10.10.0.2");
    return in(namespace, command).code() == 0;
  }

  /** An echo request as long as the MTU, which is no multiple of 16. */
  private static void assertPadded(Pair pair, String namespace, int mtu) {
    long before = pair.a.transfer().get(1);
    assertThat(pings(namespace, "-M", "do", "-s", String.valueOf(mtu - 28))).isTrue();
    assertThat(pair.a.transfer().get(1) - before).isEqualTo(mtu + 32);
  }

  private static String run(String namespace, String... command) {
    return in(namespace, List.of(command)).output();
  }

  private static Shell.Result in(String namespace, List<String> command) {
    var all = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
    all.addAll(command);
    return Shell.attempt(all, "");
  }
}
