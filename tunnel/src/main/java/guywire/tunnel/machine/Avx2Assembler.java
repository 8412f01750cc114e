package guywire.tunnel.machine;

import guywire.tunnel.machine.Operand.Mem;
import guywire.tunnel.machine.Operand.Ymm;

/**
 * Writes the instructions of AVX2 that the ciphers here need, and those of arithmetic with long
 * numbers. The order of operands is Intel's, destination first. Encodings: Intel's Software
 * Developer's Manual, volume 2.
 */
final class Avx2Assembler extends Assembler {

  // ---- 64-bit arithmetic ----

  void add(Gpr to, Mem from) {
    general(0x03, to, from);
  }

  void adc(Gpr to, Mem from) {
    general(0x13, to, from);
  }

  void adc(Gpr to, Gpr from) {
    general(0x11, from, to);
  }

  void adc(Gpr to, int value) {
    immediate(2, to, value);
  }

  void and(Gpr to, Gpr from) {
    general(0x21, from, to);
  }

  void and(Gpr to, Mem from) {
    general(0x23, to, from);
  }

  void and(Gpr to, int value) {
    immediate(4, to, value);
  }

  void xor(Gpr to, Gpr from) {
    general(0x31, from, to);
  }

  void cmp(Gpr left, Mem right) {
    general(0x3b, left, right);
  }

  void sub(Gpr to, Gpr from) {
    general(0x29, from, to);
  }

  void test(Gpr left, int right) {
    rex(0, 0, left.number());
    put(0xf7);
    registers(0, left.number());
    putInt(right);
  }

  void neg(Gpr register) {
    rex(0, 0, register.number());
    put(0xf7);
    registers(3, register.number());
  }

  void shr(Gpr register, int bits) {
    rex(0, 0, register.number());
    put(0xc1);
    registers(5, register.number());
    put(bits);
  }

  /** Moves to the right, with the bits of another register from the left. */
  void shrd(Gpr register, Gpr from, int bits) {
    rex(from.number(), 0, register.number());
    put(0x0f, 0xac);
    registers(from.number(), register.number());
    put(bits);
  }

  /** The lower half of a product. */
  void imul(Gpr to, Mem by) {
    rex(to.number(), 0, by.base().number());
    put(0x0f, 0xaf);
    memory(to.number(), by);
  }

  /** The product with RDX; no flag changes (BMI2). */
  void mulx(Gpr high, Gpr low, Mem by) {
    vex(MAP_0F38, PF2, true, false, 0xf6, high.number(), low.number(), by);
  }

  /** A number of 16 bits, or one of 8. */
  void loadShort(Gpr to, Mem from, boolean single) {
    rex(to.number(), 0, from.base().number());
    put(0x0f, single ? 0xb6 : 0xb7);
    memory(to.number(), from);
  }

  /** A number of 16 bits, or one of 8. */
  void storeShort(Mem to, Gpr from, boolean single) {
    if (!single) {
      put(0x66);
    }
    put(0x40 | from.number() >> 3 << 2 | to.base().number() >> 3);
    put(single ? 0x88 : 0x89);
    memory(from.number(), to);
  }

  // ---- AVX2, 256 bits wide ----

  private void op66(int map, int opcode, Ymm to, Ymm left, Operand right) {
    vex(map, P66, false, true, opcode, to.number(), left.number(), right);
  }

  void vpaddd(Ymm to, Ymm left, Operand right) {
    op66(MAP_0F, 0xfe, to, left, right);
  }

  void vpaddq(Ymm to, Ymm left, Operand right) {
    op66(MAP_0F, 0xd4, to, left, right);
  }

  void vpxor(Ymm to, Ymm left, Operand right) {
    op66(MAP_0F, 0xef, to, left, right);
  }

  void vpor(Ymm to, Ymm left, Operand right) {
    op66(MAP_0F, 0xeb, to, left, right);
  }

  void vpand(Ymm to, Ymm left, Operand right) {
    op66(MAP_0F, 0xdb, to, left, right);
  }

