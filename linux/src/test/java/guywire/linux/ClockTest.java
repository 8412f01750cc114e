package guywire.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The clock that goes on during suspend. A time namespace can set it apart from the one that stops
 * (CLOCK_MONOTONIC), as a night's sleep does. Needs root.
 */
class ClockTest {

  private static final long SLEPT_SECONDS = 1_000_000;

  /**
   * Run in a process whose boot clock is ahead: what the clock says, and that an alarm follows it.
   */
  static final class Sleeper {
    private Sleeper() {}

    public static void main(String[] arguments) {
      long now = Clock.bootNanos();
      try (var alarm = new Alarm()) {
        alarm.set(now + 20_000_000);
        boolean rang = new Poll(alarm.fd()).await(5_000_000_000L);
        System.out.println(now / 1_000_000_000L + " " + rang);
      }
    }
  }

  @Test
  void it_counts_the_time_that_the_machine_slept() throws Exception {
    var command = new ArrayList<>(List.of("unshare", "--time", "--fork"));
    command.addAll(List.of("--boottime", String.valueOf(SLEPT_SECONDS)));
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Sleeper.class.getName()));
    long before = Clock.bootNanos() / 1_000_000_000L;
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String[] said = new String(process.getInputStream().readAllBytes()).trim().split(" ");
    assertThat(process.waitFor()).as(List.of(said).toString()).isZero();
    assertThat(Long.parseLong(said[0]))
        .isBetween(before + SLEPT_SECONDS, before + SLEPT_SECONDS + 60);
    assertThat(said[1]).as("an alarm of that clock rings").isEqualTo("true");
  }

  @Test
  void it_never_goes_back() {
    long last = 0;
    for (int i = 0; i < 100_000; i++) {
      long now = Clock.bootNanos();
      assertThat(now).isGreaterThanOrEqualTo(last);
      last = now;
    }
  }
}
