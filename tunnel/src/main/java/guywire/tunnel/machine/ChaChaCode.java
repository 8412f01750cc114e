package guywire.tunnel.machine;

import guywire.tunnel.machine.Operand.Zmm;

/** Machine code of ChaCha20 (RFC 8439 section 2.3): key stream, and its addition to messages. */
/*
 * Sixteen blocks are a job, computed side by side: register i holds word i of all of them. They are four
 * times four blocks, each four with its own nonce, first block number and destination, so that blocks of
 * several short messages fill the registers as well as those of a long one. At the end words become
 * blocks: first within each 128 bits, then across them.
 *
 * Two jobs at a time use all 32 registers and keep the processor's two ports busier than one: while a word
 * of one is rotated, which only one of the ports does, words of the other are added. Nothing is left for the
 * end's work then, so four registers wait in memory until the first job is done with.
 */
final class ChaChaCode {

  /** Bytes that describe a job: four states' last rows, four destinations. */
  static final int JOB_BYTES = 96;

  static final int JOB_DESTINATIONS = 64;

  /** Memory that {@link #keystream} uses on the way. */
  static final int SCRATCH_BYTES = 256;

  private static final int DOUBLE_ROUNDS = 10;
  private static final int BLOCK = 64;
  private static final int[][] COLUMNS = {
    {0, 4, 8, 12}, {1, 5, 9, 13}, {2, 6, 10, 14}, {3, 7, 11, 15}
  };
  private static final int[][] DIAGONALS = {
    {0, 5, 10, 15}, {1, 6, 11, 12}, {2, 7, 8, 13}, {3, 4, 9, 14}
  };
  private static final int[] ROTATIONS = {16, 12, 8, 7};

  private static final Gpr TABLE = Gpr.RDI;
  private static final Gpr KEY = Gpr.RSI;
  private static final Gpr JOB = Gpr.RDX;
  private static final Gpr JOBS = Gpr.RCX;
  private static final Gpr SCRATCH = Gpr.R8;

  private final Assembler code;
  private final Zmm[] v = registers(0, 16);
  private final Zmm[] w = registers(16, 16);

  ChaChaCode(Assembler code) {
    this.code = code;
  }

  private static Zmm[] registers(int first, int count) {
    var registers = new Zmm[count];
    for (int i = 0; i < count; i++) {
      registers[i] = new Zmm(first + i);
    }
    return registers;
  }

  /** {@code void keystream(constants, key, jobs, count, scratch)}: sixteen blocks for each job. */
  void keystream() {
    Encoder.Label single = code.label();
    Encoder.Label done = code.label();
    Encoder.Label two = code.here();
    code.cmp(JOBS, 2);
    code.jump(Assembler.Condition.BELOW, single);
    begin(v, 0);
    begin(w, JOB_BYTES);
    rounds(v, w);
    Zmm[] waiting = {w[12], w[13], w[14], w[15]};
    for (int i = 0; i < 4; i++) {
      code.vmovdqu64(Operand.at(SCRATCH, BLOCK * i), waiting[i]);
    }
    end(v, 0, waiting);
    for (int i = 0; i < 4; i++) {
      code.vmovdqu64(waiting[i], Operand.at(SCRATCH, BLOCK * i));
    }
    end(w, JOB_BYTES, new Zmm[] {v[0], v[1], v[2], v[3]});
    code.add(JOB, 2 * JOB_BYTES);
    code.sub(JOBS, 2);
    code.jump(two);
    code.bind(single);
    code.test(JOBS, JOBS);
    code.jump(Assembler.Condition.ZERO, done);
    begin(v, 0);
    rounds(v);
    end(v, 0, new Zmm[] {w[0], w[1], w[2], w[3]});
    code.bind(done);
    code.vzeroupper();
    code.ret();
  }

  private void begin(Zmm[] state, int job) {
    for (int i = 0; i < 4; i++) {
      code.vpbroadcastd(state[i], Operand.at(TABLE, Constants.SIGMA + 4 * i));
    }
    for (int i = 4; i < 12; i++) {
      code.vpbroadcastd(state[i], Operand.at(KEY, 4 * (i - 4)));
    }
    for (int i = 0; i < 4; i++) {
      lastRow(state[12 + i], i, job);
    }
  }

  /** Block number or nonce: a word of each quarter's 128 bits, for all of its four blocks. */
  private void lastRow(Zmm to, int word, int job) {
    code.vpshufd(to, Operand.at(JOB, job), 0x55 * word);
    if (word == 0) {
      code.vpaddd(to, to, Operand.at(TABLE, Constants.COUNT));
    }
  }

