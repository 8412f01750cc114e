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
}
