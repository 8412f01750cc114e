package guywire.tunnel.machine;

import guywire.tunnel.machine.Operand.Zmm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Machine code of ChaCha20 (RFC 8439 section 2.3): key stream, and its addition to beginnings. */
/*
 * Sixteen blocks are a job, computed side by side: register i holds word i of all of them. They are four
 * times four blocks, each four with its own nonce, first block number and destination, so that blocks of
 * several short messages fill the registers as well as those of a long one. At the end words become
 * blocks: first within each 128 bits, then across them.
 *
 * Two jobs at a time use all 32 registers and keep the processor's two ports busier than one: while a word
 * of one is rotated, which only one of the ports does, words of the other are added. One job is half its rounds
 * ahead of the other: what is done at the end of a job, most of which the other port alone can do, is mixed with
 * rounds of the other job.
 *
 * Rounds touch no memory: meanwhile that comes near which will be worked on next.
 */
final class ChaChaCode {

  /** Four blocks, with a nonce, first block number and destination of their own. */
  static final int QUARTERS = 4;

  /** Bytes that describe a job: the last rows of its quarters' states, their destinations. */
  private static final int JOB_BYTES = 24 * QUARTERS;

  private static final int JOB_DESTINATIONS = 16 * QUARTERS;

  /** Memory that {@link #keystream} uses on the way. */
  static final int SCRATCH_BYTES = Rows.SCRATCH_BYTES;

  /** How much of each message {@link #heads} looks at. */
  static final int HEAD_BYTES = 128;

  private static final int DOUBLE_ROUNDS = 10;

  /** Double rounds by which one of two jobs is ahead. */
  private static final int LEAD = 5;

  /** Cache lines fetched in a double round: of all jobs together, about one for each block. */
  private static final int FETCHES = 3;

  private static final int CACHE_LINE = 64;
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
  private static final Gpr AHEAD = Gpr.R9;

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

  /**
   * {@code void keystream(constants, key, jobs, count, scratch, ahead)}: sixteen blocks for each
   * job. Of the memory from {@code ahead} on, about as much as the key stream will be added to is
   * fetched.
   */
  void keystream() {
    Encoder.Label single = code.label();
    Encoder.Label last = code.label();
    Encoder.Label done = code.label();
    code.cmp(JOBS, 2);
    code.jump(Assembler.JumpCondition.BELOW, single);
    begin(v, 0);
    begin(w, JOB_BYTES);
    rounds(DOUBLE_ROUNDS - LEAD, v);
    Encoder.Label two = code.here();
    rounds(LEAD, v, w);
    mix(end(v, 0), doubleRound(w));
    code.cmp(JOBS, 4);
    code.jump(Assembler.JumpCondition.BELOW, last);
    begin(v, 2 * JOB_BYTES);
    rounds(DOUBLE_ROUNDS - LEAD - 1, v, w);
    mix(end(w, JOB_BYTES), doubleRound(v));
    begin(w, 3 * JOB_BYTES);
    code.add(JOB, 2 * JOB_BYTES);
    code.sub(JOBS, 2);
    code.jump(two);
    code.bind(last);
    rounds(DOUBLE_ROUNDS - LEAD - 1, w);
    end(w, JOB_BYTES).forEach(Runnable::run);
    code.add(JOB, 2 * JOB_BYTES);
    code.sub(JOBS, 2);
    code.bind(single);
    code.test(JOBS, JOBS);
    code.jump(Assembler.JumpCondition.ZERO, done);
    begin(v, 0);
    rounds(DOUBLE_ROUNDS, v);
    end(v, 0).forEach(Runnable::run);
    code.bind(done);
    code.vzeroupper();
    code.ret();
  }

