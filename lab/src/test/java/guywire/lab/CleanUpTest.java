package guywire.lab;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Spot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** However a lab ends, nothing of it is left. Needs root and wireguard-go. */
class CleanUpTest {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @Test
  void a_killed_jvm_takes_every_process_and_namespace_of_its_lab_with_it() throws Exception {
    Process keeper =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                LabKeeper.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    var holders = new ArrayList<Long>();
    for (String line = keeper.inputReader().readLine();
        line != null && !line.equals("ready");
        line = keeper.inputReader().readLine()) {
      holders.add(Long.valueOf(line));
    }
    Set<String> namespaces = new HashSet<>();
    for (long holder : holders) {
      namespaces.add(namespaceOf(holder));
    }
    assertThat(namespaces).hasSize(holders.size()).hasSizeGreaterThan(10);
    assertThat(processesIn(namespaces)).hasSizeGreaterThan(holders.size());
    keeper.destroyForcibly();
    await(() -> processesIn(namespaces).isEmpty());
    assertThat(processesIn(namespaces)).isEmpty();
  }

  @Test
  void a_machine_whose_processes_are_killed_is_gone_and_the_rest_still_ends_clean() {
    Lab lab =
        Lab.start(
            HandMade.twoHomes(), new LabOptions(TunnelPrograms.WIREGUARD_GO), LabListener.SILENT);
    Set<String> namespaces = new HashSet<>();
    lab.hosts().forEach(host -> namespaces.add(namespaceOf(host.pid())));
    try {
      long hub = lab.machine(new Spot.Node(HandMade.name("ecs"))).pid();
      String hubNamespace = namespaceOf(hub);
      ProcessHandle.of(hub).orElseThrow().destroyForcibly();
      await(() -> processesIn(Set.of(hubNamespace)).isEmpty());
      assertThat(processesIn(Set.of(hubNamespace))).isEmpty();
      lab.outages().kill(HandMade.name("macbook"));
    } finally {
      lab.close();
    }
    await(() -> processesIn(namespaces).isEmpty());
    assertThat(processesIn(namespaces)).isEmpty();
  }

  @Test
  void the_machines_own_files_and_interfaces_stay_as_they_were() throws IOException {
    String resolvConf = Files.readString(Path.of("/etc/resolv.conf"));
    List<String> before = interfaces();
    try (var lab =
        Lab.start(
            HandMade.twoHomes(), new LabOptions(TunnelPrograms.WIREGUARD_GO), LabListener.SILENT)) {
      assertThat(lab.hosts()).isNotEmpty();
      assertThat(interfaces()).isEqualTo(before);
      assertThat(Files.readString(Path.of("/etc/resolv.conf"))).isEqualTo(resolvConf);
    }
    assertThat(interfaces()).isEqualTo(before);
  }

  private static List<String> interfaces() throws IOException {
    try (var files = Files.list(Path.of("/sys/class/net"))) {
      return files.map(Path::toString).sorted().toList();
    }
  }

  private static String namespaceOf(long pid) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/net")).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Long> processesIn(Set<String> namespaces) {
    Predicate<ProcessHandle> isIn =
        process -> {
          try {
            return namespaces.contains(namespaceOf(process.pid()));
          } catch (UncheckedIOException e) {
            return false;
          }
        };
    return ProcessHandle.allProcesses().filter(isIn).map(ProcessHandle::pid).toList();
  }

  private interface State {
    boolean isReached();
  }

  private static void await(State state) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (!state.isReached() && System.nanoTime() - until < 0) {
      Thread.onSpinWait();
    }
  }
}
