package guywire.tunnel.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.tunnel.machine.Operand.Ymm;
import guywire.tunnel.machine.Operand.Zmm;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The bytes of AVX2's instructions, as a disassembler reads them back. */
class Avx2AssemblerTest {

  @Test
  void vectors_have_sixteen_registers() {
    is("c44175fecc", code -> code.vpaddd(new Ymm(9), new Ymm(1), new Ymm(12)));
    is("c4e12d72d514", code -> code.vpsrld(new Ymm(10), new Ymm(5), 20));
    is("c4e1f97ec0", code -> code.vmovq(Gpr.RAX, new Ymm(0)));
  }

  @Test
  void memory_is_addressed_with_a_distance_of_four_bytes() {
    is("c4c13defa020000000", code -> code.vpxor(new Ymm(4), new Ymm(8), Operand.at(Gpr.R8, 32)));
    is(
        "c4621d00a700010000",
        code -> code.vpshufb(new Ymm(12), new Ymm(12), Operand.at(Gpr.RDI, 256)));
    is("c4437d39aa1000000001", code -> code.vextracti128(Operand.at(Gpr.R10, 16), new Ymm(13)));
  }

  @Test
  void parts_of_registers_are_read_and_written() {
    is("c4e17a7ea700000000", code -> code.load(new Ymm(4), Operand.at(Gpr.RDI, 0), 8));
    is("c46179d68600000000", code -> code.store(Operand.at(Gpr.RSI, 0), new Ymm(8), 8));
    is("c441796e8000000000", code -> code.load(new Ymm(8), Operand.at(Gpr.R8, 0), 4));
    is("480fb78700000000", code -> code.loadShort(Gpr.RAX, Operand.at(Gpr.RDI, 0), false));
    is("6645899a00000000", code -> code.storeShort(Operand.at(Gpr.R10, 0), Gpr.R11, false));
    is("40888600000000", code -> code.storeShort(Operand.at(Gpr.RSI, 0), Gpr.RAX, true));
    assertThatThrownBy(() -> new Avx2Assembler().load(new Ymm(0), Operand.at(Gpr.RDI, 0), 2))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void long_numbers_are_multiplied_and_added_with_carry() {
    is("c442e3f68808000000", code -> code.mulx(Gpr.R9, Gpr.RBX, Operand.at(Gpr.R8, 8)));
    is("4c13a608000000", code -> code.adc(Gpr.R12, Operand.at(Gpr.RSI, 8)));
    is("4981d401000000", code -> code.adc(Gpr.R12, 1));
    is("4d0faf9810000000", code -> code.imul(Gpr.R11, Operand.at(Gpr.R8, 16)));
    is("4d0facd102", code -> code.shrd(Gpr.R9, Gpr.R10, 2));
    is("49f7df", code -> code.neg(Gpr.R15));
    is("48f7c210000000", code -> code.test(Gpr.RDX, 16));
  }

  @Test
  void registers_of_the_other_kind_are_refused() {
    assertThatThrownBy(() -> new Avx2Assembler().vpxor(new Ymm(0), new Ymm(0), new Zmm(0)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Assembler().vpxord(new Zmm(0), new Zmm(0), new Ymm(0)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Ymm(16)).isInstanceOf(IllegalArgumentException.class);
  }

  private static void is(String expected, Consumer<Avx2Assembler> write) {
    var code = new Avx2Assembler();
    write.accept(code);
    assertThat(HexFormat.of().formatHex(code.bytes())).isEqualTo(expected);
  }
}