  /** Writes instructions that do not wait for each other, evenly mixed. */
  static void mix(List<Runnable> some, List<Runnable> others) {
    int next = 0;
    for (int i = 0; i < some.size(); i++) {
      some.get(i).run();
      for (; next < others.size() * (i + 1) / some.size(); next++) {
        others.get(next).run();
      }
    }
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

  private void rounds(int count, Zmm[]... states) {
    Gpr round = Gpr.RAX;
    code.mov(round, count);
    code.align(32);
    Encoder.Label again = code.here();
    var fetches = new ArrayList<Runnable>();
    for (int i = 0; i < FETCHES; i++) {
      int line = CACHE_LINE * i;
      fetches.add(() -> code.prefetch(Operand.at(AHEAD, line)));
    }
    mix(fetches, doubleRound(states));
    code.add(AHEAD, FETCHES * CACHE_LINE);
    code.sub(round, 1);
    code.jump(Assembler.JumpCondition.NOT_ZERO, again);
  }

  private List<Runnable> doubleRound(Zmm[]... states) {
    var all = new ArrayList<Runnable>();
    for (int[][] four : new int[][][] {COLUMNS, DIAGONALS}) {
      for (int step = 0; step < 4; step++) {
        for (int quarter = 0; quarter < 4; quarter += 2) {
          for (Zmm[] state : states) {
            step(all, state, step, four[quarter], four[quarter + 1]);
          }
        }
      }
    }
    return all;
  }

  /** A quarter of two quarter rounds (RFC 8439 section 2.1), which do not wait for each other. */
  private void step(List<Runnable> all, Zmm[] state, int step, int[]... two) {
    int to = step % 2 == 0 ? 0 : 2;
    int from = step % 2 == 0 ? 1 : 3;
    int mixed = step % 2 == 0 ? 3 : 1;
    for (int[] q : two) {
      all.add(() -> code.vpaddd(state[q[to]], state[q[to]], state[q[from]]));
    }
    for (int[] q : two) {
      all.add(() -> code.vpxord(state[q[mixed]], state[q[mixed]], state[q[to]]));
    }
    for (int[] q : two) {
      all.add(() -> code.vprold(state[q[mixed]], state[q[mixed]], ROTATIONS[step]));
    }
  }

  /** Adds the state of the beginning and writes the blocks, with no registers but the state's. */
  private List<Runnable> end(Zmm[] state, int job) {
    var all = new ArrayList<Runnable>();
    var rows = new Rows(code, all, SCRATCH);
    Operand[] words = Arrays.copyOf(state, state.length, Operand[].class);
    words[15] = rows.putAside(state[15]);
    for (int i = 0; i < 12; i++) {
      Zmm word = state[i];
      Operand first =
          i < 4 ? Operand.each(TABLE, Constants.SIGMA + 4 * i) : Operand.each(KEY, 4 * (i - 4));
      all.add(() -> code.vpaddd(word, word, first));
    }
    Zmm row = state[15];
    for (int i = 0; i < 4; i++) {
      int word = i;
      Operand sum = words[12 + i];
      all.add(() -> lastRow(row, word, job));
      if (i < 3) {
        all.add(() -> code.vpaddd(state[12 + word], state[12 + word], row));
      } else {
        all.add(() -> code.vpaddd(row, row, sum));
      }
    }
    words[15] = rows.putAside(row);
    rows.free(row);
    for (int i = 0; i < 16; i += 4) {
      rows.transposeWords(words, i);
    }
    for (int j = 0; j < 4; j++) {
      rows.transposeQuarters(words, j, 4);
      for (int quarter = 0; quarter < 4; quarter++) {
        Operand block = words[4 * quarter + j];
        int from = job + JOB_DESTINATIONS + 8 * quarter;
        int at = BLOCK * j;
        all.add(() -> code.mov(Gpr.RAX, Operand.at(JOB, from)));
        all.add(() -> code.vmovdqu64(Operand.at(Gpr.RAX, at), (Zmm) block));
        rows.free((Zmm) block);
      }
    }
    return all;
  }

  /**
   * {@code void heads(message, messageStride, stream, streamStride, to, count)}: the first {@link
   * #HEAD_BYTES} of each message with key stream added, one behind the other. What a shorter
   * message is followed by is read, too.
   */
  void heads() {
    Gpr message = Gpr.RDI;
    Gpr stream = Gpr.RDX;
    Gpr to = Gpr.R8;
    Encoder.Label next = code.here();
    for (int i = 0; i < HEAD_BYTES / BLOCK; i++) {
      code.vmovdqu64(v[i], Operand.at(stream, BLOCK * i));
      code.vpxord(v[i], v[i], Operand.at(message, BLOCK * i));
      code.vmovdqu64(Operand.at(to, BLOCK * i), v[i]);
    }
    code.add(message, Gpr.RSI);
    code.add(stream, Gpr.RCX);
    code.add(to, HEAD_BYTES);
    code.sub(Gpr.R9, 1);
    code.jump(Assembler.JumpCondition.NOT_ZERO, next);
    code.vzeroupper();
    code.ret();
  }

  /**
   * {@code void add(message, messageStride, stream, streamStride, length, count)}: adds key stream
   * to messages or their beginnings, all of one short length, in place.
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
    Encoder.Label tail = code.label();
    Encoder.Label done = code.label();
    Encoder.Label single = code.here();
    code.cmp(left, BLOCK);
    code.jump(Assembler.JumpCondition.BELOW, tail);
    code.vmovdqu64(v[0], Operand.at(from, 0));
    code.vpxord(v[0], v[0], Operand.at(at, 0));
    code.vmovdqu64(Operand.at(at, 0), v[0]);
    code.add(at, BLOCK);
    code.add(from, BLOCK);
    code.sub(left, BLOCK);
    code.jump(single);
    code.bind(tail);
    code.test(left, left);
    code.jump(Assembler.JumpCondition.ZERO, done);
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
    code.jump(Assembler.JumpCondition.NOT_ZERO, next);
    code.vzeroupper();
    code.ret();
  }
}
