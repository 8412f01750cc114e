package guywire.tunnel.machine;

import guywire.tunnel.machine.Operand.Zmm;
import java.util.ArrayList;
import java.util.List;

/** Machine code of Poly1305 (RFC 8439 section 2.5) over ciphertexts without associated data. */
/*
 * Two ways to fill the eight elements of LimbCode's sums: with eight messages, a block of each at a time;
 * or with eight blocks of one message, each multiplied by r^8 from then on and at the end by r^8 to r^1. In
 * the second what is left of less than eight blocks is done as in the first, with the same message eight
 * times.
 */
final class PolyCode {

  private static final int CHUNK = 64;
  private static final int EIGHT_BLOCKS = 128;

  /** The shortest message whose tag can be made alone. */
  static final int LEAST_ALONE = EIGHT_BLOCKS;

  /** From so many bytes on it pays to make higher powers of r. */
  static final int WORTH_POWERS = 256;

  /** Where they are in the result's memory: behind the tags. */
  private static final int POWERS = 128;

  /** Memory for the result and what is needed on the way to it. */
  static final int RESULT_BYTES = POWERS + LimbCode.POWERS_BYTES;

  private static final Gpr KEYS = Gpr.RSI;
  private static final Gpr KEY_STRIDE = Gpr.RDX;
  private static final Gpr LENGTH = Gpr.RDX;
  private static final Gpr LEFT = Gpr.RCX;
  private static final Gpr RESULT = Gpr.R8;
  private static final Gpr TABLE = Gpr.R9;
  private static final Gpr AT = Gpr.RAX;
  private static final Gpr[] MESSAGES = {
    Gpr.RBX, Gpr.RBP, Gpr.R12, Gpr.R13, Gpr.R14, Gpr.R15, Gpr.R10, Gpr.R11
  };
  private static final Gpr[] KEPT = {Gpr.RBX, Gpr.RBP, Gpr.R12, Gpr.R13, Gpr.R14, Gpr.R15};

  private final Assembler code;
  private final LimbCode limbs;
  private final Zmm[] z = LimbCode.registers(0, 32);
  private final Zmm[] h;
  private final Zmm[] r;

  PolyCode(Assembler code) {
    this.code = code;
    limbs = new LimbCode(code);
    h = limbs.h;
    r = limbs.five;
  }

  /**
   * {@code void tags(messages, keys, keyStride, length, result, constants)}: the tags of eight
   * ciphertexts of one length, whose addresses are in a table, under one-time keys, at each of
   * which 64 bytes are read. The lower halves of the tags are written first, then the upper halves.
   */
  void tags() {
    begin();
    for (int i = 0; i < 8; i++) {
      code.mov(MESSAGES[i], Operand.at(Gpr.RDI, 8 * i));
    }
    code.mov(AT, KEYS);
    for (int i = 0; i < 8; i++) {
      code.vmovdqu64(z[16 + i], Operand.at(AT, 0));
      code.add(AT, KEY_STRIDE);
    }
    transpose();
    code.vmovdqu64(Operand.at(RESULT, 0), z[25]);
    code.vmovdqu64(Operand.at(RESULT, 64), z[29]);
    limbs.clamp(TABLE, z[24], z[28]);
    limbs.square();
    code.mov(LENGTH, LEFT);
    code.mov(AT, 0);
    chunks();
    rest();
    finish();
  }

  /**
   * {@code void tag(message, key, unused, length, result, constants)}: the tag of one ciphertext of
   * at least 128 bytes; the result as above, eight times the same.
   */
  void tag() {
    begin();
    code.mov(LENGTH, LEFT);
    for (Gpr message : MESSAGES) {
      code.mov(message, Gpr.RDI);
    }
    code.vpbroadcastq(z[24], Operand.at(KEYS, 16));
    code.vpbroadcastq(z[25], Operand.at(KEYS, 24));
    code.vmovdqu64(Operand.at(RESULT, 0), z[24]);
    code.vmovdqu64(Operand.at(RESULT, 64), z[25]);
    code.vpbroadcastq(z[24], Operand.at(KEYS, 0));
    code.vpbroadcastq(z[25], Operand.at(KEYS, 8));
    limbs.clamp(TABLE, z[24], z[25]);
    // r itself is needed again at the end.
    Zmm[] kept = {z[24], z[25], z[26]};
    Zmm[] powers = {z[30], z[31], z[14]};
    limbs.copy(kept, r);
    powers(kept, powers);
    eightBlocksAtATime();
    limbs.copy(r, powers);
    limbs.times20();
    limbs.multiply(limbs.r);
    for (Zmm part : h) {
      limbs.sumOfElements(part);
    }
    limbs.copy(r, kept);
    limbs.times20();
    Zmm[] sum = {z[27], z[28], z[29]};
    limbs.copy(sum, h);
    limbs.square();
    limbs.copy(h, sum);
    rest();
    finish();
  }

