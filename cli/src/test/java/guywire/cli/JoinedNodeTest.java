package guywire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server, a hub and a node that joined it, each in namespaces of its own with its own files: a
 * change of the definition reaches the node's WireGuard.
 */
@Timeout(400)
class JoinedNodeTest {

  private static final String HUB = "203.0.113.1";
  private static final String LINK = "203.0.113.10";
  private static final String LEAF = "203.0.113.20";

  private static final String NETWORK =
      """
      network: lab
      overlay: 10.77.0.0/24
      nodes:
        hub: {hub: true, public: 203.0.113.1, listen: 51820}
        phone: {roaming: true, platform: ios} # not joined
      """;

  @TempDir Path directory;
  private final List<Process> processes = new ArrayList<>();

  /** A machine in namespaces of its own. */
  private record Box(long pid) {
    List<String> entering(List<String> command) {
      var all = new ArrayList<>(List.of("nsenter", "-t", pid + "", "-n", "-m", "-u", "-p", "--"));
      all.addAll(command);
      return all;
    }
  }

  private Box box(String name) throws IOException {
    var process =
        new ProcessBuilder(
                "unshare",
                "-n",
                "-m",
                "-u",
                "-p",
                "--fork",
                "--mount-proc",
                "sh",
                "-c",
                "hostname "
                    + name
                    + " && mount -t tmpfs tmpfs /run && mkdir /run/wireguard"
                    + " && mount -t tmpfs tmpfs /var/lib && ip link set lo up && echo ready"
                    + " && exec sleep 600")
            .redirectErrorStream(true)
            .start();
    processes.add(process);
    assertThat(process.inputReader().readLine()).isEqualTo("ready");
    return new Box(process.descendants().findFirst().orElseThrow().pid());
  }

  private ProcessBuilder builder(Box box, List<String> command) {
    return GuywireProcess.builder(box.entering(command), directory.resolve("config"));
  }

  private Said run(Box box, String input, String... command) throws Exception {
    return GuywireProcess.run(builder(box, List.of(command)), input);
  }

  private Said guywire(Box box, String input, String... words) throws Exception {
    return GuywireProcess.run(builder(box, GuywireProcess.command(words)), input);
  }

  /** A cable from the server's bridge to another machine. */
  private void cable(Box server, Box other, String name, String address) throws Exception {
    var made =
        new ProcessBuilder(
                "nsenter",
                "-t",
                server.pid() + "",
                "-n",
                "ip",
                "link",
                "add",
                name,
                "type",
                "veth",
                "peer",
                "name",
                "eth0",
                "netns",
                other.pid() + "")
            .inheritIO()
            .start();
    assertThat(made.waitFor()).isZero();
    assertThat(run(server, "", "sh", "-c", "ip link set " + name + " master br0 up").code())
        .isZero();
    assertThat(
            run(
                    other,
                    "",
                    "sh",
                    "-c",
                    "ip addr add " + address + "/24 dev eth0 && ip link set eth0 up")
                .code())
        .isZero();
  }

  private Process serve(Box box) throws IOException {
    var builder =
        builder(
            box,
            GuywireProcess.command(
                "serve",
                "--data",
                directory.resolve("data").toString(),
                "--listen",
                LINK + ":8443",
                "--link",
                directory.resolve("link").toString()));
    var process = builder.redirectOutput(directory.resolve("server.log").toFile()).start();
    processes.add(process);
    await(() -> text("server.log").contains("serving"), "the server");
    return process;
  }

  private String text(String file) {
    try {
      return Files.readString(directory.resolve(file));
    } catch (IOException e) {
      return "";
    }
  }

