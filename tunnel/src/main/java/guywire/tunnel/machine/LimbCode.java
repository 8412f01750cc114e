package guywire.tunnel.machine;

import guywire.tunnel.machine.Operand.Zmm;

/**
 * Machine code of arithmetic modulo 2^130 - 5, Poly1305's (RFC 8439 section 2.5), on eight sums at
 * once. Uses the registers zmm0 to zmm23.
 */
/*
 * Numbers are three limbs of 44, 44 and 42 bits, one in each of three registers whose eight elements are
 * eight numbers; the processor multiplies 52 bits by 52 (AVX-512 IFMA). A product of limbs i and j counts
 * 2^(44(i+j)); from 2^132 on it comes back as 20 times 2^(44(i+j-3)), for 2^132 is 4 times 2^130 and 2^130
 * is 5. Limbs are carried after each multiplication, but only so far that they stay below 52 bits; all the
 * way at the end. Two blocks are taken at a time: the sum is multiplied by r^2, the second block by r, and
 * both products are carried together.
 */
final class LimbCode {

  static final int LIMB_BITS = 44;
  static final int TOP_BITS = 42;

  /** A number that others are multiplied by: its limbs, and 20 times the upper two. */
  record Factor(Zmm low, Zmm middle, Zmm top, Zmm middle20, Zmm top20) {}

  /** The eight sums. */
  final Zmm[] h = registers(0, 3);

  /** What sums are multiplied by, and its square. */
  final Factor r = factor(3);

  final Factor square = factor(11);

  private final Assembler code;
  private final Zmm limb = new Zmm(8);
  private final Zmm afterBlock = new Zmm(9);
  private final Zmm topLimb = new Zmm(10);
  private final Zmm[] low = {new Zmm(16), new Zmm(18), new Zmm(20)};
  private final Zmm[] high = {new Zmm(17), new Zmm(19), new Zmm(21)};
  private final Zmm spare = new Zmm(22);
  private final Zmm spare2 = new Zmm(23);

  LimbCode(Assembler code) {
    this.code = code;
  }

  /** So many registers from a number on. */
  static Zmm[] registers(int first, int count) {
    var registers = new Zmm[count];
    for (int i = 0; i < count; i++) {
      registers[i] = new Zmm(first + i);
    }
    return registers;
  }

  private static Factor factor(int first) {
    Zmm[] five = registers(first, 5);
    return new Factor(five[0], five[1], five[2], five[3], five[4]);
  }

  /** Reads the constants from their table. */
  void begin(Gpr table) {
    code.vpbroadcastq(limb, Operand.at(table, Constants.LIMB));
    code.vpbroadcastq(topLimb, Operand.at(table, Constants.TOP_LIMB));
    code.vpbroadcastq(afterBlock, Operand.at(table, Constants.AFTER_BLOCK));
  }

  /** All sums zero. */
  void clearSums() {
    for (Zmm part : h) {
      code.clear(part);
    }
  }

  static Zmm[] limbs(Factor factor) {
    return new Zmm[] {factor.low(), factor.middle(), factor.top()};
  }

  void copy(Zmm[] to, Zmm[] from) {
    for (int i = 0; i < 3; i++) {
      code.vmovdqu64(to[i], from[i]);
    }
  }

  /** The limbs of r from its 128 bits. */
  void clamp(Gpr table, Zmm lower, Zmm upper) {
    code.vpandq(lower, lower, Operand.each(table, Constants.CLAMP_LOW));
    code.vpandq(upper, upper, Operand.each(table, Constants.CLAMP_HIGH));
    code.vpandq(r.low(), lower, limb);
    code.vpshrdq(r.middle(), lower, upper, LIMB_BITS);
    code.vpandq(r.middle(), r.middle(), limb);
    code.vpsrlq(r.top(), upper, 2 * LIMB_BITS - 64);
  }

  /** r^2 from r; the sums lose their content. */
  void square() {
    copy(h, limbs(r));
    multiply(r);
    copy(limbs(square), h);
    times20(square);
  }

  void times20(Factor factor) {
    times20(factor.middle20(), factor.middle());
    times20(factor.top20(), factor.top());
  }

  private void times20(Zmm to, Zmm from) {
    code.vpsllq(to, from, 4);
    code.vpsllq(spare, from, 2);
    code.vpaddq(to, to, spare);
  }

  /** Adds a block of each element's message to its sum. */
  void addBlock(Zmm lower, Zmm upper) {
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
  void multiply(Factor by) {
    clearProducts();
    products(h, by);
    carry();
  }

  /** Adds two blocks one after the other, multiplying after each. The second loses its content. */
  void addTwoBlocks(Zmm lower, Zmm upper, Zmm secondLower, Zmm secondUpper) {
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

  void one(Gpr table, Zmm[] number) {
    code.vpbroadcastq(number[0], Operand.at(table, Constants.ONE));
    code.clear(number[1]);
    code.clear(number[2]);
  }

  void sumOfElements(Zmm register) {
    code.vshufi32x4(spare, register, register, 0x4e);
    code.vpaddq(register, register, spare);
    code.vshufi32x4(spare, register, register, 0xb1);
    code.vpaddq(register, register, spare);
    code.vpshufd(spare, register, 0x4e);
    code.vpaddq(register, register, spare);
  }

  /**
   * Carries the sums all the way and makes 128 bits of them.
   *
   * @param more three registers that lose their content
   */
  void reduce(Gpr table, Zmm lower, Zmm upper, Zmm[] more) {
    for (int round = 0; round < 2; round++) {
      code.vpsrlq(spare, h[1], LIMB_BITS);
      code.vpandq(h[1], h[1], limb);
      code.vpaddq(h[2], h[2], spare);
      code.vpsrlq(spare, h[2], TOP_BITS);
      code.vpandq(h[2], h[2], topLimb);
      carryFromTop();
    }
    // Not below the prime: then adding 5 carries out of 130 bits, and what is below them is right.
    code.vpaddq(more[0], h[0], Operand.each(table, Constants.FIVE));
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
    code.vpsllq(lower, h[1], LIMB_BITS);
    code.vporq(lower, lower, h[0]);
    code.vpsrlq(upper, h[1], 64 - LIMB_BITS);
    code.vpsllq(spare, h[2], 2 * LIMB_BITS - 64);
    code.vporq(upper, upper, spare);
  }
}
