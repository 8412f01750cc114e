package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One process serves tunnels for machines that have nothing in common but it. */
@Timeout(60)
class ManyTunnelsTest {

  /** A machine: a process with a network of its own and a /run of its own. */
  private record Host(Process process) implements AutoCloseable {

    static Host start() throws IOException {
      String setUp =
          "mount -t tmpfs none /run && ip link set lo up && echo there && exec sleep 300";
      var host = new Host(new ProcessBuilder("unshare", "-n", "-m", "bash", "-c", setUp).start());
      assertThat(host.process.inputReader().readLine()).isEqualTo("there");
      return host;
    }

    String pid() {
      return String.valueOf(process.pid());
    }

    Shell.Result attempt(String... command) {
      var whole = new ArrayList<>(List.of("nsenter", "-t", pid(), "-n", "-m", "--"));
      whole.addAll(List.of(command));
      return Shell.attempt(whole, "");
    }

    String run(String... command) {
      var result = attempt(command);
      assertThat(result.code()).as(result.output()).isZero();
      return result.output().strip();
    }

    boolean has(String link) {
      return attempt("ip", "link", "show", link).code() == 0;
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  /** The program, in this process. */
  private static final class Program implements AutoCloseable {

    private final PipedOutputStream wishes = new PipedOutputStream();
    private final ByteArrayOutputStream answers = new ByteArrayOutputStream();
    private final Thread thread;

    Program() throws IOException {
      var in = new PipedInputStream(wishes);
      var out = new PrintStream(answers, true, StandardCharsets.UTF_8);
      thread =
          Thread.ofPlatform().start(() -> ManyTunnels.serve(Map.of("LOG_LEVEL", "error"), in, out));
    }

    void say(String line) throws IOException {
      wishes.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      wishes.flush();
    }

    String said() {
      return answers.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
      wishes.close();
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void each_is_where_its_machine_is_and_ends_with_it_and_all_end_with_the_input()
      throws IOException {
    try (var a = Host.start();
        var b = Host.start()) {
      a.run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", b.pid());
      try (var program = new Program()) {
        program.say(a.pid() + " wg0");
        program.say(b.pid() + " wg0");
        Pair.await("both", () -> program.said().lines().count() == 2);
        assertThat(program.said().lines())
            .containsExactlyInAnyOrder("ready " + a.pid() + " wg0", "ready " + b.pid() + " wg0");
        String keyOfA = configure(a, "192.0.2.1/24", "10.0.0.1/24");
        String keyOfB = configure(b, "192.0.2.2/24", "10.0.0.2/24");
        join(a, keyOfB, "192.0.2.2", "10.0.0.2");
        join(b, keyOfA, "192.0.2.1", "10.0.0.1");
        Pair.await("a ping", () -> a.attempt("ping", "-c1", "-W1", "10.0.0.2").code() == 0);
        assertThat(a.run("ss", "-Huln")).contains(":51820");

        b.close();
        Pair.await("the end of b's", () -> !a.has("eth0"));
        assertThat(a.has("wg0")).isTrue();
        assertThat(a.run("wg", "show", "wg0", "listen-port")).isEqualTo("51820");
      }
      assertThat(a.has("wg0")).isFalse();
      assertThat(a.run("ls", "/run/wireguard")).isEmpty();
    }
  }

  @Test
  void what_can_not_be_had_is_told_and_the_others_go_on() throws IOException {
    try (var a = Host.start();
        var program = new Program()) {
      a.run("ip", "link", "add", "wg1", "type", "veth", "peer", "name", "other");
      program.say("hello");
      program.say(a.pid() + " ../x");
      program.say(a.pid() + " wg1");
      program.say("999999999 wg0");
      program.say(a.pid() + " wg0");
      Pair.await("five answers", () -> program.said().lines().count() == 5);
      assertThat(program.said())
          .contains("failed hello a line is: PID INTERFACE")
          .contains("failed " + a.pid() + " ../x")
          .contains("failed " + a.pid() + " wg1 wg1 exists already")
          .contains("failed 999999999 wg0")
          .contains("ready " + a.pid() + " wg0");
    }
  }

  private static String configure(Host host, String outer, String inner) {
    host.run("ip", "address", "add", outer, "dev", "eth0");
    host.run("ip", "link", "set", "eth0", "up");
    host.run("ip", "address", "add", inner, "dev", "wg0");
    String set = "wg genkey | tee /run/key | wg set wg0 listen-port 51820 private-key /dev/stdin";
    host.run("bash", "-c", set);
    host.run("ip", "link", "set", "wg0", "up");
    return host.run("bash", "-c", "wg pubkey </run/key");
  }

  private static void join(Host host, String key, String address, String allowed) {
    host.run(
        "wg", "set", "wg0", "peer", key, "endpoint", address + ":51820", "allowed-ips", allowed);
  }
}
