package guywire.tunnel.machine;

import guywire.tunnel.machine.Operand.Mem;
import guywire.tunnel.machine.Operand.Zmm;

/**
 * Writes x86-64 machine code: of AVX-512 and of the general instructions, those that the ciphers
 * here need. The order of operands is Intel's, destination first. Encodings: Intel's Software
 * Developer's Manual, volume 2.
 */
class Assembler extends Encoder {

  /** The conditions of jumps used here, by their numbers. */
  enum JumpCondition {
    BELOW(0x2),
    NOT_BELOW(0x3),
    ZERO(0x4),
    NOT_ZERO(0x5),
    NOT_ABOVE(0x6);

    private final int code;

    JumpCondition(int code) {
      this.code = code;
    }
  }

  private static final Zmm NONE = new Zmm(0);

  // ---- General instructions, 64 bits wide ----

  final void general(int opcode, Gpr reg, Mem mem) {
    boolean indexed = mem.hasIndex();
    rex(reg.number(), indexed ? mem.index().number() : 0, mem.base().number());
    put(opcode);
    memory(reg.number(), mem);
  }

  final void general(int opcode, Gpr reg, Gpr rm) {
    rex(reg.number(), 0, rm.number());
    put(opcode);
    registers(reg.number(), rm.number());
  }

  final void immediate(int extension, Gpr rm, int value) {
    rex(0, 0, rm.number());
    put(0x81);
    registers(extension, rm.number());
    putInt(value);
  }

  void mov(Gpr to, Gpr from) {
    general(0x89, from, to);
  }

  void mov(Gpr to, Mem from) {
    general(0x8b, to, from);
  }

  void mov(Mem to, Gpr from) {
    general(0x89, from, to);
  }

  /** Has the line of memory come near that will be read soon; of any address. */
  void prefetch(Mem from) {
    rex(0, from.hasIndex() ? from.index().number() : 0, from.base().number());
    put(0x0f, 0x18);
    memory(1, from);
  }

  /** Sets a register to a number that is extended with its sign. */
  void mov(Gpr to, int value) {
    rex(0, 0, to.number());
    put(0xc7);
    registers(0, to.number());
    putInt(value);
  }

  void add(Gpr to, Gpr from) {
    general(0x01, from, to);
  }

  void add(Gpr to, int value) {
    immediate(0, to, value);
  }

  void sub(Gpr to, int value) {
    immediate(5, to, value);
  }

  void cmp(Gpr left, int right) {
    immediate(7, left, right);
  }

  void test(Gpr left, Gpr right) {
    general(0x85, right, left);
  }

  void push(Gpr register) {
    put(0x40 | register.number() >> 3, 0x50 | register.number() & 7);
  }

  void pop(Gpr register) {
    put(0x40 | register.number() >> 3, 0x58 | register.number() & 7);
  }

  void jump(Label to) {
    put(0xe9);
    use(to);
  }

  void jump(JumpCondition condition, Label to) {
    put(0x0f, 0x80 | condition.code);
    use(to);
  }

  void ret() {
    put(0xc3);
  }

  /** Keeps the lowest {@code count} bits of a register (BMI2). */
  void bzhi(Gpr to, Gpr from, Gpr count) {
    vex(MAP_0F38, PLAIN, true, to.number(), count.number(), from.number());
    put(0xf5);
    registers(to.number(), from.number());
  }

  /** To a mask register, 1 to 7. */
  void kmovq(int mask, Gpr from) {
    vex(MAP_0F, PF2, true, mask, 0, from.number());
    put(0x92);
    registers(mask, from.number());
  }

  /** The lowest 64 bits of one of the first sixteen registers. */
  void vmovq(Gpr to, Zmm from) {
    vex(MAP_0F, P66, true, from.number(), 0, to.number());
    put(0x7e);
    registers(from.number(), to.number());
  }

  /** Ends the use of wide registers, so that older instructions do not wait for them. */
  void vzeroupper() {
    put(0xc5, 0xf8, 0x77);
  }

  // ---- AVX-512, always 512 bits wide ----

  private void op66(int map, boolean wide, int opcode, Zmm to, Zmm left, Operand right) {
    evex(map, P66, wide, opcode, to.number(), left.number(), right, 0);
  }

  void vpaddd(Zmm to, Zmm left, Operand right) {
    op66(MAP_0F, false, 0xfe, to, left, right);
  }

  void vpaddq(Zmm to, Zmm left, Operand right) {
    op66(MAP_0F, true, 0xd4, to, left, right);
  }

  /** Adds where the mask says so; elsewhere the destination stays. */
  void vpaddq(Zmm to, int mask, Zmm left, Operand right) {
    evex(MAP_0F, P66, true, 0xd4, to.number(), left.number(), right, mask);
  }

