package guywire.tunnel.machine;

import guywire.tunnel.machine.Operand.Ymm;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Machine code of Poly1305 (RFC 8439 section 2.5) over ciphertexts without associated data, for
 * processors with AVX2: in 64-bit arithmetic, which they all have, for a block waits for the one
 * before it and vectors of 32-bit products have more to do.
 */
/*
 * A sum is h0 + 2^64 h1 + 2^128 h2. r is clamped, so that r1 is a multiple of 4 and what is above 2^130 comes
 * back as s1 = 5/4 r1 times it. Two messages are worked on at a time, in one loop; the processor finds by
 * itself what of one can be done while the other waits. The bytes behind the end of a message are read, and
 * masked: a last block is filled with zeros (section 2.8 pads the ciphertext).
 */
final class Avx2Poly {

  private static final int BLOCK = 16;

  /** Places in the result's memory, behind the tags, for what has no register. */
  private static final int WORK = 128;

  private static final int LENGTH = WORK;
  private static final int LEFT = WORK + 8;
  private static final int ADDRESSES = WORK + 16;
  private static final int KEY_STRIDE = WORK + 24;
  private static final int TABLE = WORK + 32;
  private static final int KEYS = WORK + 40;
  private static final int RESULT = WORK + 48;
  private static final int END = WORK + 56;
  private static final int MASK = WORK + 64;
  private static final int END_OF_ALL = WORK + 80;
  private static final int KEPT_SUM = WORK + 256;
  private static final int FACTOR = WORK + 288;
  private static final int JOB = WORK + 320;
  private static final int JOBS = WORK + 328;
  private static final int KEY = WORK + 336;
  private static final int ROUNDS = WORK + 344;
  private static final int PLACES = WORK + 384;
  private static final int WAITING = WORK + 448;

  /** Where a table of addresses has the number of pairs. */
  private static final int PAIRS = 8 * Routines.MOST;

  private static final Gpr BASE = Gpr.R8;
  private static final Gpr[] KEPT = {Gpr.RBX, Gpr.RBP, Gpr.R12, Gpr.R13, Gpr.R14, Gpr.R15};

  /** Five that nothing stays in. */
  private static final Gpr[] T = {Gpr.RAX, Gpr.RCX, Gpr.R9, Gpr.R10, Gpr.R11};

  /**
   * One of two messages that are worked on.
   *
   * @param at where its next block is
   * @param r where r0, r1, s1 and the two words that are added at the end are kept
   */
  private record Sum(Gpr h0, Gpr h1, Gpr h2, Gpr at, int r) {}

  /** Key stream's, while tags are made: those in which nothing of a tag stays. */
  private static final Avx2ChaCha.Registers MIXED =
      new Avx2ChaCha.Registers(Gpr.R11, Gpr.R9, Gpr.RCX, at(PLACES), at(WAITING));

  private static final Sum[] SUMS = {
    new Sum(Gpr.RBX, Gpr.RBP, Gpr.R12, Gpr.RDI, WORK + 128),
    new Sum(Gpr.R13, Gpr.R14, Gpr.R15, Gpr.RSI, WORK + 192)
  };

  private final Avx2Assembler code;

  Avx2Poly(Avx2Assembler code) {
    this.code = code;
  }

  /**
   * {@code void tags(table, keys, keyStride, length, result, constants)}: the tags of up to eight
   * ciphertexts of one length. The table holds their addresses, the last of them twice if their
   * number is odd, and behind eight places the number of pairs. The lower halves of the tags are
   * written first, then the upper halves.
   */
  void tags() {
    begin();
    code.mov(Gpr.RAX, Operand.at(Gpr.RDI, PAIRS));
    code.mov(at(LEFT), Gpr.RAX);
    Encoder.Label next = code.here();
    beginPair();
    blocks(SUMS);
    tailAndLengths(SUMS);
    finishPair();
    code.jump(Assembler.JumpCondition.NOT_ZERO, next);
    end();
  }

  /** The next two messages and their keys. */
  private void beginPair() {
    Gpr key = T[3];
    Gpr addresses = T[4];
    code.mov(key, at(KEYS));
    code.mov(addresses, at(ADDRESSES));
    for (int i = 0; i < 2; i++) {
      code.mov(SUMS[i].at(), Operand.at(addresses, 8 * i));
      key(SUMS[i], key);
      code.add(key, at(KEY_STRIDE));
    }
    code.mov(at(KEYS), key);
    code.add(addresses, 16);
    code.mov(at(ADDRESSES), addresses);
    code.mov(T[0], at(LENGTH));
    code.and(T[0], -BLOCK);
    code.add(T[0], SUMS[0].at());
    code.mov(at(END), T[0]);
  }