  private void begin() {
    for (Gpr register : KEPT) {
      code.push(register);
    }
    limbs.begin(TABLE);
  }

  /**
   * Eight rows of 64 bytes in z16 to z23 become blocks: lower halves z24 to 27, upper z28 to 31.
   */
  private void transpose() {
    for (int i = 0; i < 4; i++) {
      code.vpunpcklqdq(z[24 + i], z[16 + 2 * i], z[17 + 2 * i]);
      code.vpunpckhqdq(z[28 + i], z[16 + 2 * i], z[17 + 2 * i]);
    }
    Zmm[] free = {z[16], z[17], z[18], z[19]};
    Transposition.ofQuarters(code, z[24], z[25], z[26], z[27], free);
    Transposition.ofQuarters(code, z[28], z[29], z[30], z[31], free);
  }

  /**
   * From r in {@code base}: r^8 as the factor, and in {@code all} the power that each element of
   * the sum is multiplied by at the end.
   */
  /*
   * Eight blocks lie in the elements in the order 0, 4, 1, 5, 2, 6, 3, 7, and block b needs r^(8-b): so the
   * exponents are 8, 4, 7, 3, 6, 2, 5, 1. They are put together from r, r^2 and r^4 by their bits.
   */
  private void powers(Zmm[] base, Zmm[] all) {
    Zmm[] fourth = {z[27], z[28], z[29]};
    Zmm[] second = {z[11], z[12], z[13]};
    limbs.copy(h, base);
    limbs.multiply(limbs.r);
    limbs.copy(second, h);
    limbs.copy(r, second);
    limbs.times20();
    limbs.multiply(limbs.r);
    limbs.copy(fourth, h);
    limbs.copy(r, fourth);
    limbs.times20();
    limbs.multiply(limbs.r);
    // Now h is r^8 everywhere; it stays so in the first element.
    limbs.copy(all, h);
    limbs.one(TABLE, h);
    blend(h, 0b1100_1100, base);
    blend(h, 0b0000_0001, all);
    limbs.one(TABLE, r);
    blend(r, 0b0011_1100, second);
    limbs.times20();
    limbs.multiply(limbs.r);
    limbs.one(TABLE, r);
    blend(r, 0b0101_0110, fourth);
    limbs.times20();
    limbs.multiply(limbs.r);
    limbs.copy(r, all);
    limbs.copy(all, h);
    limbs.times20();
  }

  private void blend(Zmm[] to, int elements, Zmm[] from) {
    code.mov(Gpr.RDI, elements);
    code.kmovq(1, Gpr.RDI);
    for (int i = 0; i < 3; i++) {
      code.vmovdqu64(to[i], 1, from[i]);
    }
  }

  /** All whole groups of eight blocks; the sums are not yet multiplied by their powers. */
  private void eightBlocksAtATime() {
    Encoder.Label done = code.label();
    limbs.clearSums();
    code.mov(AT, 0);
    // The first group is only added: each later one multiplies what was there before it.
    addEight();
    Encoder.Label next = code.here();
    code.cmp(LEFT, EIGHT_BLOCKS);
    code.jump(Assembler.JumpCondition.BELOW, done);
    limbs.multiply(limbs.r);
    addEight();
    code.jump(next);
    code.bind(done);
  }

  private void addEight() {
    code.vmovdqu64(z[27], Operand.at(MESSAGES[0], AT));
    code.vmovdqu64(z[28], new Operand.Mem(MESSAGES[0], AT, CHUNK, false));
    code.vpunpcklqdq(z[29], z[27], z[28]);
    code.vpunpckhqdq(z[15], z[27], z[28]);
    limbs.addBlock(z[29], z[15]);
    code.add(AT, EIGHT_BLOCKS);
    code.sub(LEFT, EIGHT_BLOCKS);
  }

  /** All whole chunks of long messages; the chunk behind them is read, too. */
  /*
   * The processor's two ports are busy only if instructions that do not wait for each other stand together:
   * so while one chunk is multiplied the next one is transposed, which only one of the ports does.
   */
  private void chunks() {
    Encoder.Label few = code.label();
    Encoder.Label done = code.label();
    code.cmp(LEFT, WORTH_POWERS);
    code.jump(Assembler.JumpCondition.BELOW, few);
    limbs.powers(RESULT, POWERS);
    limbs.clearSums();
    Zmm[] lower = {z[24], z[25], z[26], z[27]};
    Zmm[] upper = {z[28], z[29], z[30], z[31]};
    loadChunk();
    Encoder.Label next = code.here();
    var loading = new ArrayList<Runnable>();
    Operand[] loaded = loadNextChunk(loading);
    limbs.addFourBlocks(lower, upper, RESULT, POWERS, loading.iterator());
    for (int i = 0; i < 4; i++) {
      code.vmovdqu64(lower[i], loaded[2 * i]);
      code.vmovdqu64(upper[i], loaded[2 * i + 1]);
    }
    code.add(AT, CHUNK);
    code.sub(LEFT, CHUNK);
    code.cmp(LEFT, CHUNK);
    code.jump(Assembler.JumpCondition.NOT_BELOW, next);
    limbs.recall(RESULT, POWERS);
    code.jump(done);
    code.bind(few);
    limbs.clearSums();
    code.bind(done);
  }

