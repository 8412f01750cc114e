package guywire.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A number means another system call on another processor: only known ones are used. */
class SyscallTest {

  @Test
  void there_are_two_tables() {
    assertThat(Syscall.isX86("amd64")).isTrue();
    assertThat(Syscall.isX86("aarch64")).isFalse();
    assertThat(Syscall.isX86("riscv64")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"s390x", "ppc64le", "i386", "arm", "mips64", ""})
  void a_processor_whose_numbers_are_not_known_is_refused_by_name(String processor) {
    assertThatThrownBy(() -> Syscall.isX86(processor))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("not of this one: " + processor);
  }
}