  /** Writes the tags of two messages; the flags say whether those were the last. */
  private void finishPair() {
    code.mov(T[4], at(RESULT));
    for (int i = 0; i < 2; i++) {
      finish(SUMS[i], T[4], 8 * i);
    }
    code.add(T[4], 16);
    code.mov(at(RESULT), T[4]);
    code.mov(T[0], at(LEFT));
    code.sub(T[0], 1);
    code.mov(at(LEFT), T[0]);
  }

  /**
   * {@code void keystreamAndTags(constants, key, jobs, count, table, result)}: key stream as {@link
   * Avx2ChaCha#keystream} makes it, and the tags of other messages as {@link #tags} makes them. The
   * table has keys, key stride and length behind the number of pairs.
   */
  /*
   * Key stream keeps the units for vectors busy, tags those for numbers: so two blocks of two messages are
   * mixed with each double round. Where less than that is left of two messages, the rest of them is done
   * between double rounds; what is left when there is no more key stream to be made, behind them.
   */
  void keystreamAndTags() {
    var chacha = new Avx2ChaCha(code, MIXED);
    for (Gpr register : KEPT) {
      code.push(register);
    }
    code.mov(Gpr.RAX, BASE);
    code.mov(BASE, Gpr.R9);
    code.mov(at(JOBS), Gpr.RCX);
    code.mov(at(JOB), Gpr.RDX);
    code.mov(at(KEY), Gpr.RSI);
    for (int i = 0; i < 2; i++) {
      code.vmovdqu(new Ymm(i), Operand.at(Gpr.RDI, Constants.ROTATE_16 + 32 * i));
      code.vmovdqu(at(PLACES + 32 * i), new Ymm(i));
    }
    code.mov(Gpr.R9, Gpr.RDI);
    code.mov(Gpr.RDI, Gpr.RAX);
    code.mov(Gpr.RAX, Operand.at(Gpr.RDI, PAIRS));
    code.mov(at(LEFT), Gpr.RAX);
    code.mov(Gpr.RSI, Operand.at(Gpr.RDI, PAIRS + 8));
    code.mov(Gpr.RDX, Operand.at(Gpr.RDI, PAIRS + 16));
    code.mov(Gpr.RCX, Operand.at(Gpr.RDI, PAIRS + 24));
    keep();
    beginPair();
    Encoder.Label job = code.here();
    loadJob();
    chacha.begin();
    code.mov(T[0], Avx2ChaCha.DOUBLE_ROUNDS);
    code.mov(at(ROUNDS), T[0]);
    Encoder.Label round = code.here();
    Encoder.Label mixed = code.label();
    Encoder.Label alone = code.label();
    Encoder.Label rounded = code.label();
    code.mov(T[0], at(LEFT));
    code.test(T[0], T[0]);
    code.jump(Assembler.JumpCondition.ZERO, alone);
    code.mov(T[0], SUMS[0].at());
    code.add(T[0], 2 * BLOCK);
    code.cmp(T[0], at(END));
    code.jump(Assembler.JumpCondition.NOT_ABOVE, mixed);
    blocks(SUMS);
    tailAndLengths(SUMS);
    finishPair();
    code.jump(Assembler.JumpCondition.ZERO, alone);
    beginPair();
    code.bind(alone);
    chacha.doubleRound().forEach(Runnable::run);
    code.jump(rounded);
    code.align(32);
    code.bind(mixed);
    var four = new ArrayList<Runnable>();
    for (int i = 0; i < 2; i++) {
      for (Sum sum : SUMS) {
        block(four, sum);
      }
    }
    ChaChaCode.mix(chacha.doubleRound(), four);
    code.bind(rounded);
    code.mov(T[0], at(ROUNDS));
    code.sub(T[0], 1);
    code.mov(at(ROUNDS), T[0]);
    code.jump(Assembler.JumpCondition.NOT_ZERO, round);
    loadJob();
    chacha.end();
    code.mov(T[0], at(JOB));
    code.add(T[0], Avx2ChaCha.JOB_BYTES);
    code.mov(at(JOB), T[0]);
    code.mov(T[0], at(JOBS));
    code.sub(T[0], 1);
    code.mov(at(JOBS), T[0]);
    code.jump(Assembler.JumpCondition.NOT_ZERO, job);
    Encoder.Label rest = code.here();
    Encoder.Label done = code.label();
    code.mov(T[0], at(LEFT));
    code.test(T[0], T[0]);
    code.jump(Assembler.JumpCondition.ZERO, done);
    blocks(SUMS);
    tailAndLengths(SUMS);
    finishPair();
    code.jump(Assembler.JumpCondition.ZERO, done);
    beginPair();
    code.jump(rest);
    code.bind(done);
    code.vzeroupper();
    end();
  }

