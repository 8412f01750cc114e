package guywire.tunnel.machine;

import guywire.tunnel.machine.Operand.Ymm;
import java.util.ArrayList;
import java.util.List;

/** Machine code of ChaCha20 (RFC 8439 section 2.3) for AVX2: key stream, and message beginnings. */
/*
 * Eight blocks are a job, twice four blocks, described as ChaChaCode's jobs are. Register i holds word i of
 * all of them. There are 16 registers for 16 words, and rotating by 12 or 7 takes one more: so two words of
 * the third row wait in memory. Two quarter rounds are written at a time; the pairs are in such an order that
 * those two are exchanged only twice in a double round. Rotations by whole bytes are done by a shuffle.
 */
final class Avx2ChaCha {

  /** Four blocks, with a nonce, first block number and destination of their own. */
  static final int QUARTERS = 2;

  static final int JOB_BYTES = 24 * QUARTERS;
  private static final int JOB_DESTINATIONS = 16 * QUARTERS;
  static final int DOUBLE_ROUNDS = 10;
  private static final int CACHE_LINE = 64;
  private static final int BLOCK = 64;
  private static final int VECTOR = 32;

  private static final Gpr JOBS = Gpr.RCX;
  private static final Gpr AHEAD = Gpr.R9;

  /**
   * Where things are.
   *
   * @param places memory where the places of bytes are that rotate, as in {@link Constants}
   * @param waiting memory for four words
   */
  record Registers(Gpr table, Gpr key, Gpr job, Operand.Mem places, Operand.Mem waiting) {}

  private static final Registers ALONE =
      new Registers(
          Gpr.RDI,
          Gpr.RSI,
          Gpr.RDX,
          Operand.at(Gpr.RDI, Constants.ROTATE_16),
          Operand.at(Gpr.R8, 0));

  private final Avx2Assembler code;
  private final Registers registers;
  private final Ymm[] y = new Ymm[16];
  private final Ymm[] third = new Ymm[2];
  private final Ymm[] spare = new Ymm[2];

  Avx2ChaCha(Avx2Assembler code) {
    this(code, ALONE);
  }

  /** Where only single parts of the code are wanted, with registers of the caller's choice. */
  Avx2ChaCha(Avx2Assembler code, Registers registers) {
    this.code = code;
    this.registers = registers;
    for (int i = 0; i < y.length; i++) {
      y[i] = new Ymm(i);
    }
    for (int i = 0; i < 2; i++) {
      third[i] = y[8 + i];
      spare[i] = y[10 + i];
    }
  }

  /**
   * {@code void keystream(constants, key, jobs, count, scratch, ahead)}: as {@link ChaChaCode}'s.
   */
  void keystream() {
    Encoder.Label next = code.here();
    begin();
    Gpr round = Gpr.RAX;
    code.mov(round, DOUBLE_ROUNDS);
    code.align(32);
    Encoder.Label again = code.here();
    doubleRound().forEach(Runnable::run);
    code.prefetch(Operand.at(AHEAD, 0));
    code.add(AHEAD, CACHE_LINE);
    code.sub(round, 1);
    code.jump(Assembler.JumpCondition.NOT_ZERO, again);
    end();
    code.add(registers.job(), JOB_BYTES);
    code.sub(JOBS, 1);
    code.jump(Assembler.JumpCondition.NOT_ZERO, next);
    code.vzeroupper();
    code.ret();
  }

  private Operand.Mem slot(int word) {
    return behind(registers.waiting(), VECTOR * (word - 8));
  }

  private static Operand.Mem behind(Operand.Mem memory, int bytes) {
    return Operand.at(memory.base(), memory.displacement() + bytes);
  }

  /** The state of a job's beginning. */
  void begin() {
    for (int i = 0; i < 2; i++) {
      code.vpbroadcastd(spare[i], Operand.at(registers.key(), 4 * (6 + i)));
      code.vmovdqu(slot(10 + i), spare[i]);
    }
    for (int i = 0; i < 4; i++) {
      code.vpbroadcastd(y[i], Operand.at(registers.table(), Constants.SIGMA + 4 * i));
    }
    for (int i = 4; i < 10; i++) {
      code.vpbroadcastd(y[i], Operand.at(registers.key(), 4 * (i - 4)));
    }
    for (int i = 0; i < 4; i++) {
      lastRow(y[12 + i], i);
    }
  }

  /** Block number or nonce: a word of each quarter's 128 bits, for all of its four blocks. */
  private void lastRow(Ymm to, int word) {
    code.vpshufd(to, Operand.at(registers.job(), 0), 0x55 * word);
    if (word == 0) {
      code.vpaddd(to, to, Operand.at(registers.table(), Constants.COUNT));
    }
  }

  /** A double round; nothing in it uses another general register than those for memory. */
  List<Runnable> doubleRound() {
    var all = new ArrayList<Runnable>();
    two(all, new Ymm[] {y[0], y[4], third[0], y[12]}, new Ymm[] {y[1], y[5], third[1], y[13]});
    exchange(all, 8, 10);
    two(all, new Ymm[] {y[2], y[6], third[0], y[14]}, new Ymm[] {y[3], y[7], third[1], y[15]});
    two(all, new Ymm[] {y[0], y[5], third[0], y[15]}, new Ymm[] {y[1], y[6], third[1], y[12]});
    exchange(all, 10, 8);
    two(all, new Ymm[] {y[2], y[7], third[0], y[13]}, new Ymm[] {y[3], y[4], third[1], y[14]});
    return all;
  }

