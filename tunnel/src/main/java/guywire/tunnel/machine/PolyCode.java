package guywire.tunnel.machine;

import guywire.tunnel.machine.Operand.Zmm;

/** Machine code of Poly1305 (RFC 8439 section 2.5) over ciphertexts without associated data. */
/*
 * Numbers modulo 2^130 - 5 are three limbs of 44, 44 and 42 bits, one in each of three registers whose
 * eight elements are eight numbers; the processor multiplies 52 bits by 52 (AVX-512 IFMA). A product of
 * limbs i and j counts 2^(44(i+j)); from 2^132 on it comes back as 20 times 2^(44(i+j-3)), for 2^132 is
 * 4 times 2^130 and 2^130 is 5. Limbs are carried after each multiplication, but only so far that they
 * stay below 52 bits; all the way at the end. Two blocks are taken at a time: the sum is multiplied by r^2,
 * the second block by r, and both products are carried together.
 *
 * Two ways to fill the eight elements: with eight messages, a block of each at a time; or with eight
 * blocks of one message, each multiplied by r^8 from then on and at the end by r^8 to r^1. In the second
 * what is left of less than eight blocks is done as in the first, with the same message eight times.
 */
final class PolyCode {

  private static final int LIMB_BITS = 44;
  private static final int TOP_BITS = 42;
  private static final int CHUNK = 64;
  private static final int EIGHT_BLOCKS = 128;

  private static final Gpr STREAMS = Gpr.RSI;
  private static final Gpr STREAM_STRIDE = Gpr.RDX;
  private static final Gpr LENGTH = Gpr.RDX;
  private static final Gpr LEFT = Gpr.RCX;
  private static final Gpr RESULT = Gpr.R8;
  private static final Gpr TABLE = Gpr.R9;
  private static final Gpr AT = Gpr.RAX;
  private static final Gpr[] MESSAGES = {
    Gpr.RBX, Gpr.RBP, Gpr.R12, Gpr.R13, Gpr.R14, Gpr.R15, Gpr.R10, Gpr.R11
  };
  private static final Gpr[] KEPT = {Gpr.RBX, Gpr.RBP, Gpr.R12, Gpr.R13, Gpr.R14, Gpr.R15};

  /** A number that others are multiplied by: its limbs, and 20 times the upper two. */
  private record Factor(Zmm low, Zmm middle, Zmm top, Zmm middle20, Zmm top20) {}

  private final Assembler code;
  private final Zmm[] z = new Zmm[32];
  private final Zmm[] h;
  private final Factor r;
  private final Factor square;
  private final Zmm limb;
  private final Zmm afterBlock;
  private final Zmm topLimb;
  private final Zmm[] low;
  private final Zmm[] high;
  private final Zmm spare;
  private final Zmm spare2;

  PolyCode(Assembler code) {
    this.code = code;
    for (int i = 0; i < 32; i++) {
      z[i] = new Zmm(i);
    }
    h = new Zmm[] {z[0], z[1], z[2]};
    r = new Factor(z[3], z[4], z[5], z[6], z[7]);
    limb = z[8];
    afterBlock = z[9];
    topLimb = z[10];
    square = new Factor(z[11], z[12], z[13], z[14], z[15]);
    low = new Zmm[] {z[16], z[18], z[20]};
    high = new Zmm[] {z[17], z[19], z[21]};
    spare = z[22];
    spare2 = z[23];
  }

  /**
   * {@code void tags(messages, streams, streamStride, length, result, constants)}: the tags of
   * eight ciphertexts of one length, whose addresses are in a table; their one-time keys begin
   * their key streams. The lower halves of the tags are written first, then the upper halves.
   */
  void tags() {
    begin();
    for (int i = 0; i < 8; i++) {
      code.mov(MESSAGES[i], Operand.at(Gpr.RDI, 8 * i));
    }
    code.mov(AT, STREAMS);
    for (int i = 0; i < 8; i++) {
      code.vmovdqu64(z[16 + i], Operand.at(AT, 0));
      code.add(AT, STREAM_STRIDE);
    }
    transpose();
    code.vmovdqu64(Operand.at(RESULT, 0), z[25]);
    code.vmovdqu64(Operand.at(RESULT, 64), z[29]);
    clamp(z[24], z[28]);
    times20(r);
    square();
    for (Zmm part : h) {
      code.clear(part);
    }
    code.mov(LENGTH, LEFT);
    code.mov(AT, 0);
    rest();
    finish();
  }