  private void rounds(Zmm[]... states) {
    Gpr round = Gpr.RAX;
    code.mov(round, DOUBLE_ROUNDS);
    code.align(32);
    Encoder.Label again = code.here();
    for (int[][] four : new int[][][] {COLUMNS, DIAGONALS}) {
      for (int step = 0; step < 4; step++) {
        for (int quarter = 0; quarter < 4; quarter += 2) {
          for (Zmm[] state : states) {
            step(state, step, four[quarter], four[quarter + 1]);
          }
        }
      }
    }
    code.sub(round, 1);
    code.jump(Assembler.Condition.NOT_ZERO, again);
  }

  /** A quarter of two quarter rounds (RFC 8439 section 2.1), which do not wait for each other. */
  private void step(Zmm[] state, int step, int[]... two) {
    int to = step % 2 == 0 ? 0 : 2;
    int from = step % 2 == 0 ? 1 : 3;
    int mixed = step % 2 == 0 ? 3 : 1;
    for (int[] q : two) {
      code.vpaddd(state[q[to]], state[q[to]], state[q[from]]);
    }
    for (int[] q : two) {
      code.vpxord(state[q[mixed]], state[q[mixed]], state[q[to]]);
    }
    for (int[] q : two) {
      code.vprold(state[q[mixed]], state[q[mixed]], ROTATIONS[step]);
    }
  }

  /** Adds the state of the beginning and writes the blocks. */
  private void end(Zmm[] state, int job, Zmm[] spare) {
    for (int i = 0; i < 4; i++) {
      code.vpaddd(state[i], state[i], Operand.each(TABLE, Constants.SIGMA + 4 * i));
      lastRow(spare[i], i, job);
      code.vpaddd(state[12 + i], state[12 + i], spare[i]);
    }
    for (int i = 4; i < 12; i++) {
      code.vpaddd(state[i], state[i], Operand.each(KEY, 4 * (i - 4)));
    }
    for (int i = 0; i < 16; i += 4) {
      Transposition.ofWords(code, state[i], state[i + 1], state[i + 2], state[i + 3], spare);
    }
    for (int j = 0; j < 4; j++) {
      Transposition.ofQuarters(code, state[j], state[4 + j], state[8 + j], state[12 + j], spare);
    }
    for (int quarter = 0; quarter < 4; quarter++) {
      code.mov(Gpr.RAX, Operand.at(JOB, job + JOB_DESTINATIONS + 8 * quarter));
      for (int j = 0; j < 4; j++) {
        code.vmovdqu64(Operand.at(Gpr.RAX, BLOCK * j), state[4 * quarter + j]);
      }
    }
  }

  /**
   * {@code void add(message, messageStride, stream, streamStride, length, count)}: adds key stream
   * to messages of one length, in place.
   */
  void add() {
    Gpr message = Gpr.RDI;
    Gpr stream = Gpr.RDX;
    Gpr at = Gpr.R10;
    Gpr from = Gpr.R11;
    Gpr left = Gpr.RAX;
    Encoder.Label next = code.here();
    code.mov(at, message);
    code.mov(from, stream);
    code.mov(left, Gpr.R8);
    Encoder.Label single = code.label();
    Encoder.Label tail = code.label();
    Encoder.Label done = code.label();
    Encoder.Label four = code.here();
    code.cmp(left, 4 * BLOCK);
    code.jump(Assembler.Condition.BELOW, single);
    for (int i = 0; i < 4; i++) {
      code.vmovdqu64(v[i], Operand.at(from, BLOCK * i));
      code.vpxord(v[i], v[i], Operand.at(at, BLOCK * i));
    }
    for (int i = 0; i < 4; i++) {
      code.vmovdqu64(Operand.at(at, BLOCK * i), v[i]);
    }
    advance(at, from, left, 4 * BLOCK);
    code.jump(four);
    code.bind(single);
    code.cmp(left, BLOCK);
    code.jump(Assembler.Condition.BELOW, tail);
    code.vmovdqu64(v[0], Operand.at(from, 0));
    code.vpxord(v[0], v[0], Operand.at(at, 0));
    code.vmovdqu64(Operand.at(at, 0), v[0]);
    advance(at, from, left, BLOCK);
    code.jump(single);
    code.bind(tail);
    code.test(left, left);
    code.jump(Assembler.Condition.ZERO, done);
    code.vmovdqu64(v[1], Operand.at(from, 0));
    code.mov(from, -1);
    code.bzhi(from, from, left);
    code.kmovq(1, from);
    code.vmovdqu8(v[0], 1, Operand.at(at, 0));
    code.vpxord(v[0], v[0], v[1]);
    code.vmovdqu8(Operand.at(at, 0), 1, v[0]);
    code.bind(done);
    code.add(message, Gpr.RSI);
    code.add(stream, Gpr.RCX);
    code.sub(Gpr.R9, 1);
    code.jump(Assembler.Condition.NOT_ZERO, next);
    code.vzeroupper();
    code.ret();
  }

  private void advance(Gpr at, Gpr from, Gpr left, int bytes) {
    code.add(at, bytes);
    code.add(from, bytes);
    code.sub(left, bytes);
  }
}
