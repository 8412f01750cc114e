package guywire.tunnel.machine;

import guywire.tunnel.machine.Operand.Zmm;

/** Machine code of ChaCha20 (RFC 8439 section 2.3): key stream, and its addition to messages. */
/*
 * Sixteen blocks are computed side by side: register i holds word i of all of them. They are four times
 * four blocks, each four with its own nonce, first block number and destination, so that blocks of
 * several short messages fill the registers as well as those of a long one. At the end words become
 * blocks: first within each 128 bits, then across them.
 */
final class ChaChaCode {

  /** Bytes that describe four times four blocks: four states' last rows, four destinations. */
  static final int JOB_BYTES = 96;

  static final int JOB_DESTINATIONS = 64;

  private static final int DOUBLE_ROUNDS = 10;
  private static final int BLOCK = 64;

  private final Assembler code;
  private final Zmm[] v = new Zmm[16];
  private final Zmm[] last = new Zmm[4];
  private final Zmm[] spare = new Zmm[4];

  ChaChaCode(Assembler code) {
    this.code = code;
    for (int i = 0; i < 16; i++) {
      v[i] = new Zmm(i);
    }
    for (int i = 0; i < 4; i++) {
      last[i] = new Zmm(16 + i);
      spare[i] = new Zmm(20 + i);
    }
  }

  /** {@code void keystream(constants, key, jobs, count)}: sixteen blocks for each job. */
  void keystream() {
    Gpr constants = Gpr.RDI;
    Gpr key = Gpr.RSI;
    Gpr job = Gpr.RDX;
    Gpr jobs = Gpr.RCX;
    Assembler.Label next = code.here();
    lastRows(constants, job);
    for (int i = 0; i < 4; i++) {
      code.vpbroadcastd(v[i], Operand.at(constants, Constants.SIGMA + 4 * i));
    }
    for (int i = 4; i < 12; i++) {
      code.vpbroadcastd(v[i], Operand.at(key, 4 * (i - 4)));
    }
    rounds();
    for (int i = 0; i < 4; i++) {
      code.vpaddd(v[i], v[i], Operand.each(constants, Constants.SIGMA + 4 * i));
      code.vpaddd(v[12 + i], v[12 + i], last[i]);
    }
    for (int i = 4; i < 12; i++) {
      code.vpaddd(v[i], v[i], Operand.each(key, 4 * (i - 4)));
    }
    store(job);
    code.add(job, JOB_BYTES);
    code.sub(jobs, 1);
    code.jump(Assembler.Condition.NOT_ZERO, next);
    code.vzeroupper();
    code.ret();
  }

  /** Block number and nonce: word w of quarter q's 128 bits, for all of its four blocks. */
  private void lastRows(Gpr constants, Gpr job) {
    code.vmovdqu64(spare[0], Operand.at(job, 0));
    int[] choices = {0x00, 0x55, 0xaa, 0xff};
    for (int i = 0; i < 4; i++) {
      code.vpshufd(last[i], spare[0], choices[i]);
    }
    code.vpaddd(last[0], last[0], Operand.at(constants, Constants.COUNT));
    for (int i = 0; i < 4; i++) {
      code.vmovdqu64(v[12 + i], last[i]);
    }
  }

  private void rounds() {
    Gpr round = Gpr.RAX;
    code.mov(round, DOUBLE_ROUNDS);
    code.align(32);
    Assembler.Label again = code.here();
    quarters(new int[][] {{0, 4, 8, 12}, {1, 5, 9, 13}, {2, 6, 10, 14}, {3, 7, 11, 15}});
    quarters(new int[][] {{0, 5, 10, 15}, {1, 6, 11, 12}, {2, 7, 8, 13}, {3, 4, 9, 14}});
    code.sub(round, 1);
    code.jump(Assembler.Condition.NOT_ZERO, again);
  }

  /** Four quarter rounds (RFC 8439 section 2.1) step by step together: they do not wait. */
  private void quarters(int[][] four) {
    int[] rotations = {16, 12, 8, 7};
    for (int step = 0; step < 4; step++) {
      int to = step % 2 == 0 ? 0 : 2;
      int from = step % 2 == 0 ? 1 : 3;
      int mixed = step % 2 == 0 ? 3 : 1;
      for (int[] q : four) {
        code.vpaddd(v[q[to]], v[q[to]], v[q[from]]);
      }
      for (int[] q : four) {
        code.vpxord(v[q[mixed]], v[q[mixed]], v[q[to]]);
      }
      for (int[] q : four) {
        code.vprold(v[q[mixed]], v[q[mixed]], rotations[step]);
      }
    }
  }

  private void store(Gpr job) {
    for (int i = 0; i < 16; i += 4) {
      Transposition.ofWords(code, v[i], v[i + 1], v[i + 2], v[i + 3], spare);
    }
    for (int j = 0; j < 4; j++) {
      Transposition.ofQuarters(code, v[j], v[4 + j], v[8 + j], v[12 + j], spare);
    }
    for (int quarter = 0; quarter < 4; quarter++) {
      code.mov(Gpr.RAX, Operand.at(job, JOB_DESTINATIONS + 8 * quarter));
      for (int j = 0; j < 4; j++) {
        code.vmovdqu64(Operand.at(Gpr.RAX, BLOCK * j), v[4 * quarter + j]);
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
    Assembler.Label next = code.here();
    code.mov(at, message);
    code.mov(from, stream);
    code.mov(left, Gpr.R8);
    Assembler.Label single = code.label();
    Assembler.Label tail = code.label();
    Assembler.Label done = code.label();
    Assembler.Label four = code.here();
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