  /**
   * {@code void tag(message, stream, unused, length, result, constants)}: the tag of one ciphertext
   * of at least 128 bytes; the result as above, eight times the same.
   */
  void tag() {
    begin();
    code.mov(LENGTH, LEFT);
    for (Gpr message : MESSAGES) {
      code.mov(message, Gpr.RDI);
    }
    code.vpbroadcastq(z[24], Operand.at(STREAMS, 16));
    code.vpbroadcastq(z[25], Operand.at(STREAMS, 24));
    code.vmovdqu64(Operand.at(RESULT, 0), z[24]);
    code.vmovdqu64(Operand.at(RESULT, 64), z[25]);
    code.vpbroadcastq(z[24], Operand.at(STREAMS, 0));
    code.vpbroadcastq(z[25], Operand.at(STREAMS, 8));
    clamp(z[24], z[25]);
    times20(r);
    // r itself is needed again at the end.
    Zmm[] kept = {z[24], z[25], z[26]};
    Zmm[] powers = {z[30], z[31], z[14]};
    copy(kept, limbs(r));
    powers(kept, powers);
    eightBlocksAtATime();
    copy(limbs(r), powers);
    times20(r);
    multiply(r);
    for (Zmm part : h) {
      sumOfElements(part);
    }
    copy(limbs(r), kept);
    times20(r);
    Zmm[] sum = {z[27], z[28], z[29]};
    copy(sum, h);
    square();
    copy(h, sum);
    rest();
    finish();
  }

  private void begin() {
    for (Gpr register : KEPT) {
      code.push(register);
    }
    code.vpbroadcastq(limb, Operand.at(TABLE, Constants.LIMB));
    code.vpbroadcastq(topLimb, Operand.at(TABLE, Constants.TOP_LIMB));
    code.vpbroadcastq(afterBlock, Operand.at(TABLE, Constants.AFTER_BLOCK));
  }

  private static Zmm[] limbs(Factor factor) {
    return new Zmm[] {factor.low(), factor.middle(), factor.top()};
  }

  private void copy(Zmm[] to, Zmm[] from) {
    for (int i = 0; i < 3; i++) {
      code.vmovdqu64(to[i], from[i]);
    }
  }

  /** The limbs of r from its 128 bits. */
  private void clamp(Zmm lower, Zmm upper) {
    code.vpandq(lower, lower, Operand.each(TABLE, Constants.CLAMP_LOW));
    code.vpandq(upper, upper, Operand.each(TABLE, Constants.CLAMP_HIGH));
    code.vpandq(r.low(), lower, limb);
    code.vpshrdq(r.middle(), lower, upper, LIMB_BITS);
    code.vpandq(r.middle(), r.middle(), limb);
    code.vpsrlq(r.top(), upper, 2 * LIMB_BITS - 64);
  }

  /** r^2 from r; the sums lose their content. */
  private void square() {
    copy(h, limbs(r));
    multiply(r);
    copy(limbs(square), h);
    times20(square);
  }

  private void times20(Factor factor) {
    times20(factor.middle20(), factor.middle());
    times20(factor.top20(), factor.top());
  }