  void vpxord(Zmm to, Zmm left, Operand right) {
    op66(MAP_0F, false, 0xef, to, left, right);
  }

  void vpandq(Zmm to, Zmm left, Operand right) {
    op66(MAP_0F, true, 0xdb, to, left, right);
  }

  void vporq(Zmm to, Zmm left, Operand right) {
    op66(MAP_0F, true, 0xeb, to, left, right);
  }

  /** Rotates 32-bit elements to the left. */
  void vprold(Zmm to, Zmm from, int bits) {
    evex(MAP_0F, P66, false, 0x72, 1, to.number(), from, 0);
    put(bits);
  }

  void vpsrlq(Zmm to, Zmm from, int bits) {
    evex(MAP_0F, P66, true, 0x73, 2, to.number(), from, 0);
    put(bits);
  }

  void vpsllq(Zmm to, Zmm from, int bits) {
    evex(MAP_0F, P66, true, 0x73, 6, to.number(), from, 0);
    put(bits);
  }

  /** The lower half of the 128-bit {@code high:low} moved to the right. */
  void vpshrdq(Zmm to, Zmm low, Zmm high, int bits) {
    op66(MAP_0F3A, true, 0x73, to, low, high);
    put(bits);
  }

  /** Adds the low 52 bits of the products of 52-bit numbers. */
  void vpmadd52luq(Zmm to, Zmm left, Operand right) {
    op66(MAP_0F38, true, 0xb4, to, left, right);
  }

  /** Adds the high 52 bits of the products of 52-bit numbers. */
  void vpmadd52huq(Zmm to, Zmm left, Operand right) {
    op66(MAP_0F38, true, 0xb5, to, left, right);
  }

  void vpunpckldq(Zmm to, Zmm left, Operand right) {
    op66(MAP_0F, false, 0x62, to, left, right);
  }

  void vpunpckhdq(Zmm to, Zmm left, Operand right) {
    op66(MAP_0F, false, 0x6a, to, left, right);
  }

  void vpunpcklqdq(Zmm to, Zmm left, Operand right) {
    op66(MAP_0F, true, 0x6c, to, left, right);
  }

  void vpunpckhqdq(Zmm to, Zmm left, Operand right) {
    op66(MAP_0F, true, 0x6d, to, left, right);
  }

  void vshufi32x4(Zmm to, Zmm left, Operand right, int choice) {
    op66(MAP_0F3A, false, 0x43, to, left, right);
    put(choice);
  }

  /** The choice of 32-bit elements within each 128 bits. */
  void vpshufd(Zmm to, Operand from, int choice) {
    op66(MAP_0F, false, 0x70, to, NONE, from);
    put(choice);
  }

  void vpbroadcastd(Zmm to, Mem from) {
    op66(MAP_0F38, false, 0x58, to, NONE, from);
  }

  void vpbroadcastq(Zmm to, Mem from) {
    op66(MAP_0F38, true, 0x59, to, NONE, from);
  }

  void vpbroadcastq(Zmm to, Gpr from) {
    // The general register takes the place of a vector register of the same number.
    op66(MAP_0F38, true, 0x7c, to, NONE, new Zmm(from.number()));
  }

  void vmovdqu64(Zmm to, Operand from) {
    evex(MAP_0F, PF3, true, 0x6f, to.number(), 0, from, 0);
  }

  /** Moves the elements of a mask; the others stay. */
  void vmovdqu64(Zmm to, int mask, Operand from) {
    evex(MAP_0F, PF3, true, 0x6f, to.number(), 0, from, mask);
  }

  void vmovdqu64(Mem to, Zmm from) {
    evex(MAP_0F, PF3, true, 0x7f, from.number(), 0, to, 0);
  }

  /** Reads the bytes of a mask; the others become zero, their memory is not touched. */
  void vmovdqu8(Zmm to, int mask, Mem from) {
    evex(MAP_0F, PF2, false, 0x6f, to.number(), 0, from, -mask);
  }

  /** Writes the bytes of a mask. */
  void vmovdqu8(Mem to, int mask, Zmm from) {
    evex(MAP_0F, PF2, false, 0x7f, from.number(), 0, to, mask);
  }

  /** A mask of the 64-bit elements that are below, unsigned. */
  void vpcmpltuq(int mask, Zmm left, Operand right) {
    evex(MAP_0F3A, P66, true, 0x1e, mask, left.number(), right, 0);
    put(1);
  }

  /** Zeros. */
  void clear(Zmm register) {
    vpxord(register, register, register);
  }
}
