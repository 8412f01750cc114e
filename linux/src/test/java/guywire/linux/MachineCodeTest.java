package guywire.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Code of our own, on the processor whose code it is. */
class MachineCodeTest {

  /** {@code lea rax, [rdi + 2 * rsi]; ret}. */
  private static final byte[] SUM = {0x48, (byte) 0x8d, 0x04, 0x77, (byte) 0xc3};

  @BeforeEach
  void onlyWhereThisCodeIsCode() {
    assumeTrue(System.getProperty("os.arch").equals("amd64"));
  }

  @Test
  void code_runs_with_its_arguments_and_gives_its_result() throws Throwable {
    var function = MachineCode.function(MachineCode.install(SUM));
    assertThat((long) function.invokeExact(2L, 20L, 0L, 0L, 0L, 0L)).isEqualTo(42);
  }

  @Test
  void code_can_be_run_but_no_longer_be_written() throws IOException {
    String start = Long.toHexString(MachineCode.install(SUM));
    assertThat(Files.readAllLines(Path.of("/proc/self/maps")))
        .anyMatch(line -> line.startsWith(start + "-") && line.contains(" r-xp "));
  }

  @Test
  void the_processor_tells_what_it_can_do() {
    assertThat(MachineCode.features()).contains("sse2").noneMatch(String::isBlank);
  }
}
