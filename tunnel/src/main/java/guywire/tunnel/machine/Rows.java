package guywire.tunnel.machine;

import guywire.tunnel.machine.Operand.Mem;
import guywire.tunnel.machine.Operand.Zmm;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Exchanges rows and columns where hardly a register is free: results go where there is room, and
 * what has none waits in memory. Adds the instructions to a list, to be mixed with others.
 */
final class Rows {

  private static final int SLOT = 64;

  /** Memory for what waits. */
  static final int SCRATCH_BYTES = 4 * SLOT;

  /** An instruction of two sources. */
  private interface Instruction {
    void write(Zmm to, Zmm left, Operand right);
  }

  private final Assembler code;
  private final List<Runnable> all;
  private final Gpr scratch;
  private final Deque<Zmm> free = new ArrayDeque<>();
  private int slots;

  Rows(Assembler code, List<Runnable> all, Gpr scratch) {
    this.code = code;
    this.all = all;
    this.scratch = scratch;
  }

  /** From here on a register holds nothing that is needed. */
  void free(Zmm register) {
    free.add(register);
  }

  /** Moves a register's content to memory; the caller may use the register. */
  Mem putAside(Zmm register) {
    Mem slot = Operand.at(scratch, SLOT * (slots++ % (SCRATCH_BYTES / SLOT)));
    all.add(() -> code.vmovdqu64(slot, register));
    return slot;
  }

  /** {@link Transposition#ofWords} of four neighbours. */
  void transposeWords(Operand[] rows, int first) {
    pair(rows, first, first + 1, code::vpunpckldq, code::vpunpckhdq);
    pair(rows, first + 2, first + 3, code::vpunpckldq, code::vpunpckhdq);
    pair(rows, first, first + 2, code::vpunpcklqdq, code::vpunpckhqdq);
    pair(rows, first + 1, first + 3, code::vpunpcklqdq, code::vpunpckhqdq);
    exchange(rows, first + 1, first + 2);
  }

  /** {@link Transposition#ofQuarters} of every fourth. */
  void transposeQuarters(Operand[] rows, int first) {
    pair(rows, first, first + 4, shuffle(0x44), shuffle(0xee));
    pair(rows, first + 8, first + 12, shuffle(0x44), shuffle(0xee));
    pair(rows, first, first + 8, shuffle(0x88), shuffle(0xdd));
    pair(rows, first + 4, first + 12, shuffle(0x88), shuffle(0xdd));
    exchange(rows, first + 4, first + 8);
  }

  private Instruction shuffle(int choice) {
    return (to, left, right) -> code.vshufi32x4(to, left, right, choice);
  }

  private static void exchange(Operand[] rows, int one, int other) {
    Operand kept = rows[one];
    rows[one] = rows[other];
    rows[other] = kept;
  }

  /** Puts the results of two instructions in the places of their sources. */
  private void pair(Operand[] rows, int left, int right, Instruction first, Instruction second) {
    Zmm a = (Zmm) rows[left];
    Operand b = rows[right];
    if (free.isEmpty() && b instanceof Zmm register) {
      b = putAside(register);
      free.add(register);
    }
    Operand source = b;
    Zmm made = free.remove();
    all.add(() -> first.write(made, a, source));
    if (source instanceof Zmm register) {
      all.add(() -> second.write(register, a, register));
      free.add(a);
      rows[right] = register;
    } else {
      all.add(() -> second.write(a, a, source));
      rows[right] = a;
    }
    rows[left] = made;
  }
}
