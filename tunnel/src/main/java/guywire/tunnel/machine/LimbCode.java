package guywire.tunnel.machine;

import guywire.tunnel.machine.Operand.Zmm;
import java.util.Collections;
import java.util.Iterator;

/**
 * Machine code of arithmetic modulo 2^130 - 5, Poly1305's (RFC 8439 section 2.5), on eight sums at
 * once. Uses the registers zmm0 to zmm23.
 */
/*
 * Numbers are three limbs of 44, 44 and 42 bits, one in each of three registers whose eight elements are
 * eight numbers; the processor multiplies 52 bits by 52 (AVX-512 IFMA). A product of limbs i and j counts
 * 2^(44(i+j)); from 2^132 on it comes back as 20 times 2^(44(i+j-3)), for 2^132 is 4 times 2^130 and 2^130
 * is 5. Limbs are carried after each multiplication, but only so far that they stay below 52 bits; all the
 * way at the end. Four blocks are taken at a time: the sum is multiplied by r^4, the second block by r^3, the
 * third by r^2, the fourth by r, and all products are carried together. Where there are few blocks it is done
 * with two of them and r^2.
 */
final class LimbCode {

  static final int LIMB_BITS = 44;
  static final int TOP_BITS = 42;

  /** A number that others are multiplied by: its limbs, and 20 times the upper two. */
  record Factor(Operand low, Operand middle, Operand top, Operand middle20, Operand top20) {}

  private static final int FACTOR_BYTES = 5 * 64;

  /** Memory for {@link #powers}. */
  static final int POWERS_BYTES = 4 * FACTOR_BYTES;

  /** The eight sums. */
  final Zmm[] h = registers(0, 3);

  /** What sums are multiplied by: limbs, and 20 times the upper two. */
  final Zmm[] five = registers(3, 5);

  final Factor r = factor(five);

  private final Zmm[] squareFive = registers(11, 5);
  private final Factor square = factor(squareFive);

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

  private static Factor factor(Operand... five) {
    return new Factor(five[0], five[1], five[2], five[3], five[4]);
  }

  private static Factor factor(Gpr base, int displacement) {
    var five = new Operand[5];
    for (int i = 0; i < 5; i++) {
      five[i] = Operand.at(base, displacement + 64 * i);
    }
    return factor(five);
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

  void copy(Zmm[] to, Zmm[] from) {
    for (int i = 0; i < 3; i++) {
      code.vmovdqu64(to[i], from[i]);
    }
  }

  /** r from its 128 bits. */
  void clamp(Gpr table, Zmm lower, Zmm upper) {
    code.vpandq(lower, lower, Operand.each(table, Constants.CLAMP_LOW));
    code.vpandq(upper, upper, Operand.each(table, Constants.CLAMP_HIGH));
    code.vpandq(five[0], lower, limb);
    code.vpshrdq(five[1], lower, upper, LIMB_BITS);
    code.vpandq(five[1], five[1], limb);
    code.vpsrlq(five[2], upper, 2 * LIMB_BITS - 64);
    times20();
  }

  /** Makes what r's limbs are multiplied with from them. */
  void times20() {
    times20(five);
  }

  private void times20(Zmm[] factor) {
    times20(factor[3], factor[1]);
    times20(factor[4], factor[2]);
  }

  /** r^2 from r; the sums lose their content. */
  void square() {
    copy(h, five);
    multiply(r);
    copy(squareFive, h);
    times20(squareFive);
  }

  /**
   * r^3 and r^4 from r and r^2; the sums lose their content.
   *
   * @param memory where all four are kept: {@link #POWERS_BYTES}
   */
  void powers(Gpr memory, int displacement) {
    keep(five, memory, displacement);
    keep(squareFive, memory, displacement + FACTOR_BYTES);
    power(r, memory, displacement + 2 * FACTOR_BYTES);
    power(square, memory, displacement + 3 * FACTOR_BYTES);
  }

  private void power(Factor by, Gpr memory, int displacement) {
    copy(h, squareFive);
    multiply(by);
    times20(low[0], h[1]);
    times20(low[1], h[2]);
    keep(new Zmm[] {h[0], h[1], h[2], low[0], low[1]}, memory, displacement);
  }

  private void keep(Zmm[] factor, Gpr memory, int displacement) {
    for (int i = 0; i < factor.length; i++) {
      code.vmovdqu64(Operand.at(memory, displacement + 64 * i), factor[i]);
    }
  }

  /** r as {@link #powers} has kept it. */
  void recall(Gpr memory, int displacement) {
    for (int i = 0; i < five.length; i++) {
      code.vmovdqu64(five[i], Operand.at(memory, displacement + 64 * i));
    }
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
    clearProducts();
    // What does not wait for the sums comes first.
    products(split(secondLower, secondUpper), r);
    products(h, square);
    carry();
  }

  /**
   * Adds four blocks one after the other, multiplying after each. All but the first lose their
   * content. Neither reads nor writes the registers of {@link #r} and its square.
   *
   * @param memory where {@link #powers} has kept what it made
   * @param between instructions that have nothing to do with this, to be mixed with it
   */
  void addFourBlocks(
      Zmm[] lower, Zmm[] upper, Gpr memory, int displacement, Iterator<Runnable> between) {
    addBlock(lower[0], upper[0]);
    clearProducts();
    for (int power = 0; power < 4; power++) {
      int block = 3 - power;
      Zmm[] number = block == 0 ? h : split(lower[block], upper[block]);
      products(number, factor(memory, displacement + power * FACTOR_BYTES), between);
    }
    carry();
  }

  /** The limbs of a block in its own registers and the spare one. */
  private Zmm[] split(Zmm lower, Zmm upper) {
    code.vpandq(spare, lower, limb);
    code.vpshrdq(lower, lower, upper, LIMB_BITS);
    code.vpandq(lower, lower, limb);
    code.vpsrlq(upper, upper, 2 * LIMB_BITS - 64);
    code.vporq(upper, upper, afterBlock);
    return new Zmm[] {spare, lower, upper};
  }

  private void clearProducts() {
    for (int i = 0; i < 3; i++) {
      code.clear(low[i]);
      code.clear(high[i]);
    }
  }

  private void products(Zmm[] number, Factor by) {
    products(number, by, Collections.emptyIterator());
  }

  /** Adds the products of a number's limbs, the one first that is ready first. */
  private void products(Zmm[] number, Factor by, Iterator<Runnable> between) {
    products(between, number[2], by.middle20(), by.top20(), by.low());
    products(between, number[0], by.low(), by.middle(), by.top());
    products(between, number[1], by.top20(), by.low(), by.middle());
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

  private void products(Iterator<Runnable> between, Zmm from, Operand... by) {
    for (int i = 0; i < 3; i++) {
      code.vpmadd52luq(low[i], from, by[i]);
      code.vpmadd52huq(high[i], from, by[i]);
      if (between.hasNext()) {
        between.next().run();
      }
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