  private void loadJob() {
    code.mov(MIXED.table(), at(TABLE));
    code.mov(MIXED.key(), at(KEY));
    code.mov(MIXED.job(), at(JOB));
  }

  /**
   * {@code void tag(message, key, power, length, result, constants)}: the tag of one ciphertext of
   * at least 32 bytes; its halves are where the first ones of {@link #tags} are.
   *
   * @see #power
   */
  /*
   * Both halves of the message are worked on together; at the end the first is multiplied by r to the power of
   * the second half's number of blocks, got by squaring.
   */
  void tag() {
    Sum first = SUMS[0];
    Sum second = SUMS[1];
    begin();
    code.mov(at(LEFT), Gpr.RDX);
    code.mov(T[3], Gpr.RSI);
    for (Sum sum : SUMS) {
      key(sum, T[3]);
    }
    code.mov(T[0], at(LENGTH));
    code.shr(T[0], 5);
    code.add(T[0], T[0]);
    code.add(T[0], T[0]);
    code.add(T[0], T[0]);
    code.add(T[0], T[0]);
    code.add(T[0], first.at());
    code.mov(second.at(), T[0]);
    code.mov(at(END), T[0]);
    code.mov(T[0], at(LENGTH));
    code.and(T[0], -BLOCK);
    code.add(T[0], first.at());
    code.mov(at(END_OF_ALL), T[0]);
    blocks(SUMS);
    code.mov(T[0], at(END_OF_ALL));
    code.mov(at(END), T[0]);
    blocks(second);
    tailAndLengths(second);
    Gpr[] h = {first.h0(), first.h1(), first.h2()};
    for (int i = 0; i < 2; i++) {
      code.mov(at(KEPT_SUM + 8 * i), h[i]);
      code.mov(h[i], at(first.r() + 8 * i));
    }
    code.mov(at(KEPT_SUM + 16), h[2]);
    code.xor(h[2], h[2]);
    Encoder.Label next = code.here();
    Encoder.Label powered = code.label();
    Encoder.Label even = code.label();
    code.mov(T[0], at(LEFT));
    code.cmp(T[0], 1);
    code.jump(Assembler.JumpCondition.ZERO, powered);
    multiplyByKept(h, FACTOR, h);
    code.mov(T[0], at(LEFT));
    code.mov(T[1], T[0]);
    code.shr(T[1], 1);
    code.mov(at(LEFT), T[1]);
    code.test(T[0], 1);
    code.jump(Assembler.JumpCondition.ZERO, even);
    multiply(first);
    code.bind(even);
    code.jump(next);
    code.bind(powered);
    multiplyByKept(h, KEPT_SUM);
    code.add(second.h0(), h[0]);
    code.adc(second.h1(), h[1]);
    code.adc(second.h2(), h[2]);
    reduce(second);
    finish(second, BASE, 0);
    end();
  }

  /**
   * How many blocks the second half of a message has, the one of lengths among them, for {@link
   * #tag}: the digits behind the first one of that number, the highest lowest, below a one.
   */
  static int power(int length) {
    int blocks = length / BLOCK;
    int exponent = blocks - blocks / 2 + Math.ceilDiv(length % BLOCK, BLOCK) + 1;
    int digits = 31 - Integer.numberOfLeadingZeros(exponent);
    return Integer.reverse(exponent) >>> 32 - digits | 1 << digits;
  }