  private static void await(BooleanSupplier so, String what) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
    while (!so.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    }
  }

  private String wg(Box box) {
    try {
      return run(box, "", "wg", "show").text();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static void kill(Process process) throws InterruptedException {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    process.waitFor();
  }

  @AfterEach
  void end() throws InterruptedException {
    for (var process : processes) {
      kill(process);
    }
  }

  @Test
  void a_change_of_the_definition_reaches_a_joined_node_and_it_stays_when_the_server_is_away()
      throws Exception {
    var at = box("server");
    var hub = box("hub");
    var leaf = box("leaf");
    assertThat(
            run(
                    at,
                    "",
                    "sh",
                    "-c",
                    "ip link add br0 type bridge && ip addr add "
                        + LINK
                        + "/24 dev br0 && ip link set br0 up")
                .code())
        .isZero();
    cable(at, hub, "to-hub", HUB);
    cable(at, leaf, "to-leaf", LEAF);
    var server = serve(at);
    await(() -> text("link").contains("~"), "the link");
    String link = text("link");
    assertThat(guywire(at, link, "login", "-").code()).isZero();
    Path file = directory.resolve("lab.yaml");
    Files.writeString(file, NETWORK);
    var made = guywire(at, "", "apply", file.toString());
    assertThat(made.code()).as(made.text()).isZero();

    String forHub = guywire(at, "", "nodes", "invite", "hub", "--approved").text();
    String other = forHub.replaceAll("~[0-9a-f]{64}", "~" + "0".repeat(64));
    var another = guywire(hub, other, "join", "-");
    assertThat(another.code()).as(another.text()).isEqualTo(77);
    assertThat(another.text()).contains("another server answers");
    var joined = guywire(hub, forHub, "join", "-");
    assertThat(joined.code()).as(joined.text()).isZero();
    assertThat(joined.text()).contains("hub is a node of lab");
    var twice = guywire(leaf, forHub, "join", "-", "--name", "hub");
    assertThat(twice.code()).as("a token that is used up: %s", twice.text()).isEqualTo(2);
    await(() -> wg(hub).contains("listening port: 51820"), "the hub is set up");

    String forLeaf = guywire(at, "", "nodes", "invite").text();
    var waits = guywire(leaf, forLeaf, "join", "-");
    assertThat(waits.text()).contains("leaf waits to be a node of lab");
    assertThat(wg(leaf)).doesNotContain("peer");
    assertThat(guywire(at, "", "nodes").text()).contains("waits", "online", LEAF);
    var approved = guywire(at, "", "approve", "leaf", "--roaming");
    assertThat(approved.code()).as(approved.text()).isZero();
    await(() -> wg(leaf).contains(HUB + ":51820"), "the leaf is set up");
    await(() -> pings(leaf), "packets pass the tunnel");

    // A change of the definition.
    String text = guywire(at, "", "history", "lab", "--version-number", "2").text();
    Files.writeString(file, text.replace("listen: 51820", "listen: 51821"));
    assertThat(text).contains("# not joined").contains("leaf: {roaming: true}");
    assertThat(guywire(at, "", "apply", file.toString()).code()).isZero();
    await(() -> wg(leaf).contains(HUB + ":51821"), "the change reaches the leaf");
    await(() -> pings(leaf), "packets pass the changed tunnel");

    // The server is gone, and the agent is started again meanwhile.
    kill(server);
    assertThat(run(leaf, "", "sh", "-c", "kill -9 $(head -n 1 /run/guywire/agent.lock)").code())
        .isZero();
    var agent =
        builder(leaf, GuywireProcess.command("agent"))
            .redirectOutput(directory.resolve("agent.log").toFile())
            .start();
    processes.add(agent);
    await(() -> text("agent.log").contains("can't be reached"), "the new agent finds no server");
    assertThat(wg(leaf)).contains(HUB + ":51821");
    assertThat(pings(leaf)).isTrue();
    processes.add(serve(at));
    await(
        () -> {
          try {
            return guywire(at, "", "nodes", "--json").text().split("\"online\" ?: ?true", -1).length
                > 2;
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        },
        "both are back");
    Path keys = Path.of("/proc/" + leaf.pid() + "/root/var/lib/guywire/joined");
    assertThat(Files.getPosixFilePermissions(keys.resolve("wireguard.key")))
        .hasToString("[OWNER_READ, OWNER_WRITE]");
    String secret = Files.readString(keys.resolve("wireguard.key")).strip();
    try (var files = Files.walk(directory.resolve("data"))) {
      for (var each : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(each, StandardCharsets.ISO_8859_1)).doesNotContain(secret);
      }
    }
  }

  private boolean pings(Box box) {
    try {
      return run(box, "", "ping", "-c", "1", "-W", "2", "10.77.0.1").code() == 0;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
