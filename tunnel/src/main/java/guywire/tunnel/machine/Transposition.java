package guywire.tunnel.machine;

import guywire.tunnel.machine.Operand.Zmm;

/** Rows and columns exchanged, in registers. */
final class Transposition {

  private Transposition() {}

  /**
   * Of four registers seen as rows of four 128-bit elements, makes the columns, in place.
   *
   * @param spare four registers that lose their content
   */
  static void ofQuarters(Assembler code, Zmm a, Zmm b, Zmm c, Zmm d, Zmm[] spare) {
    code.vshufi32x4(spare[0], a, b, 0x44);
    code.vshufi32x4(spare[1], c, d, 0x44);
    code.vshufi32x4(spare[2], a, b, 0xee);
    code.vshufi32x4(spare[3], c, d, 0xee);
    code.vshufi32x4(a, spare[0], spare[1], 0x88);
    code.vshufi32x4(b, spare[0], spare[1], 0xdd);
    code.vshufi32x4(c, spare[2], spare[3], 0x88);
    code.vshufi32x4(d, spare[2], spare[3], 0xdd);
  }

  /**
   * Within each 128 bits of four registers seen as rows of four 32-bit elements, makes the columns,
   * in place.
   *
   * @param spare four registers that lose their content
   */
  static void ofWords(Assembler code, Zmm a, Zmm b, Zmm c, Zmm d, Zmm[] spare) {
    code.vpunpckldq(spare[0], a, b);
    code.vpunpckhdq(spare[1], a, b);
    code.vpunpckldq(spare[2], c, d);
    code.vpunpckhdq(spare[3], c, d);
    code.vpunpcklqdq(a, spare[0], spare[2]);
    code.vpunpckhqdq(b, spare[0], spare[2]);
    code.vpunpcklqdq(c, spare[1], spare[3]);
    code.vpunpckhqdq(d, spare[1], spare[3]);
  }
}