  /** Multiplies by three words in memory, which are written first if there are any to write. */
  private void multiplyByKept(Gpr[] number, int factor, Gpr... written) {
    for (int i = 0; i < written.length; i++) {
      code.mov(at(factor + 8 * i), written[i]);
    }
    for (Gpr word : T) {
      code.xor(word, word);
    }
    Gpr high = Gpr.RSI;
    Gpr low = Gpr.RDI;
    for (int i = 0; i < 3; i++) {
      code.mov(Gpr.RDX, number[i]);
      for (int j = 0; j < 3; j++) {
        code.mulx(high, low, at(factor + 8 * j));
        code.add(T[i + j], low);
        // The product of the highest words, of a few bits each, is less than a word.
        if (i + j + 1 < T.length) {
          code.adc(T[i + j + 1], high);
          for (int k = i + j + 2; k < T.length; k++) {
            code.adc(T[k], 0);
          }
        }
      }
    }
    // What is above 2^130 comes back five times: four times as it stands, and once moved.
    code.mov(number[0], T[0]);
    code.mov(number[1], T[1]);
    code.mov(number[2], T[2]);
    code.and(number[2], 3);
    code.mov(low, T[2]);
    code.and(low, -4);
    code.add(number[0], low);
    code.adc(number[1], T[3]);
    code.adc(number[2], T[4]);
    code.shrd(T[2], T[3], 2);
    code.shrd(T[3], T[4], 2);
    code.shr(T[4], 2);
    code.add(number[0], T[2]);
    code.adc(number[1], T[3]);
    code.adc(number[2], T[4]);
    reduce(number[0], number[1], number[2]);
  }

  private static Operand.Mem at(int place) {
    return Operand.at(BASE, place);
  }

  private void begin() {
    for (Gpr register : KEPT) {
      code.push(register);
    }
    keep();
  }

  /** Puts what was given where it can be found later. */
  private void keep() {
    code.mov(at(LENGTH), Gpr.RCX);
    code.mov(at(TABLE), Gpr.R9);
    code.mov(at(KEYS), Gpr.RSI);
    code.mov(at(KEY_STRIDE), Gpr.RDX);
    code.mov(at(ADDRESSES), Gpr.RDI);
    code.mov(at(RESULT), BASE);
    // Ones for the bytes of the last block that there are.
    code.and(Gpr.RCX, BLOCK - 1);
    code.sub(Gpr.R9, Gpr.RCX);
    for (int i = 0; i < 2; i++) {
      code.mov(Gpr.RAX, Operand.at(Gpr.R9, Constants.ONES_BEFORE_ZEROS + BLOCK + 8 * i));
      code.mov(at(MASK + 8 * i), Gpr.RAX);
    }
  }

  /** Takes a one-time key: r, clamped, and what is added at the end. */
  private void key(Sum sum, Gpr key) {
    code.mov(T[2], at(TABLE));
    code.mov(T[0], Operand.at(key, 0));
    code.and(T[0], Operand.at(T[2], Constants.CLAMP_LOW));
    code.mov(at(sum.r()), T[0]);
    code.mov(T[0], Operand.at(key, 8));
    code.and(T[0], Operand.at(T[2], Constants.CLAMP_HIGH));
    code.mov(at(sum.r() + 8), T[0]);
    code.mov(T[1], T[0]);
    code.shr(T[1], 2);
    code.add(T[0], T[1]);
    code.mov(at(sum.r() + 16), T[0]);
    for (int i = 0; i < 2; i++) {
      code.mov(T[0], Operand.at(key, 16 + 8 * i));
      code.mov(at(sum.r() + 24 + 8 * i), T[0]);
    }
    code.xor(sum.h0(), sum.h0());
    code.xor(sum.h1(), sum.h1());
    code.xor(sum.h2(), sum.h2());
  }

  /** All whole blocks up to where the first message ends. */
  private void blocks(Sum... sums) {
    Encoder.Label next = code.label();
    Encoder.Label done = code.label();
    code.bind(next);
    code.cmp(sums[0].at(), at(END));
    code.jump(Assembler.JumpCondition.ZERO, done);
    for (Sum sum : sums) {
      run(all -> block(all, sum));
    }
    code.jump(next);
    code.bind(done);
  }

  /** One block of a message. */
  private void block(List<Runnable> all, Sum sum) {
    all.add(() -> code.add(sum.h0(), Operand.at(sum.at(), 0)));
    all.add(() -> code.adc(sum.h1(), Operand.at(sum.at(), 8)));
    all.add(() -> code.adc(sum.h2(), 1));
    multiply(all, sum);
    all.add(() -> code.add(sum.at(), BLOCK));
  }