  /** The next 64 bytes of each message, as {@link #transpose} leaves them. */
  private void loadChunk() {
    for (int i = 0; i < 8; i++) {
      code.vmovdqu64(z[16 + i], Operand.at(MESSAGES[i], AT));
    }
    transpose();
  }

  /**
   * The same of the chunk behind it, in registers that {@link LimbCode#addFourBlocks} leaves alone.
   *
   * @param instructions where the instructions go, to be mixed with others
   * @return lower and upper halves in turn
   */
  private Operand[] loadNextChunk(List<Runnable> instructions) {
    // There are registers enough: nothing has to wait in memory.
    var rows = new Rows(code, instructions, RESULT);
    var halves = new Operand[8];
    for (int i = 0; i < 8; i++) {
      halves[i] = new Operand.Mem(MESSAGES[i], AT, CHUNK, false);
    }
    int[] unused = {3, 4, 5, 6, 7, 11, 12, 13, 14, 15};
    for (int i = 0; i < unused.length; i++) {
      Zmm register = z[unused[i]];
      if (i < 4) {
        Operand row = halves[2 * i];
        instructions.add(() -> code.vmovdqu64(register, row));
        halves[2 * i] = register;
      } else {
        rows.free(register);
      }
    }
    for (int i = 0; i < 4; i++) {
      rows.pairLongs(halves, 2 * i, 2 * i + 1);
    }
    rows.transposeQuarters(halves, 0, 2);
    rows.transposeQuarters(halves, 1, 2);
    return halves;
  }

  /** What is left of the eight messages, and the block of lengths (RFC 8439 section 2.8). */
  private void rest() {
    Encoder.Label tail = code.label();
    Encoder.Label lengths = code.label();
    Encoder.Label next = code.here();
    code.cmp(LEFT, CHUNK);
    code.jump(Assembler.JumpCondition.BELOW, tail);
    loadChunk();
    for (int block = 0; block < 4; block += 2) {
      limbs.addTwoBlocks(z[24 + block], z[28 + block], z[25 + block], z[29 + block]);
    }
    code.add(AT, CHUNK);
    code.sub(LEFT, CHUNK);
    code.jump(next);
    code.bind(tail);
    code.test(LEFT, LEFT);
    code.jump(Assembler.JumpCondition.ZERO, lengths);
    code.mov(Gpr.RDI, -1);
    code.bzhi(Gpr.RDI, Gpr.RDI, LEFT);
    code.kmovq(1, Gpr.RDI);
    for (int i = 0; i < 8; i++) {
      code.vmovdqu8(z[16 + i], 1, Operand.at(MESSAGES[i], AT));
    }
    transpose();
    for (int block = 0; block < 4; block++) {
      limbs.addBlock(z[24 + block], z[28 + block]);
      limbs.multiply(limbs.r);
      if (block < 3) {
        code.cmp(LEFT, 16 * (block + 1));
        code.jump(Assembler.JumpCondition.NOT_ABOVE, lengths);
      }
    }
    code.bind(lengths);
    code.clear(z[24]);
    code.vpbroadcastq(z[28], LENGTH);
    limbs.addBlock(z[24], z[28]);
    limbs.multiply(limbs.r);
  }

  /** Reduces modulo 2^130 - 5, adds the second half of the one-time key and writes the result. */
  private void finish() {
    Zmm lower = z[27];
    Zmm upper = z[28];
    limbs.reduce(TABLE, lower, upper, new Zmm[] {z[24], z[25], z[26]});
    code.vpaddq(lower, lower, Operand.at(RESULT, 0));
    code.vpcmpltuq(1, lower, Operand.at(RESULT, 0));
    code.vpaddq(upper, upper, Operand.at(RESULT, 64));
    code.vpaddq(upper, 1, upper, Operand.each(TABLE, Constants.ONE));
    code.vmovdqu64(Operand.at(RESULT, 0), lower);
    code.vmovdqu64(Operand.at(RESULT, 64), upper);
    for (int i = KEPT.length - 1; i >= 0; i--) {
      code.pop(KEPT[i]);
    }
    code.vzeroupper();
    code.ret();
  }
}
