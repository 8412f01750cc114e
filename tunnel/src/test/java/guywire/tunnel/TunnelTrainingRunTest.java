package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A training run that fails is not noticed by the build: tunnels are slow for their first seconds
 * then.
 */
@Timeout(120)
class TunnelTrainingRunTest {

  private static final long OWN = ProcessHandle.current().pid();

  @Test
  void the_builds_training_run_goes_to_its_end_in_a_namespace_of_its_own() throws Exception {
    var main = Pair.Program.guywire(TunnelTrainingRun.class, Map.of()).command();
    var there = new ProcessBuilder("unshare", "-n", "sleep", "infinity").start();
    try {
      Pair.await("its namespace", () -> !namespace(there.pid()).equals(namespace(OWN)));
      var command = new ArrayList<>(List.of("unshare", "-n"));
      command.addAll(main);
      command.add(Long.toString(there.pid()));
      var process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes());
      assertThat(process.waitFor()).as(said).isZero();
      assertThat(said).isEmpty();
    } finally {
      there.destroyForcibly().waitFor();
    }
  }

  private static String namespace(long pid) {
    try {
      return Files.readSymbolicLink(Path.of("/proc", Long.toString(pid), "ns/net")).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
