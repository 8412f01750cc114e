package guywire.tunnel.cipher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.linux.Region;
import guywire.protocol.JceAead;
import guywire.tunnel.machine.InstructionSet;
import guywire.tunnel.machine.Routines;
import guywire.tunnel.machine.SpoiltCode;
import guywire.tunnel.machine.Sums;
import guywire.tunnel.machine.Trust;
import java.util.ArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An engine is used only if all that it does is right; a wrong routine ends all machine code. */
class EngineProofTest {

  @AfterEach
  void prove_the_right_code_again() {
    SpoiltCode.forget();
    for (InstructionSet set : InstructionSet.present()) {
      Routines code = set.routines().orElseThrow();
      assertThat(EngineProof.trusts(code, memory -> new Any(code, memory))).isTrue();
    }
  }

  @Test
  void what_must_come_of_the_messages_is_what_the_jce_makes_of_them() {
    assertThat(EngineProof.messages(MessageCipher.each(new JceAead()), new Region()))
        .isEqualTo(EngineProof.MESSAGES);
  }

  @Test
  void what_must_come_of_the_sums_is_what_plain_java_makes_of_them() {
    assertThat(EngineProof.sums(Sums.PLAIN)).isEqualTo(EngineProof.SUMS);
  }

  static Stream<Arguments> functions() {
    return InstructionSet.present().stream()
        .flatMap(set -> SpoiltCode.functions(set).stream().map(name -> Arguments.of(set, name)));
  }

  @ParameterizedTest
  @MethodSource("functions")
  void a_spoilt_routine_ends_all_machine_code(InstructionSet set, String function) {
    assertThat(Trust.isGiven()).isTrue();
    Routines spoilt = SpoiltCode.of(set, function);
    assertThat(EngineProof.trusts(spoilt, memory -> new Any(spoilt, memory))).isFalse();
    var errors = new ArrayList<String>();
    var engines = new Engines(Engines.AUTO, errors::add, line -> {});
    assertThat(errors).anyMatch(line -> line.contains("machine code"));
    assertThat(engines.choice().name()).isEqualTo("libcrypto");
    assertThat(Engines.present()).extracting(Engines.Choice::name).doesNotContain("avx512", "avx2");
    assertThatThrownBy(() -> new Engines("avx512", line -> {}, line -> {}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(Sums.way()).isEqualTo(Sums.PLAIN);
    // Also a set that is right can't bring it back.
    Trust.give();
    assertThat(Trust.isGiven()).isFalse();
  }

  @Test
  void an_engine_that_throws_is_wrong() {
    assertThat(
            EngineProof.holds(memory -> {
              throw new IllegalStateException("not here");
            }))
        .isFalse();
  }

  /** Machine code that need not be right. */
  private static final class Any extends MachineCipher {
    private final Routines code;

    Any(Routines code, Region memory) {
      super(code, memory);
      this.code = code;
    }

    @Override
    Routines code() {
      return code;
    }
  }
}
