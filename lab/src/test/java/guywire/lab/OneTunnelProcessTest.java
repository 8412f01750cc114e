package guywire.lab;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Network;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import guywire.prove.Reachability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * What a lab's own tunnels take of the machine it runs on, so no other lab runs beside it. Needs
 * root.
 */
@Isolated
class OneTunnelProcessTest {

  private static final int NODES = 20;

  /** What 60 nodes may take, for each of them. */
  private static final long KIB_FOR_EACH = 1024 * 1024 / 60;

  private static Network network() {
    var yaml =
        new StringBuilder(
            """
            network: n
            overlay: 10.0.0.0/24
            nodes:
              hub: {public: 192.0.2.1, hub: true}
            """);
    for (int i = 1; i < NODES; i++) {
      yaml.append("  n").append(i).append(": {public: 192.0.2.").append(i + 1).append("}\n");
    }
    yaml.append("expect:\n  - n1 reaches n2\n  - n2 reaches n1\n");
    return Planner.plan(
            Definition.parse("n.yaml", yaml.toString()).definition().orElseThrow(),
            KeyStore.inMemory())
        .network()
        .orElseThrow();
  }

  /** The processes of Guywire's own data plane that were started by this one. */
  private static List<ProcessHandle> tunnelProcesses() {
    return ProcessHandle.current()
        .descendants()
        .filter(process -> read(process, "cmdline").contains("\0guywire.tunnel.Main\0"))
        .toList();
  }

  private static String read(ProcessHandle process, String file) {
    try {
      return Files.readString(Path.of("/proc", String.valueOf(process.pid()), file));
    } catch (IOException e) {
      return "";
    }
  }

  /** What it has of the memory, with its share of what several have. */
  private static long kibibytes(ProcessHandle process) {
    return read(process, "smaps_rollup")
        .lines()
        .filter(line -> line.startsWith("Pss:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .sum();
  }

  @Test
  void one_process_carries_the_tunnels_of_all_nodes_in_little_memory_and_ends_with_the_lab() {
    var network = network();
    try (Lab lab = Lab.start(network, LabOptions.USUAL, LabListener.SILENT)) {
      assertThat(tunnelProcesses()).hasSize(1);
      var report = lab.probe(Prediction.by(Reachability.of(network)), ProbeOptions.QUICK);
      assertThat(report.promises()).isNotEmpty().allMatch(LabReport.PromiseResult::kept);
      assertThat(kibibytes(tunnelProcesses().getFirst())).isLessThan(NODES * KIB_FOR_EACH);
      assertThat(lab.takeDown()).isEmpty();
    }
    assertThat(tunnelProcesses()).isEmpty();
  }
}