  private void times20(Zmm to, Zmm from) {
    code.vpsllq(to, from, 4);
    code.vpsllq(spare, from, 2);
    code.vpaddq(to, to, spare);
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

  /** Adds a block of each element's message to its sum. */
  private void addBlock(Zmm lower, Zmm upper) {
    code.vpandq(spare, lower, limb);
    code.vpaddq(h[0], h[0], spare);
    code.vpshrdq(spare2, lower, upper, LIMB_BITS);
    code.vpandq(spare2, spare2, limb);
    code.vpaddq(h[1], h[1], spare2);
    code.vpsrlq(spare, upper, 2 * LIMB_BITS - 64);
    code.vporq(spare, spare, afterBlock);
    code.vpaddq(h[2], h[2], spare);
  }

  /** Multiplies the sums; limbs stay below 2^44 plus a little. */
  private void multiply(Factor by) {
    clearProducts();
    products(h, by);
    carry();
  }

  /** Adds two blocks one after the other, multiplying after each. The second loses its content. */
  private void addTwoBlocks(Zmm lower, Zmm upper, Zmm secondLower, Zmm secondUpper) {
    addBlock(lower, upper);
    code.vpandq(spare, secondLower, limb);
    code.vpshrdq(secondLower, secondLower, secondUpper, LIMB_BITS);
    code.vpandq(secondLower, secondLower, limb);
    code.vpsrlq(secondUpper, secondUpper, 2 * LIMB_BITS - 64);
    code.vporq(secondUpper, secondUpper, afterBlock);
    clearProducts();
    // What does not wait for the sums comes first.
    products(new Zmm[] {spare, secondLower, secondUpper}, r);
    products(h, square);
    carry();
  }

  private void clearProducts() {
    for (int i = 0; i < 3; i++) {
      code.clear(low[i]);
      code.clear(high[i]);
    }
  }

  /** Adds the products of a number's limbs, the one first that is ready first. */
  private void products(Zmm[] number, Factor by) {
    products(number[2], by.middle20(), by.top20(), by.low());
    products(number[0], by.low(), by.middle(), by.top());
    products(number[1], by.top20(), by.low(), by.middle());
  }

  private void carry() {
    code.vpsrlq(spare, low[0], LIMB_BITS);
    code.vpandq(h[0], low[0], limb);
    // The upper 52 bits count 2^52, which is 2^8 of the next limb.
    code.vpsllq(high[0], high[0], 52 - LIMB_BITS);
    code.vpaddq(low[1], low[1], high[0]);
    code.vpaddq(low[1], low[1], spare);
    code.vpsrlq(spare, low[1], LIMB_BITS);
    code.vpandq(h[1], low[1], limb);
    code.vpsllq(high[1], high[1], 52 - LIMB_BITS);
    code.vpaddq(low[2], low[2], high[1]);
    code.vpaddq(low[2], low[2], spare);
    code.vpsrlq(spare, low[2], TOP_BITS);
    code.vpandq(h[2], low[2], topLimb);
    code.vpsllq(high[2], high[2], 52 - TOP_BITS);
    code.vpaddq(spare, spare, high[2]);
    carryFromTop();
  }

  private void products(Zmm from, Zmm first, Zmm second, Zmm third) {
    Zmm[] by = {first, second, third};
    for (int i = 0; i < 3; i++) {
      code.vpmadd52luq(low[i], from, by[i]);
      code.vpmadd52huq(high[i], from, by[i]);
    }
  }

  /** What is beyond the top limb, in the spare register, comes back five times at the bottom. */
  private void carryFromTop() {
    code.vpaddq(h[0], h[0], spare);
    code.vpsllq(spare, spare, 2);
    code.vpaddq(h[0], h[0], spare);
    code.vpsrlq(spare, h[0], LIMB_BITS);
    code.vpandq(h[0], h[0], limb);
    code.vpaddq(h[1], h[1], spare);
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
    copy(h, base);
    multiply(r);
    copy(second, h);
    copy(limbs(r), second);
    times20(r);
    multiply(r);
    copy(fourth, h);
    copy(limbs(r), fourth);
    times20(r);
    multiply(r);
    // Now h is r^8 everywhere; it stays so in the first element.
    copy(all, h);
    one(h);
    blend(h, 0b1100_1100, base);
    blend(h, 0b0000_0001, all);
    one(limbs(r));
    blend(limbs(r), 0b0011_1100, second);
    times20(r);
    multiply(r);
    one(limbs(r));
    blend(limbs(r), 0b0101_0110, fourth);
    times20(r);
    multiply(r);
    copy(limbs(r), all);
    copy(all, h);
    times20(r);
  }

  private void one(Zmm[] number) {
    code.vpbroadcastq(number[0], Operand.at(TABLE, Constants.ONE));
    code.clear(number[1]);
    code.clear(number[2]);
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
    Assembler.Label done = code.label();
    for (Zmm part : h) {
      code.clear(part);
    }
    code.mov(AT, 0);
    // The first group is only added: each later one multiplies what was there before it.
    addEight();
    Assembler.Label next = code.here();
    code.cmp(LEFT, EIGHT_BLOCKS);
    code.jump(Assembler.Condition.BELOW, done);
    multiply(r);
    addEight();
    code.jump(next);
    code.bind(done);
  }

  private void addEight() {
    code.vmovdqu64(z[27], Operand.at(MESSAGES[0], AT));
    code.vmovdqu64(z[28], new Operand.Mem(MESSAGES[0], AT, CHUNK, false));
    code.vpunpcklqdq(z[29], z[27], z[28]);
    code.vpunpckhqdq(z[15], z[27], z[28]);
    addBlock(z[29], z[15]);
    code.add(AT, EIGHT_BLOCKS);
    code.sub(LEFT, EIGHT_BLOCKS);
  }

  private void sumOfElements(Zmm register) {
    code.vshufi32x4(spare, register, register, 0x4e);
    code.vpaddq(register, register, spare);
    code.vshufi32x4(spare, register, register, 0xb1);
    code.vpaddq(register, register, spare);
    code.vpshufd(spare, register, 0x4e);
    code.vpaddq(register, register, spare);
  }

  /** What is left of the eight messages, and the block of lengths (RFC 8439 section 2.8). */
  private void rest() {
    Assembler.Label tail = code.label();
    Assembler.Label lengths = code.label();
    Assembler.Label next = code.here();
    code.cmp(LEFT, CHUNK);
    code.jump(Assembler.Condition.BELOW, tail);
    for (int i = 0; i < 8; i++) {
      code.vmovdqu64(z[16 + i], Operand.at(MESSAGES[i], AT));
    }
    transpose();
    for (int block = 0; block < 4; block += 2) {
      addTwoBlocks(z[24 + block], z[28 + block], z[25 + block], z[29 + block]);
    }
    code.add(AT, CHUNK);
    code.sub(LEFT, CHUNK);
    code.jump(next);
    code.bind(tail);
    code.test(LEFT, LEFT);
    code.jump(Assembler.Condition.ZERO, lengths);
    code.mov(Gpr.RDI, -1);
    code.bzhi(Gpr.RDI, Gpr.RDI, LEFT);
    code.kmovq(1, Gpr.RDI);
    for (int i = 0; i < 8; i++) {
      code.vmovdqu8(z[16 + i], 1, Operand.at(MESSAGES[i], AT));
    }
    transpose();
    for (int block = 0; block < 4; block++) {
      addBlock(z[24 + block], z[28 + block]);
      multiply(r);
      if (block < 3) {
        code.cmp(LEFT, 16 * (block + 1));
        code.jump(Assembler.Condition.NOT_ABOVE, lengths);
      }
    }
    code.bind(lengths);
    code.clear(z[24]);
    code.vpbroadcastq(z[28], LENGTH);
    addBlock(z[24], z[28]);
    multiply(r);
  }

  /** Reduces modulo 2^130 - 5, adds the second half of the one-time key and writes the result. */
  private void finish() {
    for (int round = 0; round < 2; round++) {
      code.vpsrlq(spare, h[1], LIMB_BITS);
      code.vpandq(h[1], h[1], limb);
      code.vpaddq(h[2], h[2], spare);
      code.vpsrlq(spare, h[2], TOP_BITS);
      code.vpandq(h[2], h[2], topLimb);
      carryFromTop();
    }
    // Not below the prime: then adding 5 carries out of 130 bits, and what is below them is right.
    Zmm[] more = {z[24], z[25], z[26]};
    code.vpaddq(more[0], h[0], Operand.each(TABLE, Constants.FIVE));
    code.vpsrlq(spare, more[0], LIMB_BITS);
    code.vpandq(more[0], more[0], limb);
    code.vpaddq(more[1], h[1], spare);
    code.vpsrlq(spare, more[1], LIMB_BITS);
    code.vpandq(more[1], more[1], limb);
    code.vpaddq(more[2], h[2], spare);
    code.vpcmpltuq(1, topLimb, more[2]);
    code.vpandq(more[2], more[2], topLimb);
    for (int i = 0; i < 3; i++) {
      code.vmovdqu64(h[i], 1, more[i]);
    }
    Zmm lower = z[27];
    Zmm upper = z[28];
    code.vpsllq(lower, h[1], LIMB_BITS);
    code.vporq(lower, lower, h[0]);
    code.vpsrlq(upper, h[1], 64 - LIMB_BITS);
    code.vpsllq(spare, h[2], 2 * LIMB_BITS - 64);
    code.vporq(upper, upper, spare);
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