  /** What is less than a block, and the block of lengths (RFC 8439 section 2.8). */
  private void tailAndLengths(Sum... sums) {
    Encoder.Label lengths = code.label();
    code.mov(T[0], at(LENGTH));
    code.test(T[0], BLOCK - 1);
    code.jump(Assembler.JumpCondition.ZERO, lengths);
    for (Sum sum : sums) {
      code.mov(T[0], Operand.at(sum.at(), 0));
      code.mov(T[1], Operand.at(sum.at(), 8));
      code.and(T[0], at(MASK));
      code.and(T[1], at(MASK + 8));
      code.add(sum.h0(), T[0]);
      code.adc(sum.h1(), T[1]);
      code.adc(sum.h2(), 1);
      multiply(sum);
    }
    code.bind(lengths);
    for (Sum sum : sums) {
      code.add(sum.h1(), at(LENGTH));
      code.adc(sum.h2(), 1);
      multiply(sum);
    }
  }

  /** Multiplies by r, and brings back what is above 2^130, but for a carry. */
  private void multiply(List<Runnable> all, Sum sum) {
    Operand.Mem r0 = at(sum.r());
    Operand.Mem r1 = at(sum.r() + 8);
    Operand.Mem s1 = at(sum.r() + 16);
    all.add(() -> code.mov(Gpr.RDX, sum.h0()));
    all.add(() -> code.mulx(T[1], T[0], r0));
    all.add(() -> code.mulx(T[3], T[2], r1));
    all.add(() -> code.mov(Gpr.RDX, sum.h1()));
    all.add(() -> code.mulx(T[4], sum.h0(), s1));
    all.add(() -> code.add(T[0], sum.h0()));
    all.add(() -> code.adc(T[1], T[4]));
    all.add(() -> code.mulx(T[4], sum.h0(), r0));
    all.add(() -> code.add(T[2], sum.h0()));
    all.add(() -> code.adc(T[3], T[4]));
    all.add(() -> code.mov(T[4], sum.h2()));
    all.add(() -> code.imul(T[4], s1));
    all.add(() -> code.imul(sum.h2(), r0));
    all.add(() -> code.add(T[2], T[4]));
    all.add(() -> code.adc(T[3], 0));
    all.add(() -> code.add(T[2], T[1]));
    all.add(() -> code.adc(sum.h2(), T[3]));
    all.add(() -> code.mov(sum.h0(), T[0]));
    all.add(() -> code.mov(sum.h1(), T[2]));
    reduce(all, sum.h0(), sum.h1(), sum.h2());
  }

  private void multiply(Sum sum) {
    run(all -> multiply(all, sum));
  }

  private void reduce(Gpr h0, Gpr h1, Gpr h2) {
    run(all -> reduce(all, h0, h1, h2));
  }

  private static void run(Consumer<List<Runnable>> writer) {
    var all = new ArrayList<Runnable>();
    writer.accept(all);
    all.forEach(Runnable::run);
  }

  private void reduce(Sum sum) {
    reduce(sum.h0(), sum.h1(), sum.h2());
  }

  /** Brings back what is above 2^130. */
  private void reduce(List<Runnable> all, Gpr h0, Gpr h1, Gpr h2) {
    all.add(() -> code.mov(T[3], h2));
    all.add(() -> code.mov(T[4], h2));
    all.add(() -> code.and(T[4], -4));
    all.add(() -> code.shr(T[3], 2));
    all.add(() -> code.add(T[4], T[3]));
    all.add(() -> code.and(h2, 3));
    all.add(() -> code.add(h0, T[4]));
    all.add(() -> code.adc(h1, 0));
    all.add(() -> code.adc(h2, 0));
  }

  /** Reduces modulo 2^130 - 5, adds the second half of the one-time key and writes the tag. */
  private void finish(Sum sum, Gpr result, int at) {
    // Not below the prime: then adding 5 carries out of 130 bits, and what is below them is right.
    code.mov(T[0], sum.h0());
    code.add(T[0], 5);
    code.mov(T[1], sum.h1());
    code.adc(T[1], 0);
    code.adc(sum.h2(), 0);
    code.shr(sum.h2(), 2);
    code.neg(sum.h2());
    choose(sum.h0(), T[0], sum.h2());
    choose(sum.h1(), T[1], sum.h2());
    code.add(sum.h0(), at(sum.r() + 24));
    code.adc(sum.h1(), at(sum.r() + 32));
    code.mov(Operand.at(result, at), sum.h0());
    code.mov(Operand.at(result, at + 8 * Routines.MOST), sum.h1());
  }

  /** Takes the other where the mask is ones, without a branch. */
  private void choose(Gpr to, Gpr other, Gpr mask) {
    code.xor(other, to);
    code.and(other, mask);
    code.xor(to, other);
  }

  private void end() {
    for (int i = KEPT.length - 1; i >= 0; i--) {
      code.pop(KEPT[i]);
    }
    code.ret();
  }
}
