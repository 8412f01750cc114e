package guywire.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A machine of a lab by itself. Needs root. */
class LabMachineTest {

  private static final PlannedMachine BOX =
      new PlannedMachine(
          "alone.", Optional.empty(), Optional.empty(), false, false, List.of(), "", 0);

  @Test
  @Timeout(30)
  void a_program_may_say_much_before_it_has_read_all() {
    try (var machine = LabMachine.start(BOX, "")) {
      String much = "x".repeat(1 << 20);
      machine.run(much, "/bin/sh", "-c", "head -c 1000000 /dev/zero; cat >/dev/null");
    }
  }

  @Test
  @Timeout(30)
  void what_it_leaves_running_does_not_keep_it() {
    try (var machine = LabMachine.start(BOX, "")) {
      machine.run("", "/bin/sh", "-c", "sleep 300 & exit 0");
    }
  }

  @Test
  @Timeout(30)
  void what_fails_is_told_in_its_own_words() {
    try (var machine = LabMachine.start(BOX, "")) {
      assertThatThrownBy(() -> machine.run("", "/bin/sh", "-c", "echo no such luck; exit 3"))
          .isInstanceOf(LabException.class)
          .hasMessageContaining("no such luck");
    }
  }

  @Test
  void a_machine_that_cannot_be_made_leaves_nothing_behind() {
    var impossible =
        new PlannedMachine(
            "bad.", Optional.empty(), Optional.empty(), false, false, List.of(), "nonsense", 0);
    long before = threads();
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() -> LabMachine.start(impossible, "")).isInstanceOf(LabException.class);
    }
    assertThat(threads()).isLessThanOrEqualTo(before + 1);
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().contains("namespace"))
        .count();
  }
}
