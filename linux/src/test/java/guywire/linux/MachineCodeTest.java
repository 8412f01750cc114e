package guywire.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Code of our own, for each processor that Guywire runs on. */
class MachineCodeTest {

  /**
   * The first argument and twice the second: {@code lea rax, [rdi + 2 * rsi]; ret} and {@code add
   * x0, x0, x1, lsl #1; ret}.
   */
  private static final Map<String, byte[]> SUMS =
      Map.of(
          "amd64", new byte[] {0x48, (byte) 0x8d, 0x04, 0x77, (byte) 0xc3},
          "aarch64", new byte[] {0, 4, 1, (byte) 0x8b, (byte) 0xc0, 3, 0x5f, (byte) 0xd6});

  private static final String PROCESSOR = System.getProperty("os.arch");
  private static final byte[] SUM = SUMS.get(PROCESSOR);

  @Test
  void code_runs_with_its_arguments_and_gives_its_result() {
    var function = MemorySegment.ofAddress(MachineCode.install(SUM));
    assertThat(MachineCode.call(function, 2, 20, 0, 0, 0, 0)).isEqualTo(42);
  }

  @Test
  void code_can_be_run_but_no_longer_be_written() throws IOException {
    String start = Long.toHexString(MachineCode.install(SUM));
    assertThat(Files.readAllLines(Path.of("/proc/self/maps")))
        .anyMatch(line -> line.startsWith(start + "-") && line.contains(" r-xp "));
  }

  @Test
  void the_processor_tells_what_it_can_do() {
    var features = MachineCode.features();
    assertThat(features).noneMatch(String::isBlank);
    assertThat(features.contains("sse2")).isEqualTo(PROCESSOR.equals("amd64"));
  }

  @Test
  void a_name_that_the_kernel_does_not_show_is_none() {
    assertThat(MachineCode.features("flags\t\t: fpu pti  vmmcall   avx2 "))
        .containsExactlyInAnyOrder("fpu", "pti", "vmmcall", "avx2");
  }
}