  private void exchange(List<Runnable> all, int out, int in) {
    for (int i = 0; i < 2; i++) {
      Ymm word = third[i];
      Operand.Mem to = slot(out + i);
      Operand.Mem from = slot(in + i);
      all.add(() -> code.vmovdqu(to, word));
      all.add(() -> code.vmovdqu(word, from));
    }
  }

  /** Two quarter rounds (RFC 8439 section 2.1), which do not wait for each other. */
  private void two(List<Runnable> all, Ymm[]... quarters) {
    addAndMix(all, 0, 1, 3, quarters);
    shuffle(all, 0, quarters);
    addAndMix(all, 2, 3, 1, quarters);
    rotate(all, 12, quarters);
    addAndMix(all, 0, 1, 3, quarters);
    shuffle(all, Constants.ROTATE_8 - Constants.ROTATE_16, quarters);
    addAndMix(all, 2, 3, 1, quarters);
    rotate(all, 7, quarters);
  }

  private void addAndMix(List<Runnable> all, int to, int from, int mixed, Ymm[]... quarters) {
    for (Ymm[] q : quarters) {
      all.add(() -> code.vpaddd(q[to], q[to], q[from]));
    }
    for (Ymm[] q : quarters) {
      all.add(() -> code.vpxor(q[mixed], q[mixed], q[to]));
    }
  }

  private void shuffle(List<Runnable> all, int places, Ymm[]... quarters) {
    Operand.Mem from = behind(registers.places(), places);
    for (Ymm[] q : quarters) {
      all.add(() -> code.vpshufb(q[3], q[3], from));
    }
  }

  private void rotate(List<Runnable> all, int bits, Ymm[]... quarters) {
    for (int i = 0; i < quarters.length; i++) {
      Ymm word = quarters[i][1];
      Ymm moved = spare[i];
      all.add(() -> code.vpslld(moved, word, bits));
      all.add(() -> code.vpsrld(word, word, 32 - bits));
    }
    for (int i = 0; i < quarters.length; i++) {
      Ymm word = quarters[i][1];
      Ymm moved = spare[i];
      all.add(() -> code.vpor(word, word, moved));
    }
  }

  /** Adds the state of the beginning and writes the blocks. */
  void end() {
    code.mov(Gpr.RAX, Operand.at(registers.job(), JOB_DESTINATIONS));
    code.mov(Gpr.R10, Operand.at(registers.job(), JOB_DESTINATIONS + 8));
    for (int i = 0; i < 4; i++) {
      code.vpbroadcastd(spare[0], Operand.at(registers.table(), Constants.SIGMA + 4 * i));
      code.vpaddd(y[i], y[i], spare[0]);
    }
    row(0, y[0], y[1], y[2], y[3]);
    addKey(0, y[4], y[5], y[6], y[7]);
    row(1, y[4], y[5], y[6], y[7]);
    code.vmovdqu(y[0], slot(10));
    code.vmovdqu(y[1], slot(11));
    addKey(4, third[0], third[1], y[0], y[1]);
    row(2, third[0], third[1], y[0], y[1]);
    for (int i = 0; i < 4; i++) {
      lastRow(spare[0], i);
      code.vpaddd(y[12 + i], y[12 + i], spare[0]);
    }
    row(3, y[12], y[13], y[14], y[15]);
  }

  private void addKey(int first, Ymm... words) {
    for (int i = 0; i < 4; i++) {
      code.vpbroadcastd(spare[0], Operand.at(registers.key(), 4 * (first + i)));
      code.vpaddd(words[i], words[i], spare[0]);
    }
  }

  /** Four words of all blocks become a quarter of each block, and are written. */
  private void row(int number, Ymm a, Ymm b, Ymm c, Ymm d) {
    code.vpunpckldq(spare[0], a, b);
    code.vpunpckhdq(a, a, b);
    code.vpunpckldq(spare[1], c, d);
    code.vpunpckhdq(c, c, d);
    code.vpunpcklqdq(b, spare[0], spare[1]);
    write(number, 0, b);
    code.vpunpckhqdq(d, spare[0], spare[1]);
    write(number, 1, d);
    code.vpunpcklqdq(b, a, c);
    write(number, 2, b);
    code.vpunpckhqdq(d, a, c);
    write(number, 3, d);
  }

  private void write(int number, int block, Ymm words) {
    int at = BLOCK * block + BLOCK / 4 * number;
    code.store(Operand.at(Gpr.RAX, at), words, 16);
    code.vextracti128(Operand.at(Gpr.R10, at), words);
  }

  /**
   * {@code void heads(message, messageStride, stream, streamStride, to, count)}: as {@link
   * ChaChaCode}'s.
   */
  void heads() {
    Gpr message = Gpr.RDI;
    Gpr stream = Gpr.RDX;
    Gpr to = Gpr.R8;
    Encoder.Label next = code.here();
    for (int i = 0; i < ChaChaCode.HEAD_BYTES / VECTOR; i++) {
      code.vmovdqu(y[i], Operand.at(stream, VECTOR * i));
      code.vpxor(y[i], y[i], Operand.at(message, VECTOR * i));
      code.vmovdqu(Operand.at(to, VECTOR * i), y[i]);
    }
    code.add(message, Gpr.RSI);
    code.add(stream, Gpr.RCX);
    code.add(to, ChaChaCode.HEAD_BYTES);
    code.sub(Gpr.R9, 1);
    code.jump(Assembler.JumpCondition.NOT_ZERO, next);
    code.vzeroupper();
    code.ret();
  }
}