  /** Bytes from the places that the right operand names, within each 128 bits. */
  void vpshufb(Ymm to, Ymm left, Operand right) {
    op66(MAP_0F38, 0x00, to, left, right);
  }

  private void shift(int opcode, int extension, Ymm to, Ymm from, int bits) {
    vex(MAP_0F, P66, false, true, opcode, extension, to.number(), from);
    put(bits);
  }

  void vpslld(Ymm to, Ymm from, int bits) {
    shift(0x72, 6, to, from, bits);
  }

  void vpsrld(Ymm to, Ymm from, int bits) {
    shift(0x72, 2, to, from, bits);
  }

  void vpsrlq(Ymm to, Ymm from, int bits) {
    shift(0x73, 2, to, from, bits);
  }

  void vpunpckldq(Ymm to, Ymm left, Operand right) {
    op66(MAP_0F, 0x62, to, left, right);
  }

  void vpunpckhdq(Ymm to, Ymm left, Operand right) {
    op66(MAP_0F, 0x6a, to, left, right);
  }

  void vpunpcklqdq(Ymm to, Ymm left, Operand right) {
    op66(MAP_0F, 0x6c, to, left, right);
  }

  void vpunpckhqdq(Ymm to, Ymm left, Operand right) {
    op66(MAP_0F, 0x6d, to, left, right);
  }

  void vpshufd(Ymm to, Operand from, int choice) {
    vex(MAP_0F, P66, false, true, 0x70, to.number(), 0, from);
    put(choice);
  }

  void vpbroadcastd(Ymm to, Mem from) {
    vex(MAP_0F38, P66, false, true, 0x58, to.number(), 0, from);
  }

  void vmovdqu(Ymm to, Operand from) {
    vex(MAP_0F, PF3, false, true, 0x6f, to.number(), 0, from);
  }

  void vmovdqu(Mem to, Ymm from) {
    vex(MAP_0F, PF3, false, true, 0x7f, from.number(), 0, to);
  }

  /** The upper 128 bits of a register. */
  void vextracti128(Mem to, Ymm from) {
    vex(MAP_0F3A, P66, false, true, 0x39, from.number(), 0, to);
    put(1);
  }

  /** The upper 128 bits of a register as the lower ones of another. */
  void vextracti128(Ymm to, Ymm from) {
    vex(MAP_0F3A, P66, false, true, 0x39, from.number(), 0, to);
    put(1);
  }

  /** Zeros. */
  void clear(Ymm register) {
    vpxor(register, register, register);
  }

  // ---- The lowest part of a register ----

  /**
   * Reads 16, 8 or 4 bytes; the rest of the register becomes zero.
   *
   * @param bytes how many
   */
  void load(Ymm to, Mem from, int bytes) {
    switch (bytes) {
      case 16 -> vex(MAP_0F, PF3, false, false, 0x6f, to.number(), 0, from);
      case 8 -> vex(MAP_0F, PF3, false, false, 0x7e, to.number(), 0, from);
      case 4 -> vex(MAP_0F, P66, false, false, 0x6e, to.number(), 0, from);
      default -> throw new IllegalArgumentException("16, 8 or 4 bytes, not " + bytes);
    }
  }

  /**
   * Writes 16, 8 or 4 bytes.
   *
   * @param bytes how many
   */
  void store(Mem to, Ymm from, int bytes) {
    switch (bytes) {
      case 16 -> vex(MAP_0F, PF3, false, false, 0x7f, from.number(), 0, to);
      case 8 -> vex(MAP_0F, P66, false, false, 0xd6, from.number(), 0, to);
      case 4 -> vex(MAP_0F, P66, false, false, 0x7e, from.number(), 0, to);
      default -> throw new IllegalArgumentException("16, 8 or 4 bytes, not " + bytes);
    }
  }

  void vmovq(Gpr to, Ymm from) {
    vex(MAP_0F, P66, true, false, 0x7e, from.number(), 0, new Ymm(to.number()));
  }
}
