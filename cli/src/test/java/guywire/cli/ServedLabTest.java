package guywire.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * {@code guywire try --serve}: a real server in the lab, nodes that join it, devices that get their
 * files from it; then packets. Needs root.
 */
@Timeout(400)
@Execution(ExecutionMode.CONCURRENT)
class ServedLabTest {

  private static final Path EXAMPLES = Path.of("../examples");

  /**
   * Where `try --keep` tells how to enter a machine: its name, what carries its packets, nsenter.
   */
  private static final Pattern DOOR = Pattern.compile("^  (\\S+) .*nsenter -t (\\d+) .*");

  @TempDir Path directory;

  private Said run(String... words) throws Exception {
    return GuywireProcess.run(
        GuywireProcess.builder(GuywireProcess.command(words), directory.resolve("config")), "");
  }

  private Said serve(Path file, String... more) throws Exception {
    var words = new ArrayList<>(List.of("try", "--serve", "--quick", file.toString()));
    words.addAll(List.of(more));
    return run(words.toArray(String[]::new));
  }

  private Path file(String text) throws IOException {
    return Files.writeString(directory.resolve("network.yaml"), text);
  }

  /** A network with a hub that joins, and routers and phones with files. */
  @Test
  void two_homes_are_managed_by_a_server_and_nothing_is_left_when_that_is_interrupted()
      throws Exception {
    var process =
        GuywireProcess.builder(
                GuywireProcess.command(
                    "try", "--serve", "--quick", "--keep", EXAMPLES.resolve("two-homes.yaml") + ""),
                directory.resolve("config"))
            .start();
    var machines = new ArrayList<Machine>();
    var text = new StringBuilder();
    try {
      var lines = process.inputReader(StandardCharsets.UTF_8);
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        text.append(line).append('\n');
        var door = DOOR.matcher(line);
        if (door.matches()) {
          machines.add(new Machine(door.group(1), Long.parseLong(door.group(2))));
        }
        if (line.startsWith("The server is at https://203.0.113.1:8443 (ecs)")) {
          break;
        }
      }
      assertThat(text).contains("set up by guywire serve", "every one as proved", "promises hold");
      var hub = machine(machines, "ecs");
      assertThat(hub.file("run/guywire-server/guywire.db")).exists();
      assertThat(hub.file("var/lib/guywire/joined/document.json")).exists();
      assertThat(Path.of("/run/guywire-server")).doesNotExist();
      assertThat(machine(machines, "iphone").file("run/guywire-device/wg0.conf")).exists();
      assertThat(machine(machines, "router-a").file("run/guywire-device/guywire.uci")).exists();
      for (var machine : machines) {
        assertThat(readableSecrets(machine)).as(machine.name()).isEmpty();
      }
      // Nobody's private key has come to the server.
      String secret = Files.readString(hub.file("var/lib/guywire/joined/wireguard.key")).strip();
      String phone =
          Files.readString(machine(machines, "iphone").file("run/guywire-device/wg0.conf"));
      String key = phone.replaceAll("(?s).*PrivateKey\\s*=\\s*(\\S+).*", "$1");
      try (var files = Files.walk(hub.file("run/guywire-server"))) {
        for (var each : files.filter(Files::isRegularFile).toList()) {
          assertThat(Files.readString(each, StandardCharsets.ISO_8859_1))
              .doesNotContain(secret, key);
        }
      }
    } finally {
      var namespaces = new HashSet<String>();
      machines.forEach(each -> namespaces.add(namespace(each.pid())));
      assertThat(processesIn(namespaces)).as(text.toString()).isNotEmpty();
      process.destroy();
      process.waitFor();
      await(() -> processesIn(namespaces).isEmpty());
    }
  }

  /** What a definition declares, and what a server has not, is no hindrance. */
  @Test
  void a_part_that_fails_is_tried_and_nodes_go_on_without_their_server() throws Exception {
    String declared = Said.by("genkey").text().strip();
    String key = pubkey(declared);
    var said =
        serve(
            file(
                """
                network: pair
                overlay: 10.0.0.0/24
                preshared-keys: true
                nodes:
                  hub: {hub: true, public: 203.0.113.1, public-key: "KEY"}
                  one: {public: 203.0.113.2}
                  two: {public: 203.0.113.3}
                links:
                  one - two: direct
                expect:
                  - one, two reach each other directly keeping source
                  - nodes reach hub
                  - one, two reach each other when hub is down
                """
                    .replace("KEY", key)));
    assertThat(said.text())
        .contains("Pre-shared keys are left out", "promises hold", "every one as proved");
    assertThat(said.code()).as(said.text()).isZero();
  }

  /**
   * Each node has a tunnel to the relay beside its usual one, with a key that the server is told.
   */
  @Test
  void nodes_take_their_second_ways_when_links_are_cut() throws Exception {
    var said = serve(EXAMPLES.resolve("three-servers.yaml"));
    assertThat(said.text()).contains("every one as proved", "promises hold", "are down");
    assertThat(said.code()).as(said.text()).isZero();
  }

  private String pubkey(String secret) throws Exception {
    return GuywireProcess.run(
            GuywireProcess.builder(GuywireProcess.command("pubkey"), directory.resolve("config")),
            secret + "\n")
        .text()
        .strip();
  }

  @Test
  void a_definition_that_breaks_a_promise_is_refused_by_the_server() throws Exception {
    var said =
        serve(
            file(
                """
                network: apart
                overlay: 10.0.0.0/24
                nodes:
                  one: {public: 203.0.113.2}
                  two: {public: 203.0.113.3}
                policy: []
                expect:
                  - one reaches two
                """));
    assertThat(said.code()).as(said.text()).isEqualTo(1);
    assertThat(said.text()).contains("The server refuses the definition", "one reaches two");
  }

  @Test
  void files_and_another_way_to_set_nodes_up_are_no_matter_of_a_server() {
    String example = EXAMPLES.resolve("two-homes.yaml").toString();
    assertThat(Said.by("try", "--serve", "--apply", "wg-quick", example))
        .extracting(Said::code)
        .isEqualTo(2);
    assertThat(Said.by("try", "--serve", directory.toString()).code()).isEqualTo(2);
  }

  /** All that stand among the examples: none is left out, nor a new one. */
  @TestFactory
  @Tag("long")
  List<DynamicTest> every_reference_network_keeps_its_promises() throws IOException {
    try (var files = Files.list(EXAMPLES)) {
      return files
          .filter(file -> file.toString().endsWith(".yaml"))
          .sorted()
          .map(file ->
              dynamicTest(
                  String.valueOf(file.getFileName()).replace(".yaml", ""),
                  () -> {
                    var said = serve(file);
                    assertThat(said.code()).as(said.text()).isZero();
                    assertThat(said.text()).contains("every one as proved");
                  }))
          .toList();
    }
  }

  /** A machine of the lab, by the first process in it. */
  private record Machine(String name, long pid) {
    Path file(String path) {
      return Path.of("/proc/" + pid + "/root", path);
    }
  }

  private static Machine machine(List<Machine> machines, String name) {
    return machines.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
  }

  /** Files with private keys of a machine's own that others could read. */
  private static List<Path> readableSecrets(Machine machine) throws IOException {
    var readable = new ArrayList<Path>();
    for (var place : List.of("run", "var/lib/guywire")) {
      if (!Files.isDirectory(machine.file(place)) || !isOwn(machine, place)) {
        continue;
      }
      try (var files = Files.walk(machine.file(place))) {
        for (var file : files.filter(Files::isRegularFile).toList()) {
          String text = Files.readString(file, StandardCharsets.ISO_8859_1);
          boolean isSecret =
              text.contains("PrivateKey")
                  || text.contains("private_key")
                  || text.contains("PRIVATE KEY")
                  || text.contains("gwt_")
                  || file.toString().endsWith(".key");
          var mode = Files.getPosixFilePermissions(file);
          if (isSecret
              && (mode.contains(PosixFilePermission.OTHERS_READ)
                  || mode.contains(PosixFilePermission.GROUP_READ))) {
            readable.add(file);
          }
        }
      }
    }
    return readable;
  }

  /** Not this host's, which a machine sees where it has none of its own. */
  private static boolean isOwn(Machine machine, String place) throws IOException {
    Path here = Path.of("/", place);
    return !Files.exists(here) || !Files.isSameFile(here, machine.file(place));
  }

  private static String namespace(long pid) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/net")).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Long> processesIn(Set<String> namespaces) {
    return ProcessHandle.allProcesses()
        .map(ProcessHandle::pid)
        .filter(pid -> {
          try {
            return namespaces.contains(namespace(pid));
          } catch (UncheckedIOException e) {
            return false;
          }
        })
        .toList();
  }

  private static void await(BooleanSupplier so) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!so.getAsBoolean()) {
      assertThat(System.nanoTime()).as("all of it ends").isLessThan(end);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    }
  }
}
