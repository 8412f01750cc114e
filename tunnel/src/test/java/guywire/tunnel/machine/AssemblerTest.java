package guywire.tunnel.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.tunnel.machine.Operand.Zmm;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The bytes of instructions, as a disassembler reads them back. */
class AssemblerTest {

  @Test
  void high_registers_set_their_bits_of_the_prefix() {
    is("62a17d4870c455", code -> code.vpshufd(new Zmm(16), new Zmm(20), 0x55));
    is("6231fe486fe0", code -> code.vmovdqu64(new Zmm(12), new Zmm(16)));
    is("62b11d40fee7", code -> code.vpaddd(new Zmm(4), new Zmm(28), new Zmm(23)));
  }

  @Test
  void memory_is_addressed_with_a_distance_of_four_bytes() {
    is(
        "62e17d40fe8740000000",
        code -> code.vpaddd(new Zmm(16), new Zmm(16), Operand.at(Gpr.RDI, 0x40)));
    is("62d2fd485984242a000000", code -> code.vpbroadcastq(new Zmm(0), Operand.at(Gpr.R12, 0x2a)));
    is("62b1fe486f8c2500000000", code -> code.vmovdqu64(new Zmm(1), Operand.at(Gpr.RBP, Gpr.R12)));
  }

  @Test
  void one_element_can_stand_for_all() {
    is(
        "62d17d58fe910c000000",
        code -> code.vpaddd(new Zmm(2), new Zmm(0), Operand.each(Gpr.R9, 12)));
  }

  @Test
  void masks_keep_or_clear() {
    is("62f1fe496fc1", code -> code.vmovdqu64(new Zmm(0), 1, new Zmm(1)));
    is("62f17fc96f8300000000", code -> code.vmovdqu8(new Zmm(0), 1, Operand.at(Gpr.RBX, 0)));
  }

  @Test
  void general_instructions_take_all_sixteen_registers() {
    is("4c8bbe08000000", code -> code.mov(Gpr.R15, Operand.at(Gpr.RSI, 8)));
    is("490f188940000000", code -> code.prefetch(Operand.at(Gpr.R9, 0x40)));
    is("4981c280000000", code -> code.add(Gpr.R10, 128));
    is(
        "4154415c",
        code -> {
          code.push(Gpr.R12);
          code.pop(Gpr.R12);
        });
    is("c4e2e8f5c0", code -> code.bzhi(Gpr.RAX, Gpr.RAX, Gpr.RDX));
    is("c4e1fb92c8", code -> code.kmovq(1, Gpr.RAX));
    is("c4e1f97ec0", code -> code.vmovq(Gpr.RAX, new Zmm(0)));
  }

  @Test
  void jumps_lead_forwards_and_backwards() {
    is(
        "0f8405000000e9f5ffffff",
        code -> {
          Encoder.Label again = code.here();
          Encoder.Label end = code.label();
          code.jump(Assembler.JumpCondition.ZERO, end);
          code.jump(again);
          code.bind(end);
        });
  }

  @Test
  void a_jump_to_nowhere_is_refused() {
    var code = new Assembler();
    code.jump(code.label());
    assertThatThrownBy(code::bytes).isInstanceOf(IllegalStateException.class);
  }

  private static void is(String expected, Consumer<Assembler> write) {
    var code = new Assembler();
    write.accept(code);
    assertThat(HexFormat.of().formatHex(code.bytes())).isEqualTo(expected);
  }
}
